"""Who wrote the article.

What belongs here: ``authors`` and ``author_details``. What does not: how one byline is written
(``tasks.values.bylines``).
"""

from __future__ import annotations

import polars as pl

from tasks.normalisation.lists import items, lists
from tasks.normalisation.text import clean_lines, one_line
from tasks.values.bylines import split_byline
from tasks.values.urls import absolute_url

_NAME = pl.Struct({"name": pl.String, "type": pl.String})
_DETAILS = ("name", "type", "url", "image_url")


def with_authors(frame: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``authors`` as declared by names, each once, and adds ``author_details`` in the same order.

    Of a byline of several names, the profile and the portrait declared with it are nobody's. An author declared twice
    keeps the first of each detail.
    """
    declared = items(frame, "authors")
    bylines = clean_lines(declared["name"])
    names = {
        byline: [{"name": name.name, "type": name.type} for name in split_byline(byline)]
        for byline in bylines.unique()
        if byline
    }
    pages = frame["url"].gather(declared["row"])
    split = declared.select(
        "row",
        pl.Series("names", [names.get(byline, []) for byline in bylines], dtype=pl.List(_NAME)),
        clean_lines(declared["type"]).alias("declared_type"),
        *(pl.Series(link, map(absolute_url, pages, declared[link]), dtype=pl.String) for link in ("url", "image_url")),
    ).filter(pl.col("names").list.len() > 0)
    alone = pl.col("names").list.len() == 1
    authors = (
        split.with_columns(pl.when(alone).then(pl.col("declared_type", "url", "image_url")))
        .explode("names")
        .unnest("names")
        .with_columns(one_line("name"), type=pl.coalesce("declared_type", "type"))
        .filter(pl.col("name").is_not_null())
        .group_by("row", pl.col("name").str.to_lowercase().alias("key"), maintain_order=True)
        .agg(pl.col("name").first(), pl.col(_DETAILS[1:]).drop_nulls().first())
    )
    return frame.with_columns(
        lists(authors, len(frame), authors=pl.col("name"), author_details=pl.struct(_DETAILS)).get_columns()
    )
