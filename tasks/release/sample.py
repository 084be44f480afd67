"""sample/: a thousand articles to look at before loading the rest.

What belongs here: which articles, and how they are written. ``article_id`` is a hash, so the smallest ids are a fair
sample, the same in every release for as long as its articles are there.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import dataframely as dy
import polars as pl
import pyarrow.parquet as pq

from tasks.release.changes import Held
from tasks.release.manifest import FileEntry, sha256_of
from tasks.release.parquet import writer_options
from tasks.release.stretches import stretches
from tasks.release.tables import SORTED_BY
from tasks.schema import arrow_schema

SAMPLE = "sample/articles.parquet"
SAMPLE_ROWS = 1_000


def write_sample(folder: Path, articles: type[dy.Schema], entries: Sequence[FileEntry], former: Held | None) -> None:
    """``sample/articles.parquet``, and the same rows as ``sample/articles.jsonl``.

    ``entries`` are the data files of the release in ``folder``. Rows of files that ``former`` holds too are taken from
    its sample: reading them out of a million articles would cost as much as a twentieth of the release.
    """
    chosen = (
        pl.scan_parquet(folder / "articles" / "*.parquet", include_file_paths="file")
        .select("article_id", "file")
        .bottom_k(SAMPLE_ROWS, by="article_id")
        .collect(engine="streaming")
    )
    known = _known(chosen, folder, entries, former)
    unknown = chosen.join(known, on="article_id", how="anti")
    parts = [articles.create_empty(), known, _rows(unknown)]
    order = SORTED_BY["articles"]
    sample = pl.concat([part for part in parts if part.width > 1]).sort(order, nulls_last=True)
    schema = arrow_schema(articles)
    (folder / "sample").mkdir()
    table = sample.to_arrow().cast(schema).combine_chunks()
    pq.write_table(table, folder / SAMPLE, **writer_options(schema, table.num_rows, order))
    sample.write_ndjson(folder / "sample" / "articles.jsonl")


def _rows(chosen: pl.DataFrame) -> pl.DataFrame:
    """Whole rows, out of the files that hold them; a frame of ids without rows where nothing is chosen."""
    files = chosen["file"].unique().sort().to_list()
    if not files:
        return chosen.select("article_id")
    wanted = pl.col("article_id").is_in(chosen["article_id"].implode())
    # Some files at a time: over all of them at once the reader holds ten row groups of text.
    parts = stretches(Path(file) for file in files)
    return pl.concat([pl.scan_parquet(part).filter(wanted).collect(engine="streaming") for part in parts])


def _known(chosen: pl.DataFrame, folder: Path, entries: Sequence[FileEntry], former: Held | None) -> pl.DataFrame:
    """The chosen rows that stand in the former release's sample, in a file that did not change since.

    Where there are none, a frame of ids without rows.
    """
    nothing = chosen.select("article_id").clear()
    if former is None or not (former.path / SAMPLE).is_file():
        return nothing
    before = {entry.path: entry.sha256 for entry in former.entries}
    if sha256_of(former.path / SAMPLE) != before.get(SAMPLE):
        return nothing
    shared = [str(folder / entry.path) for entry in entries if before.get(entry.path) == entry.sha256]
    same = chosen.filter(pl.col("file").is_in(shared))
    held = pl.read_parquet(io.BytesIO((former.path / SAMPLE).read_bytes()))
    return held.join(same.select("article_id"), on="article_id", how="semi")
