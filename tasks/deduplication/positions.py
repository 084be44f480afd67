"""Some rows of a store, so that wide columns are read for the few rows that need them.

What belongs here: looking up rows of a LazyFrame by key or position without holding its columns. What does
not: what the rows are for. A position names a row of one LazyFrame alone: another of the same version of the store may
have its files in another order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

POSITION = "position"
_TEXTS_A_PIECE = 2000
_ROWS_HELD = 200_000


def positions_of(frame: pl.LazyFrame, column: str, wanted: pl.Series) -> pl.Series:
    """The positions of the rows whose ``column`` is among ``wanted``, ascending. Reads that column alone."""
    keys = pl.LazyFrame({column: wanted.unique()})
    found = frame.select(column).with_row_index(POSITION).join(keys, on=column, how="semi").select(POSITION)
    return found.collect(engine="streaming").to_series().sort()


def rows_at(frame: pl.LazyFrame, positions: pl.Series, columns: list[str]) -> pl.DataFrame:
    """The ``columns`` of the rows at ``positions``, with ``position``, in that column's ascending order."""
    wanted = pl.col(POSITION).is_in(positions.cast(pl.UInt32).unique().implode())
    return frame.select(columns).with_row_index(POSITION).filter(wanted).collect(engine="streaming").sort(POSITION)


def texts_of(frame: pl.LazyFrame, text_keys: pl.Series) -> Iterator[pl.DataFrame]:
    """``text_key`` and ``text`` of the rows with one of the ``text_keys``, some at a time and in any order.

    Asked for by a value, not by position: then Parquet pages of text without a wanted row are not
    unpacked. 20 texts of 100,000: 0.08 CPU-s, by position 0.6.
    """
    wanted = pl.col("text_key").is_in(text_keys.unique().implode())
    chosen = frame.filter(wanted).select("text_key", "text")
    return iter(chosen.collect_batches(maintain_order=False, chunk_size=_TEXTS_A_PIECE))


def in_files_with(
    files: Sequence[Path], text_keys: pl.Series, columns: Sequence[str] = ("text_key", "text")
) -> pl.LazyFrame | None:
    """Some columns of all rows of those of the Parquet files that have one of the ``text_keys``.

    Null where none has. Polars reads a column of every file as a whole, however few of its rows are wanted: 7.6 GB of
    text of 5 million documents, 2.9 CPU-s. What is copied is mostly new, so most files hold nothing of it.
    """
    if not files or not len(text_keys):
        return None
    wanted = pl.col("text_key").is_in(text_keys.unique().implode())
    keys = _scan(files).select("path", "text_key").filter(wanted).select("path")
    found = keys.unique().collect(engine="streaming").to_series().sort()
    return _scan([Path(path) for path in found]).select(columns) if len(found) else None


def _scan(files: Sequence[Path]) -> pl.LazyFrame:
    """Files of one store: those written before a column was added lack it."""
    return pl.scan_parquet(
        list(files),
        include_file_paths="path",
        hive_partitioning=False,
        missing_columns="insert",
        extra_columns="ignore",
    )


def signatures_of(frame: pl.LazyFrame, text_keys: pl.Series) -> pl.DataFrame:
    """``text_key`` and ``signature`` of each of the texts once, those without a signature left out, by text."""
    wanted = pl.col("text_key").is_in(text_keys.unique().implode()) & pl.col("signature").is_not_null()
    held = [frame.select("text_key", "signature").clear().collect()]
    for piece in frame.filter(wanted).select("text_key", "signature").collect_batches(maintain_order=False):
        held.append(piece)
        if sum(len(one) for one in held) > _ROWS_HELD:
            held = [pl.concat(held).unique("text_key", keep="any")]
    return pl.concat(held).unique("text_key", keep="any").sort("text_key")


def documents_of(frame: pl.LazyFrame, text_keys: pl.Series, columns: list[str]) -> pl.DataFrame:
    """Of each of the texts up to two documents of different articles, those of the lowest ids, by text and id.

    A text that a million documents have costs no more memory than one that two have. By value again, as for
    ``texts_of``: against 5 million it took half the memory of asking by position.
    """
    wanted = pl.col("text_key").is_in(text_keys.unique().implode())
    held = [frame.select(columns).clear().collect()]
    for piece in frame.filter(wanted).select(columns).collect_batches(maintain_order=False):
        held.append(piece)
        if sum(len(one) for one in held) > _ROWS_HELD:
            held = [_two_of_each(pl.concat(held))]
    return _two_of_each(pl.concat(held))


def _two_of_each(rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.sort("text_key", "document_id").unique(["text_key", "article_id"], keep="first", maintain_order=True)
    return rows.filter(pl.int_range(pl.len()).over("text_key") < 2)
