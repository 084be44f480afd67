"""What the article is called and about.

What belongs here: lists of short strings, ``alternative_headlines`` and ``keywords``. What does not: how one list of
keywords is written (``tasks.values.keywords``).
"""

from __future__ import annotations

import polars as pl

from tasks.normalisation.identity import folded
from tasks.normalisation.lists import items, lists
from tasks.normalisation.text import clean_lines, one_line
from tasks.values.keywords import split_keywords


def with_alternative_headlines(frame: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``alternative_headlines``: each once, and none that says what the (clean) ``headline`` says."""
    declared = items(frame, "alternative_headlines")
    headline = folded(frame["headline"]).gather(declared["row"])
    cleaned = clean_lines(declared["item"])
    other = (
        declared.with_columns(cleaned, folded(cleaned).alias("key"), headline.alias("headline"))
        .filter(pl.col("item").is_not_null(), pl.col("key").ne_missing(pl.col("headline")))
        .unique(["row", "key"], keep="first", maintain_order=True)
    )
    return frame.with_columns(lists(other, len(frame), alternative_headlines=pl.col("item")).get_columns())


def with_keywords(frame: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``keywords`` as declared by single keywords, each once whatever its case."""
    declared = items(frame, "keywords").with_columns(one_line("item"))
    values = lists(declared.drop_nulls(), len(frame), keywords=pl.col("item"))["keywords"]
    single = values.to_frame().with_columns(
        pl.Series("keywords", [split_keywords(row) for row in values.to_list()], dtype=pl.List(pl.String))
    )
    again = items(single, "keywords").with_columns(one_line("item"))
    unique = again.drop_nulls().unique(["row", "item"], keep="first", maintain_order=True)
    return frame.with_columns(lists(unique, len(frame), keywords=pl.col("item")).get_columns())
