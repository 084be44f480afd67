"""Columns of lists, worked on item by item.

What belongs here: the way from lists to items and back, every row keeping its place. What does not: what is done to
the items.
"""

from __future__ import annotations

import polars as pl


def items(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row an item of ``column``, in order: ``row``, the number of its row in ``frame``, and the item.

    A struct becomes one column a field, anything else the column ``item``.
    """
    exploded = (
        frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), pl.col(column).alias("item"))
        .filter(pl.col("item").list.len() > 0)
        .explode("item")
    )
    return exploded.unnest("item") if isinstance(exploded.schema["item"], pl.Struct) else exploded


def lists(frame: pl.DataFrame, height: int, **columns: pl.Expr) -> pl.DataFrame:
    """The items of ``frame`` as lists again: ``height`` rows, an empty list where a row has no item left."""
    rows = pl.DataFrame({"row": pl.int_range(height, eager=True, dtype=pl.Int64)})
    gathered = frame.group_by("row", maintain_order=True).agg(**columns)
    return rows.join(gathered, on="row", how="left", maintain_order="left").select(
        pl.col(name).fill_null([]) for name in columns
    )
