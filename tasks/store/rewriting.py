"""Rewrites some rows of a table of the store: the files that hold any of them are written anew, all others stay.

What belongs here: finding those files, and putting new ones in their place in one commit. What does not: which rows
(``erasure``), and the way of rows into files (``adding``).

Memory stays at a row group, however many files are written anew. Delta's own writer reads the whole table for this,
some partitions at once: 2.4 GB for 200 articles of 300,000.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from tasks.storage import Location
from tasks.store.adding import write_files
from tasks.store.layout import PARTITION, batches_of


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of some rows of a table.

    ``concerns`` tells for each row of a frame with the columns ``looked_at`` (null: all) whether it is one of them;
    ``change`` makes of a frame of whole rows, of which some are concerned, the rows that take their place.
    """

    concerns: Callable[[pl.DataFrame], pl.Series]
    change: Callable[[pl.DataFrame], pl.DataFrame]
    looked_at: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A data file of the table, as its log names it."""

    path: str
    size: int
    partition: dict[str, str]


def rewrite_rows(table: DeltaTable, folder: Location, name: str, change: Change, properties: CommitProperties) -> None:
    """Change rows of the table ``name`` in ``folder``, as it was read, in one commit, which is made without any too.

    For a commit that is not tried again (``max_commit_retries=0``): rows that came meanwhile were not looked at. Raises
    ``DeltaError`` where another came first. Raises ``OSError`` where a file cannot be written; what was written until
    then is deleted. Files of a commit that failed are left, as those of ``add_rows``.
    """
    schema = pa.schema(table.schema().to_arrow())
    now = int(time.time() * 1000)
    concerned = [file for file in _files_of(table, name) if _holds_any(folder, file, schema, change)]
    added: list[AddAction] = []
    try:
        # A partition at a time: of each that is being written, a row group is held.
        for _, files in groupby(concerned, key=lambda file: file.partition):
            added += write_files(_changed(folder, [*files], schema, change), schema, folder, name)
    except BaseException:
        for action in added:
            with suppress(OSError):
                (folder / action.path).unlink()
        raise
    removed = [RemoveAction(file.path, True, now, file.size, {**file.partition}) for file in concerned]
    table.create_write_transaction(
        [*added, *removed], "append", schema, PARTITION[name] or [], commit_properties=properties
    )


def _files_of(table: DeltaTable, name: str) -> list[_Held]:
    """The files of the table, those of a partition one after the other."""
    columns = PARTITION[name] or []
    rows = pl.DataFrame(table.get_add_actions(flatten=True)).sort("path").iter_rows(named=True)
    held = [
        _Held(row["path"], row["size_bytes"], {column: row[f"partition.{column}"] for column in columns})
        for row in rows
    ]
    return sorted(held, key=lambda file: list(file.partition.values()))


def _holds_any(folder: Location, file: _Held, schema: pa.Schema, change: Change) -> bool:
    columns = change.looked_at or schema.names
    looked_at = pa.schema([schema.field(column) for column in columns])
    return any(change.concerns(_frame(batch)).any() for batch in _rows(folder, file, looked_at))


def _changed(folder: Location, files: list[_Held], schema: pa.Schema, change: Change) -> Iterator[pa.RecordBatch]:
    """The rows that take the place of those in the files; a batch without any concerned row passes as it is."""
    for file in files:
        for batch in _rows(folder, file, schema):
            if change.concerns(_frame(batch.select(change.looked_at or schema.names))).any():
                rows = change.change(_frame(batch)).select(schema.names).to_arrow().cast(schema)
                yield from rows.combine_chunks().to_batches()
            else:
                yield batch


def _rows(folder: Location, file: _Held, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of a file in ``schema``: with the columns that its folder tells, and null where it is older than one."""
    for batch in batches_of([folder / file.path], schema, optional=True):
        held = dict(zip(batch.schema.names, batch.columns, strict=True))
        columns: list[Any] = [
            held[field.name]
            if field.name in held
            else _constant(file.partition.get(field.name), field.type, len(batch))
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _frame(batch: pa.RecordBatch) -> pl.DataFrame:
    rows = pl.from_arrow(pa.Table.from_batches([batch]))
    assert isinstance(rows, pl.DataFrame)
    return rows


def _constant(value: str | None, kind: pa.DataType, rows: int) -> pa.Array:
    return pa.nulls(rows, kind) if value is None else pa.repeat(pa.scalar(value, kind), rows)
