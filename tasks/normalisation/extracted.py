"""The frame that normalisation takes: one row a page, values as extraction found them.

What belongs here: that frame's columns, and how records become it. What does not: the columns of the dataset
(``tasks.schema``), which it borrows its types from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from tasks.page import Page
from tasks.record import Author, Image, Publisher, Record, Robots
from tasks.schema import Documents

_DOCUMENTS = pl.Schema(Documents)
_ORIGIN = ("url", "source", "input", "record_offset", "record_id", "retrieved_at", "payload_sha256")
_RECORD = tuple(field.name for field in fields(Record))

# Keys of Record.field_sources: its fields, or the columns that come of them.
SOURCED = (*_RECORD, "published_at", "modified_at", "author_details")


def _dtype(name: str) -> Any:
    if name == "field_sources":  # one field a key: looked up by name, not searched
        return pl.Struct(dict.fromkeys(SOURCED, pl.String()))
    if name == "page_type_evidence":
        return pl.String()
    return _DOCUMENTS["author_details" if name == "authors" else name]


EXTRACTED = pl.Schema({name: _dtype(name) for name in (*_ORIGIN, *_RECORD)})
"""Columns of the extracted frame: where the page was found, then the fields of :class:`tasks.record.Record`."""

_AUTHOR, _IMAGE, _PUBLISHER, _ROBOTS = (
    tuple(field.name for field in fields(kind)) for kind in (Author, Image, Publisher, Robots)
)
_INT32_MAX = 2**31 - 1


def _fits(value: Any) -> Any:
    """Null for a number that no column of 32 bits holds: pages declare images of any width."""
    return None if type(value) is int and abs(value) > _INT32_MAX else value


def _structs(values: Iterable[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: _fits(getattr(value, name)) for name in names} for value in values]


def _column(records: Sequence[Record], name: str) -> list[Any]:
    if name == "authors":
        return [_structs(record.authors, _AUTHOR) for record in records]
    if name == "images":
        return [_structs(record.images, _IMAGE) for record in records]
    if name == "publisher":
        return [_structs([record.publisher], _PUBLISHER)[0] if record.publisher else None for record in records]
    if name == "robots":
        return [_structs([record.robots], _ROBOTS)[0] if record.robots else None for record in records]
    if name == "field_sources":
        return [{key: record.field_sources.get(key) for key in SOURCED} for record in records]
    return [_fits(getattr(record, name)) for record in records]


def _without_surrogates(value: Any) -> Any:
    """The value with lone surrogates replaced in every string: a page's JSON may hold "\\ud83d" alone."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_surrogates(item) for key, item in value.items()}
    return value


def _series(name: str, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=EXTRACTED[name])
    except UnicodeEncodeError:
        return pl.Series(name, _without_surrogates(values), dtype=EXTRACTED[name])


def records_frame(rows: Sequence[tuple[Page, Record, str]]) -> pl.DataFrame:
    """The extracted frame of pages, their records and the SHA-256 of their payloads, in this order."""
    pages, records = [page for page, _, _ in rows], [record for _, record, _ in rows]
    origin: dict[str, list[Any]] = {
        "url": [page.url for page in pages],
        "source": [page.source for page in pages],
        "input": [page.origin.input for page in pages],
        "record_offset": [page.origin.record_offset for page in pages],
        "record_id": [page.origin.record_id for page in pages],
        "retrieved_at": [page.origin.retrieved_at for page in pages],
        "payload_sha256": [payload_sha256 for _, _, payload_sha256 in rows],
    }
    return pl.DataFrame(
        [_series(name, origin[name] if name in origin else _column(records, name)) for name in EXTRACTED]
    )
