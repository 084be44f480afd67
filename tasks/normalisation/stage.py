"""The stage: extracted records in, rows of the dataset and rejects out.

What belongs here: the order of the steps, and which rows end here. What does not: the steps (one module a kind of
column) and the rules of the schema (``checked``).
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from tasks.normalisation.checked import COLUMNS, checked, rejects
from tasks.normalisation.dates import with_dates
from tasks.normalisation.field_sources import with_field_sources
from tasks.normalisation.identity import with_ids
from tasks.normalisation.languages import with_languages
from tasks.normalisation.media import with_images, with_publisher
from tasks.normalisation.people import with_authors
from tasks.normalisation.text import one_line, paragraphs, word_count
from tasks.normalisation.topics import with_alternative_headlines, with_keywords
from tasks.normalisation.urls import with_urls
from tasks.schema import Rejects

_FIRST_YEAR, _LAST_YEAR = 1800, 2200  # the schema's bounds of copyright_year


def normalise(
    extracted: pl.DataFrame | pl.LazyFrame, *, source: str | None, run_id: str, ingested_at: datetime, extractor: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of the dataset and rejects, from a frame with the columns of ``EXTRACTED``.

    The first frame has the columns of ``Documents`` but for its fingerprint and partition (``Normalised``), the second
    those of ``Rejects``; every row is in one of them, in the order of ``extracted``. A row's values do not depend on
    the other rows. ``source`` is the name for pages that carry none themselves. Rejects are ``invalid_url``,
    ``no_text`` and ``invalid_row``. ``ingested_at`` is a UTC instant.
    """
    frame = (
        extracted.lazy()
        .collect()
        .with_columns(
            pl.col("source").fill_null(pl.lit(source, pl.String)),
            pl.lit(run_id).alias("run_id"),
            pl.lit(ingested_at, pl.Datetime("us", "UTC")).alias("ingested_at"),
            pl.lit(extractor).alias("extractor"),
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
        )
        .pipe(with_urls)
    )
    reachable = pl.col("canonical_url").is_not_null()
    unreachable = rejects(frame.filter(~reachable), "invalid_url", pl.col("url"))
    frame = frame.filter(reachable).with_columns(paragraphs("text"))
    empty = rejects(frame.filter(pl.col("text").is_null()), "no_text", pl.lit(None))
    kept, invalid = checked(_with_clean_columns(frame.filter(pl.col("text").is_not_null()), ingested_at))
    rejected = pl.concat([unreachable, empty, invalid]).sort("row")
    return kept.select(COLUMNS), rejected.select(Rejects.column_names())


def _with_clean_columns(frame: pl.DataFrame, ingested_at: datetime) -> pl.DataFrame:
    return (
        frame.with_columns(
            *map(one_line, ("headline", "description", "section", "article_type", "license")),
            word_count("text"),
            pl.when(pl.col("copyright_year").is_between(_FIRST_YEAR, _LAST_YEAR)).then("copyright_year"),
        )
        .pipe(with_languages)
        .pipe(with_dates, ingested_at)
        .pipe(with_alternative_headlines)
        .pipe(with_keywords)
        .pipe(with_authors)
        .pipe(with_images)
        .pipe(with_publisher)
        .pipe(with_field_sources)
        .pipe(with_ids)
    )
