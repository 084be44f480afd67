"""What two releases differ in: rows, and schema.

What belongs here: the answer that ``broadsheet diff OLD NEW`` prints. What does not: the comparisons themselves
(``changes``, ``schema_change``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from tasks.release.changes import Changes, Held, changes_between
from tasks.release.error import ReleaseError
from tasks.release.manifest import entries_of, read_manifest
from tasks.release.schema_change import SchemaChange, schema_change
from tasks.storage import Location


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """The two versions, what changed in the rows, and what kind of change their schemas have between them."""

    old: str
    new: str
    changes: Changes
    schema: SchemaChange

    def in_words(self) -> list[str]:
        """Lines to print."""
        kind = "no change" if self.schema.kind == "none" else f"a {self.schema.kind} change"
        return [
            f"{self.old} -> {self.new}",
            *self.changes.in_words(),
            f"schema: {kind}",
            *(f"  {line}" for line in self.schema.what),
        ]


def diff_releases(old: Location, new: Location) -> ReleaseDiff:
    """Compare two releases. Raises :class:`ReleaseError` where one cannot be read."""
    manifests = [read_manifest(path) for path in (old, new)]
    names = [str(manifest.get("release")) for manifest in manifests]
    before, after = (Held(path, entries_of(held)) for path, held in zip((old, new), manifests, strict=True))
    schema = schema_change(read_schema(old), read_schema(new))
    try:
        return ReleaseDiff(names[0], names[1], changes_between(before, after), schema)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ReleaseError(f"{old} and {new} cannot be compared: {str(error).splitlines()[0]}") from error


def read_schema(release: Location) -> dict[str, Any]:
    """schema.json of a release. Raises :class:`ReleaseError` where it cannot be read."""
    try:
        found = json.loads((release / "schema.json").read_text(encoding="utf-8"))
        [table["columns"] for table in found["tables"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{release / 'schema.json'} cannot be read: {type(error).__name__} {error}") from None
    return dict(found)
