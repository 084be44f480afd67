"""Rows of a store by their position, so that wide columns are read for the few rows that need them.

What belongs here: looking up rows of a LazyFrame by key or position without holding its columns. What does
not: what the rows are for. A store at one version never changes, so a position stays a row's name as long
as the LazyFrame is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

POSITION = "position"


def positions_of(frame: pl.LazyFrame, column: str, wanted: pl.Series) -> pl.Series:
    """The positions of the rows whose ``column`` is among ``wanted``, ascending. Reads that column alone."""
    keys = pl.LazyFrame({column: wanted.unique()})
    found = frame.select(column).with_row_index(POSITION).join(keys, on=column, how="semi").select(POSITION)
    return found.collect(engine="streaming").to_series().sort()


def rows_at(frame: pl.LazyFrame, positions: pl.Series, columns: list[str]) -> pl.DataFrame:
    """The ``columns`` of the rows at ``positions``, with ``position``, in that column's ascending order."""
    keys = pl.LazyFrame({POSITION: positions.unique()}, schema={POSITION: pl.UInt32})
    chosen = frame.select(columns).with_row_index(POSITION).join(keys, on=POSITION, how="semi")
    return chosen.collect(engine="streaming").sort(POSITION)


def pieces_at(frame: pl.LazyFrame, positions: pl.Series, columns: list[str]) -> Iterator[pl.DataFrame]:
    """As ``rows_at``, some rows at a time and in any order: for columns that would not fit in memory."""
    keys = pl.LazyFrame({POSITION: positions.unique()}, schema={POSITION: pl.UInt32})
    chosen = frame.select(columns).with_row_index(POSITION).join(keys, on=POSITION, how="semi")
    return iter(chosen.collect_batches(maintain_order=False, chunk_size=2000))
