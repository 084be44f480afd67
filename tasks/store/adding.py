"""Adds rows to a table of the store: written to Parquet files piece by piece, then named in one commit.

What belongs here: the way of rows into files, and those files into the log. What does not: the form of the files
(``layout``), what a commit says and is based on (``store``), and rows that take the place of some others
(``rewriting``).

Delta's own writer is not used for this: it puts batches together to 8,192 rows and holds several of those, 1 GB of
common news, and nothing tells it to hold less. Here memory stays at a row group, however many rows there are.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions

from tasks.storage import Location, options_of
from tasks.store.layout import GROUP_BYTES, GROUP_ROWS, PARTITION, STATISTICS, configuration, parquet_options

# A file is full when it is about as large: the size that Delta's own writer aims at.
FILE_BYTES = 100 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_rows(  # noqa: PLR0913, PLR0917 - which rows, in which words, to what, and what is said of it
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    folder: Location,
    name: str,
    table: DeltaTable | None,
    properties: CommitProperties,
    mode: Literal["append", "overwrite"] = "append",
) -> None:
    """Add ``batches`` in ``schema`` to the table ``name`` in ``folder`` in one commit, which is made without rows too.

    ``overwrite`` puts them in the place of all rows of the table as it was read, and ``schema`` in that of its own: for
    a commit that is not tried again (``max_commit_retries=0``), since it would leave what another added meanwhile.

    ``table`` is the table as it was read, null where there is none: then this commit begins it, and fails with a
    ``DeltaError`` where another began it meanwhile. Raises ``OSError`` where a file cannot be written; what was written
    until then is deleted. Files of a commit that failed are left: nobody can tell for certain that it was not made.
    """
    files = write_files(batches, schema, folder, name)
    partition = PARTITION[name] or []
    if table is not None:
        table.create_write_transaction([*files], mode, schema, partition, commit_properties=properties)
        return
    # Tried again, it would become a second beginning.
    properties.max_commit_retries = 0
    create_table_with_add_actions(
        str(folder),
        Schema.from_arrow(schema),
        files,
        partition_by=partition,
        configuration=configuration(name),
        storage_options=options_of(folder),
        commit_properties=properties,
    )


def write_files(batches: Iterable[pa.RecordBatch], schema: pa.Schema, folder: Location, name: str) -> list[AddAction]:
    """The rows as Parquet files below ``folder``, and what the log says of each."""
    full: list[AddAction] = []
    open_files: dict[str, _File] = {}
    try:
        for batch in batches:
            # A batch of other string types would be written as such; readers of the table expect one type.
            rows = batch if batch.schema.equals(schema) else batch.cast(schema)
            for values, part in _partitions(pa.Table.from_batches([rows]), PARTITION[name]):
                key = json.dumps(values)
                if key not in open_files:
                    open_files[key] = _File(folder, name, values, part.schema)
                open_files[key].write(part)
                if open_files[key].is_full:
                    full.append(open_files.pop(key).close())
        while open_files:
            full.append(open_files.popitem()[1].close())
    except BaseException:
        for file in open_files.values():
            file.abandon()
        for action in full:
            with suppress(OSError):
                (folder / action.path).unlink()
        raise
    return full


def _partitions(rows: pa.Table, columns: list[str] | None) -> Iterator[tuple[dict[str, str], pa.Table]]:
    """The rows of each partition, without the columns that it is told by. A run has one month, so mostly one."""
    if not columns:
        yield {}, rows
        return
    (column,) = columns
    values = rows[column].unique().to_pylist()
    for value in values:
        part = rows if len(values) == 1 else rows.filter(pc.equal(rows[column], value))
        yield {column: value}, part.drop_columns([column])


class _File:
    """One data file being written: rows are held until they make a row group."""

    def __init__(self, folder: Location, name: str, values: dict[str, str], schema: pa.Schema) -> None:
        self._name, self._values, self._folder = name, values, folder
        below = "/".join(f"{column}={value}" for column, value in values.items())
        file = f"part-{uuid.uuid4()}.zstd.parquet"
        self._relative = f"{below}/{file}" if below else file
        self._path = folder / self._relative
        self._held: list[pa.Table] = []
        self._metadata: list[pq.FileMetaData] = []
        if isinstance(self._path, Path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._sink = pa.OSFile(str(self._path), "wb")
        else:
            self._sink = pa.PythonFile(self._path.open("wb"), "w")
        self._writer = pq.ParquetWriter(
            self._sink, schema, metadata_collector=self._metadata, **parquet_options(name, schema)
        )

    @property
    def is_full(self) -> bool:
        """Whether the next rows belong into another file."""
        return bool(self._sink.tell() >= FILE_BYTES)

    def write(self, rows: pa.Table) -> None:
        """Take rows; at most those of a row group are held."""
        self._held.append(rows)
        if sum(part.nbytes for part in self._held) >= GROUP_BYTES or sum(map(len, self._held)) >= GROUP_ROWS:
            self._write_held()

    def _write_held(self) -> None:
        if self._held:
            rows = pa.concat_tables(self._held)
            self._held.clear()
            self._writer.write_table(rows, row_group_size=len(rows))
            del rows
            # What is freed stays with Arrow else: 150 MB after 200 MB of files.
            pa.default_memory_pool().release_unused()

    def close(self) -> AddAction:
        """Write the footer; what the log says of the file."""
        self._write_held()
        self._writer.close()
        size = self._sink.tell()
        self._sink.close()
        stats = json.dumps(_statistics(self._metadata[0], STATISTICS[self._name]))
        return AddAction(self._relative, size, self._values, int(time.time() * 1000), True, stats)

    def abandon(self) -> None:
        """Close and delete it, whatever state it is in."""
        for step in (self._writer.close, self._sink.close, self._path.unlink):
            with suppress(OSError, ValueError, pa.ArrowException):
                step()


def _statistics(metadata: pq.FileMetaData, columns: list[str]) -> dict[str, Any]:
    """Rows, and smallest, largest and missing values of some columns of a file, in Delta's words."""
    at = {metadata.schema.column(number).path: number for number in range(metadata.num_columns)}
    smallest, largest, nulls = {}, {}, {}
    for name in columns:
        found = [metadata.row_group(group).column(at[name]).statistics for group in range(metadata.num_row_groups)]
        if not found or any(one is None or not one.has_null_count for one in found):
            continue
        nulls[name] = sum(one.null_count for one in found)
        valued = [one for one in found if one.has_min_max]
        if valued:
            smallest[name] = _in_json(min(one.min_raw for one in valued))
            largest[name] = _in_json(max(one.max_raw for one in valued))
    return {"numRecords": metadata.num_rows, "minValues": smallest, "maxValues": largest, "nullCount": nulls}


def _in_json(value: bytes | str | int) -> str:
    """A raw value: of a string, or microseconds. To make a time of them, PyArrow loads pandas where that is there."""
    if isinstance(value, int):
        return (_EPOCH + timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
    return value.decode() if isinstance(value, bytes) else value
