"""The keys of a release: unique where they should be, and leading somewhere where they refer.

What belongs here: checks across files. What does not: checks inside one row or one file (``verify``).

Ids are looked at in parts, by a hash of the id, so that a part always fits in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

# About 100 bytes an id while it is grouped.
PART_ROWS = 4_000_000


def key_problems(folder: Path, documents: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Table and problem, for each broken key. ``documents`` are the tables of schema.json by name."""
    rows = 0
    for name in documents:
        rows += _scan(folder, name).select(pl.len()).collect(engine="streaming").item()
    parts = rows // PART_ROWS + 1
    for name, document in documents.items():
        if document["primary_key"] and name != "copies":
            yield from _unique(folder, name, [name], document["primary_key"], parts)
    if {"articles", "copies"} <= documents.keys():
        yield from _unique(folder, "copies", ["articles", "copies"], documents["copies"]["primary_key"], parts)
    for name, document in documents.items():
        for reference in document["references"]:
            yield from _refers(folder, name, reference, parts)


def _scan(folder: Path, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / table / "*.parquet")


def _part(frame: pl.LazyFrame, column: str, part: int, parts: int) -> pl.LazyFrame:
    return frame if parts == 1 else frame.filter(pl.col(column).hash() % parts == part)


def _unique(folder: Path, name: str, tables: list[str], key: list[str], parts: int) -> Iterator[tuple[str, str]]:
    twice, first = 0, ""
    for part in range(parts):
        held = pl.concat([_part(_scan(folder, table).select(key), key[0], part, parts) for table in tables])
        found = held.group_by(key).len().filter(pl.col("len") > 1).sort(key).collect(engine="streaming")
        twice += found.height
        if found.height and not first:
            first = " ".join(str(value) for value in found.row(0)[:-1])
    if twice:
        yield name, f"{twice:,} keys stand twice in {' and '.join(tables)} ({', '.join(key)}), the first {first}"


def _refers(folder: Path, name: str, reference: dict[str, Any], parts: int) -> Iterator[tuple[str, str]]:
    column, to = reference["column"], reference["to"]
    lost, first = 0, ""
    for part in range(parts):
        ids = pl.concat([_part(_scan(folder, table).select(to), to, part, parts) for table in reference["tables"]])
        held = _part(_scan(folder, name).select(pl.col(column).alias(to)), to, part, parts)
        found = held.join(ids, on=to, how="anti").sort(to).collect(engine="streaming")
        lost += found.height
        first = first or (str(found.item(0, 0)) if found.height else "")
    if lost:
        tables = " or ".join(reference["tables"])
        yield name, f"{lost:,} rows whose {column} is no {to} of {tables}, the first {first}"
