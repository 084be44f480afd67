"""sample/: a thousand articles to look at before loading the rest.

What belongs here: which articles, and how they are written. ``article_id`` is a hash, so the smallest ids are a fair
sample, the same in every release for as long as its articles are there.
"""

from __future__ import annotations

from pathlib import Path

import dataframely as dy
import polars as pl
import pyarrow.parquet as pq

from tasks.release.parquet import writer_options
from tasks.release.quality import scan
from tasks.release.tables import SORTED_BY
from tasks.schema import arrow_schema

SAMPLE_ROWS = 1_000


def write_sample(folder: Path, articles: type[dy.Schema]) -> None:
    """``sample/articles.parquet``, and the same rows as ``sample/articles.jsonl``."""
    ids = scan(folder, "articles").select(pl.col("article_id").bottom_k(SAMPLE_ROWS)).collect(engine="streaming")
    rows = scan(folder, "articles").filter(pl.col("article_id").is_in(ids["article_id"].implode()))
    order = SORTED_BY["articles"]
    sample = rows.collect(engine="streaming").sort(order, nulls_last=True).select(articles.column_names())
    schema = arrow_schema(articles)
    (folder / "sample").mkdir()
    table = sample.to_arrow().cast(schema).combine_chunks()
    pq.write_table(table, folder / "sample" / "articles.parquet", **writer_options(schema, table.num_rows, order))
    sample.write_ndjson(folder / "sample" / "articles.jsonl")
