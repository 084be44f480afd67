"""Kinds of columns that come again and again: an instant, a word of a closed list, a list's text.

What belongs here: making a column, with its description and an example. What does not: which columns there are
(``columns``, ``content``). Only types that Delta, Parquet, DuckDB, Spark and pandas all keep are used: no unsigned
integers, no categories.
"""

from __future__ import annotations

from typing import Any

import dataframely as dy


def example(value: Any) -> dict[str, Any]:
    """Column metadata that holds an example value, written as JSON would write it."""
    return {"example": value}


def text_item(description: str) -> dy.String:
    """A list's item: never null, never empty."""
    return dy.String(min_length=1, description=description)


def instant(description: str, *, value: str, nullable: bool = True) -> dy.Datetime:
    """A UTC instant in microseconds."""
    return dy.Datetime(
        time_unit="us", time_zone="UTC", nullable=nullable, description=description, metadata=example(value)
    )


def one_of(words: dict[str, str], *, nullable: bool, description: str, value: str) -> dy.String:
    """A column that draws from a closed list."""
    return dy.String(
        nullable=nullable,
        regex="^(" + "|".join(words) + ")$",
        description=description,
        metadata={**example(value), "one_of": words},
    )
