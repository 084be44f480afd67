"""Images, and who publishes the page.

What belongs here: ``images`` and ``publisher``. What does not: which images are the article's (``tasks.extraction``).
"""

from __future__ import annotations

import polars as pl

from tasks.normalisation.lists import items, lists
from tasks.normalisation.text import clean_lines
from tasks.values.urls import absolute_url

_LARGEST_SIDE = 100_000  # pixels; beyond lie typing errors and "width": 1e9
_IMAGE = ("url", "width", "height", "caption", "credit")


def _absolute(pages: pl.Series, links: pl.Series) -> pl.Series:
    return pl.Series(links.name, map(absolute_url, pages, links), dtype=pl.String)


def with_images(frame: pl.DataFrame) -> pl.DataFrame:
    """``images`` with absolute URLs, plausible sizes and clean captions; each URL once a size, in the page's order."""
    declared = items(frame, "images")
    cleaned = (
        declared.with_columns(
            _absolute(frame["url"].gather(declared["row"]), declared["url"]),
            pl.when(pl.col("width", "height").is_between(1, _LARGEST_SIDE)).then(pl.col("width", "height")),
            clean_lines(declared["caption"]),
            clean_lines(declared["credit"]),
        )
        .filter(pl.col("url").is_not_null())
        .unique(["row", "url", "width", "height"], keep="first", maintain_order=True)
    )
    return frame.with_columns(lists(cleaned, len(frame), images=pl.struct(_IMAGE)).get_columns())


def with_publisher(frame: pl.DataFrame) -> pl.DataFrame:
    """``publisher`` with clean names and absolute URLs; null where nothing is left of it."""
    declared = frame["publisher"].struct.unnest()
    cleaned = declared.select(
        clean_lines(declared["name"]),
        clean_lines(declared["legal_name"]),
        _absolute(frame["url"], declared["url"]),
        _absolute(frame["url"], declared["logo_url"]),
        clean_lines(declared["email"].str.replace(r"(?i)^\s*mailto:", "")),
        clean_lines(declared["telephone"].str.replace(r"(?i)^\s*tel:", "")),
    )
    publisher = cleaned.select(
        pl.when(pl.any_horizontal(pl.all().is_not_null())).then(pl.struct(pl.all())).alias("publisher")
    )
    return frame.with_columns(publisher.get_columns())
