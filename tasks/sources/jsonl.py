"""Pages out of JSON lines, plain or packed.

What belongs here: lines, their numbers and their damage. What does not: what a row's columns mean (``tables``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from tasks.page import Origin, Page, Reject
from tasks.sources.kinds import GZIP_MAGIC, ZSTD_MAGIC
from tasks.sources.locations import open_bytes, read_start
from tasks.sources.marks import Marks
from tasks.sources.options import ReadOptions
from tasks.sources.packed import Codec, DamageError, PackedFile
from tasks.sources.tables import choose_columns, columns_of_row, page_of_row

_READ_BYTES = 1 << 20
_PEEK_LINES = 20
_ESCAPE_ROOM = 2
"""JSON escapes lengthen HTML (quotes, line ends): a line may be twice the page's limit before it is given up."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. ``data`` is ``None`` where the line was too long to keep; ``size`` is its length."""

    number: int
    data: bytes | None
    size: int
    damage: DamageError | None = None


def is_packed(path: str) -> bool:
    """Whether the table is compressed, so that it cannot be entered in the middle."""
    return read_start(path, 4).startswith((GZIP_MAGIC, ZSTD_MAGIC))


def check_columns(path: str, options: ReadOptions) -> None:
    """Look at the first rows. Raises ``InputError``, with the columns that there are, where one is not to be had."""
    names: dict[str, None] = {}
    for line in _lines(path, 0, None, 0, _ESCAPE_ROOM * options.max_payload_bytes):
        row = _parse(line.data or b"")
        names.update(dict.fromkeys(row if isinstance(row, dict) else ()))
        if line.number >= _PEEK_LINES:
            break
    if names:
        choose_columns(path, list(names), options)


def read_jsonl(  # noqa: PLR0913, PLR0917 - where to read, and how
    path: str,
    start: int | None,
    stop: int | None,
    first_row: int,
    options: ReadOptions,
    marks: Marks | None = None,
) -> Iterator[Page | Reject]:
    """The pages of the lines in bytes ``[start, stop)``; the first of them has number ``first_row``.

    Empty lines are no rows. Raises OSError where the file cannot be opened.
    """
    longest = _ESCAPE_ROOM * options.max_payload_bytes
    marks = marks or Marks()
    for line in _lines(path, start or 0, stop, first_row, longest):
        origin = Origin(path, line.number)
        if left_out := marks.at(line.number):
            reason, detail = left_out
            yield Reject(reason, origin, detail=f"line {line.number + 1}: {detail}")
        elif line.damage:
            yield Reject(line.damage.reason, origin, detail=f"line {line.number + 1}: {line.damage.detail}")
        elif line.data is None:
            yield Reject("too_large", origin, detail=f"line {line.number + 1} is {line.size} bytes long")
        elif line.data.strip():
            yield _page_of(line, path, options)


def _page_of(line: Line, path: str, options: ReadOptions) -> Page | Reject:
    row = _parse(line.data or b"")
    where = f"line {line.number + 1}"
    if not isinstance(row, dict):
        detail = row if isinstance(row, str) else f"a JSON {type(row).__name__} where an object should be"
        return Reject("corrupt_record", Origin(path, line.number), detail=f"{where}: {detail}")
    return page_of_row(row, columns_of_row(list(row), options), (path, line.number), options)


def _parse(data: bytes) -> Any:
    """The line's value; a string that says what is wrong where it is no JSON."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return str(error)
    return value if not isinstance(value, str) else [value]


def _lines(path: str, start: int, stop: int | None, first: int, longest: int) -> Iterator[Line]:
    with open_bytes(path) as file:
        number = first
        parts: list[bytes] = []
        size = 0
        damage = None
        for piece in _pieces(file, start, stop):
            if isinstance(piece, DamageError):
                damage = piece
                break
            begin = 0
            while (end := piece.find(b"\n", begin)) >= 0:
                size += end - begin
                if size <= longest:
                    parts.append(piece[begin:end])
                yield Line(number, b"".join(parts) if size <= longest else None, size)
                number, size, begin = number + 1, 0, end + 1
                parts.clear()
            size += len(piece) - begin
            if size <= longest:
                parts.append(piece[begin:])
            else:
                parts.clear()
        if damage or size:
            yield Line(number, b"".join(parts) if size <= longest else None, size, damage)


def _pieces(file: BinaryIO, start: int, stop: int | None) -> Iterator[bytes | DamageError]:
    head = file.read(4)
    try:
        if head.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
            packed = PackedFile(file, Codec(head), 0)
            while packed.next_member():
                while data := packed.read():
                    yield data
            return
        file.seek(start)
        left = None if stop is None else stop - start
        while data := file.read(_READ_BYTES if left is None else min(left, _READ_BYTES)):
            left = None if left is None else left - len(data)
            yield data
    except DamageError as damage:
        yield damage
