"""Pages out of tables of HTML: which columns hold what, and Parquet.

What belongs here: the columns' names, a row's way to a page, Parquet files. What does not: JSON lines (``jsonl``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.page import Origin, Page, Reject
from tasks.sources.locations import InputError, open_bytes
from tasks.sources.marks import Marks
from tasks.sources.options import ReadOptions
from tasks.sources.payloads import check_payload
from tasks.sources.sidecars import (
    DECLARED_NAMES,
    RETRIEVED_AT_NAMES,
    absolute_url,
    declared_fields,
    instant,
    retrieved_in,
)

URL_NAMES = ("url", "uri", "target_uri", "warc_target_uri")
CONTENT_NAMES = ("html", "content", "raw_html")
# A date in the year 40,000, a zone on Mars, text that is no UTF-8.
_NOT_OF_PYTHON = (ValueError, OverflowError, LookupError, pa.ArrowException)
# In memory at a time: of the largest pages allowed 80 MB. More at once are no faster.
_BATCH_ROWS = 4
_MOST_ROWS = 10**15  # of a file: each has a number, which must fit into record_offset


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns that hold a page."""

    url: str
    content: str
    retrieved_at: str | None = None


def choose_columns(path: str, names: Sequence[str], options: ReadOptions) -> Columns:
    """The columns to read. Raises ``InputError``, with the columns that there are, where one is not to be had."""
    by_lower = {name.lower(): name for name in reversed(names)}

    def one(wanted: str | None, known: tuple[str, ...], what: str, option: str) -> str:
        if wanted is not None and wanted in names:
            return wanted
        found = None if wanted is not None else next((by_lower[name] for name in known if name in by_lower), None)
        if found is None:
            shown = ", ".join(names[:30]) or "none"
            missing = f"no column {wanted!r}" if wanted else f"no column for the {what} ({' or '.join(known)})"
            raise InputError(f"{path}: {missing}; name one with {option}; the columns are: {shown}")
        return found

    retrieved = options.retrieved_at_column
    if retrieved is not None:
        retrieved = one(retrieved, (), "retrieval time", "retrieved_at_column")
    return Columns(
        url=one(options.url_column, URL_NAMES, "URL", "url_column"),
        content=one(options.content_column, CONTENT_NAMES, "HTML", "content_column"),
        retrieved_at=retrieved,
    )


def columns_of_row(names: Sequence[str], options: ReadOptions) -> Columns:
    """The columns of one row of JSON lines, whose rows need not be alike; a column may be absent from the row."""
    by_lower = {name.lower(): name for name in reversed(names)}
    url = options.url_column or next((by_lower[name] for name in URL_NAMES if name in by_lower), URL_NAMES[0])
    content = options.content_column or next((by_lower[name] for name in CONTENT_NAMES if name in by_lower), "html")
    return Columns(url, content, options.retrieved_at_column)


def page_of_row(
    row: Mapping[str, Any], columns: Columns, origin_of: tuple[str, int], options: ReadOptions
) -> Page | Reject:
    """The page in one row. ``origin_of``: the table's path and the row's zero-based number.

    Text is handed on as UTF-8, and ``http_charset`` says so: whatever the page's own meta element says of its
    charset was true of bytes that are gone.
    """
    path, number = origin_of
    lowered = {name.lower(): value for name, value in row.items() if isinstance(name, str)}
    retrieved = instant(row.get(columns.retrieved_at)) if columns.retrieved_at else retrieved_in(lowered)
    origin = Origin(path, number, retrieved_at=retrieved)
    url = absolute_url(row.get(columns.url))
    given = row.get(columns.url)
    if url is None:
        return Reject("no_url", origin, detail=f"column {columns.url}: {str(given)[:100]!r}")
    content = row.get(columns.content)
    if content is None:
        return Reject("no_content_column", origin, url, f"column {columns.content} holds nothing")
    if not isinstance(content, (str, bytes)):
        return Reject("no_content_column", origin, url, f"column {columns.content} holds a {type(content).__name__}")
    page = Page(
        url=url,
        payload=content.encode("utf-8", "replace") if isinstance(content, str) else content,
        origin=origin,
        http_charset="utf-8" if isinstance(content, str) else None,
        declared=declared_fields(lowered),
        defaults=options.declared,
    )
    return check_payload(page, options.max_payload_bytes)


@dataclass(frozen=True, slots=True)
class ParquetLayout:
    """Rows and bytes of each row group, in order, as the footer tells them; ``file_bytes`` is what the file has."""

    columns: Columns
    rows: tuple[int, ...]
    sizes: tuple[int, ...]
    file_bytes: int


class DamagedTableError(InputError):
    """A file that calls itself Parquet and cannot be read as that."""


def parquet_layout(path: str, options: ReadOptions) -> ParquetLayout:
    """The row groups of a Parquet file.

    Raises ``DamagedTableError`` where its footer cannot be read or tells of impossibly many rows, ``InputError`` where
    the file cannot be opened or lacks a column.
    """
    try:
        with open_bytes(path) as file, closing(pq.ParquetFile(file)) as table:
            file_bytes = file.seek(0, os.SEEK_END)
            groups = [table.metadata.row_group(index) for index in range(table.metadata.num_row_groups)]
            columns = choose_columns(path, table.schema_arrow.names, options)
            sizes = tuple(
                sum(group.column(i).total_compressed_size for i in range(group.num_columns)) for group in groups
            )
            rows = tuple(group.num_rows for group in groups)
    except (pa.ArrowException, OSError) as error:
        # An error of the system has a number, one of Arrow's own has none.
        kind = InputError if isinstance(error, OSError) and error.errno else DamagedTableError
        raise kind(f"{path}: cannot be read as Parquet: {' '.join(str(error).split())[:200]}") from error
    if min(rows, default=0) < 0 or sum(rows) > _MOST_ROWS:
        raise DamagedTableError(f"{path}: cannot be read as Parquet: its footer tells of {sum(rows):,} rows")
    return ParquetLayout(columns, rows, sizes, file_bytes)


def read_parquet(
    path: str, start: int, stop: int | None, options: ReadOptions, marks: Marks | None = None
) -> Iterator[Page | Reject]:
    """The pages of row groups ``[start, stop)``. Where one breaks, each row lost is a reject.

    Those of a row group are one together where the footer tells of more rows than the file has bytes: it may lie, and
    rejects for a billion rows that never were would fill the disk.
    """
    marks = marks or Marks()
    layout = parquet_layout(path, options)
    columns = layout.columns
    extra = {*DECLARED_NAMES, *RETRIEVED_AT_NAMES}
    with open_bytes(path) as file, closing(pq.ParquetFile(file, page_checksum_verification=True)) as table:
        names = [
            name
            for name in table.schema_arrow.names
            if name in (columns.url, columns.content, columns.retrieved_at) or name.lower() in extra
        ]
        for group in range(start, len(layout.rows) if stop is None else stop):
            number = sum(layout.rows[:group])
            end = number + layout.rows[group]
            try:
                batches = table.iter_batches(_BATCH_ROWS, row_groups=[group], columns=names)
                while not (left_out := marks.at(number)) and (batch := next(batches, None)) is not None:
                    for row in _rows(batch):
                        yield page_of_row(row, columns, (path, number), options)
                        number += 1
                reason, detail = left_out or ("corrupt_record", "it holds fewer rows than the footer tells of")
                yield from _lost(path, range(number, end), layout, reason, f"row group {group}: {detail}")
            except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                detail = f"row group {group}: {' '.join(str(error).split())[:200]}"
                yield from _lost(path, range(number, end), layout, "corrupt_record", detail)


def _lost(path: str, rows: range, layout: ParquetLayout, reason: str, detail: str) -> Iterator[Reject]:
    if len(rows) > 1 and sum(layout.rows) > layout.file_bytes:
        yield Reject(reason, Origin(path, rows.start), detail=f"{detail}; {len(rows):,} rows by the footer")
        return
    for lost in rows:
        yield Reject(reason, Origin(path, lost), detail=detail)


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """The rows, by column name, each made when it is asked for. A value that Python cannot hold is null."""
    names = batch.schema.names
    for values in zip(*batch.columns, strict=True):
        yield dict(zip(names, map(_value, values), strict=True))


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:  # a page that calls itself text and is none: its bytes tell the charset
        # Only such a scalar has bytes of its own: a list or a struct with bad text in it is no page anyway.
        return scalar.as_buffer().to_pybytes() if isinstance(scalar, pa.BinaryScalar) else None
    except _NOT_OF_PYTHON:
        return None
