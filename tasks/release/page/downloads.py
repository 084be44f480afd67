"""The files that a reader can download, with sizes and checksums.

What belongs here: their order and what each is for. What does not: the checksums themselves (``manifest``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.release.manifest import MANIFEST, SUMS, FileEntry

# More would make the page too large; manifest.json has them all.
MOST_FILES = 1_200
_MEANINGS = {
    "README.md": "the data card: what is in it, limits, licence, how to load",
    "SCHEMA.md": "every table and column in words",
    "schema.json": "the same for machines",
    "CHANGELOG.md": "what each release changed, in words",
    "LICENSE": "the licence of the data",
    "CITATION.cff": "how to cite it, for machines",
    "quality.json": "fill rates, lengths, counts, drift alarms",
    "datapackage.json": "Data Package version 2 (Frictionless)",
    "croissant.json": "Croissant 1.1 (machine learning tools)",
    "changes/added.parquet": "ids that are new since the former release",
    "changes/changed.parquet": "ids whose row changed, and what in it",
    "changes/removed.parquet": "ids that are gone",
    "sample/articles.parquet": "up to 1,000 articles to look at",
    "sample/articles.jsonl": "the same as JSON lines",
}
_SEALS = {
    MANIFEST: "every file with rows, bytes and checksum, and what the release was made from",
    SUMS: "all checksums, for sha256sum -c",
}


def data_files(entries: Sequence[FileEntry]) -> list[dict[str, Any]]:
    """The tables with their files, newest month first: name, rows, bytes, files shown, and how many there are."""
    tables = list(dict.fromkeys(entry.table for entry in entries if entry.table))
    left, found = MOST_FILES, []
    for table in tables:
        files = [entry for entry in entries if entry.table == table]
        shown = sorted(files, key=lambda entry: entry.path, reverse=True)[:left]
        left -= len(shown)
        found.append(
            {
                "table": table,
                "rows": sum(entry.rows or 0 for entry in files),
                "bytes": sum(entry.bytes for entry in files),
                "files": shown,
                "in_all": len(files),
            }
        )
    return found


def documents(entries: Sequence[FileEntry]) -> list[dict[str, Any]]:
    """Everything but the data files. The manifest and the sums are made after the page and have no figures here."""
    held = {entry.path: entry for entry in entries if not entry.table}
    named = [name for name in _MEANINGS if name in held]
    others = sorted(held.keys() - _MEANINGS.keys())
    found: list[dict[str, Any]] = [
        {"path": name, "meaning": _MEANINGS.get(name, ""), "bytes": held[name].bytes, "sha256": held[name].sha256}
        for name in (*named, *others)
    ]
    return found + [
        {"path": name, "meaning": meaning, "bytes": None, "sha256": None} for name, meaning in _SEALS.items()
    ]
