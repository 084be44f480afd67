"""Where each filled field's value came from.

What belongs here: ``field_sources``. What does not: the choice of the value (``tasks.extraction``).
"""

from __future__ import annotations

import polars as pl

# Columns with a source of their own, in the order of the schema, and the keys of Record.field_sources to look under.
_KEYS = {
    "canonical_url": ("canonical_url",),
    "headline": ("headline",),
    "alternative_headlines": ("alternative_headlines",),
    "description": ("description",),
    "text": ("text",),
    "language": ("language",),
    "language_declared": ("language_declared",),
    "section": ("section",),
    "keywords": ("keywords",),
    "article_type": ("article_type",),
    "page_type": ("page_type",),
    "authors": ("authors", "author_details"),
    "published_at": ("published_at", "published_raw"),
    "modified_at": ("modified_at", "modified_raw"),
    "images": ("images",),
    "publisher": ("publisher",),
    "copyright_year": ("copyright_year",),
    "license": ("license",),
    "is_accessible_for_free": ("is_accessible_for_free",),
}


def with_field_sources(frame: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``field_sources`` as declared by those of the fields that are still filled, in the schema's order."""
    declared = pl.col("field_sources").struct
    found = {
        column: pl.coalesce(declared.field(key) for key in keys)
        for column, keys in _KEYS.items()
        if column not in ("canonical_url", "language")
    }
    found["canonical_url"] = (
        pl.when("canonical_declared").then(declared.field("canonical_url")).otherwise(pl.lit("url"))
    )
    found["language"] = (
        pl.when("language_detected").then(pl.lit("detected")).otherwise(declared.field("language_declared"))
    )
    entries = [
        pl.when(_filled(frame.schema[column], column), found[column].is_not_null()).then(
            pl.struct(field=pl.lit(column), source=found[column])
        )
        for column in _KEYS
    ]
    return frame.with_columns(pl.concat_list(entries).list.drop_nulls().alias("field_sources"))


def _filled(dtype: pl.DataType, column: str) -> pl.Expr:
    return pl.col(column).list.len() > 0 if isinstance(dtype, pl.List) else pl.col(column).is_not_null()
