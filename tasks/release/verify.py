"""Whether a release is what it says it is.

What belongs here: the checks, each giving problems of one line. What does not: repair; a release is never changed.

Files are read batch by batch and ids in parts, so memory does not grow with the release. The release's own manifest
and schema.json are the law; nothing in them is trusted to be a harmless path.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from dataframely.exc import SchemaError, ValidationError

from tasks.release.error import ReleaseError
from tasks.release.keys import key_problems
from tasks.release.manifest import MANIFEST, SUMS, FileEntry, entries_of, read_manifest, sha256_of
from tasks.release.schema_document import fingerprint
from tasks.release.schema_reading import table_of
from tasks.release.uploading import fetch_all
from tasks.schema import arrow_schema
from tasks.storage import Location, is_remote, local

_BATCH_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a release that is not as it should be: the file (or ``.`` for the whole), and what, in one line."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def verify_release(release: Location) -> list[Problem]:
    """Every problem of a release; empty where it is whole.

    Each byte is looked at, so a release in object storage is fetched first, into a folder for passing files. Raises
    :class:`ReleaseError` where the folder is no release at all.
    """
    if not is_remote(release):
        return _verify(local(release, "verify"))
    read_manifest(release)
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        odd = fetch_all(release, Path(folder))
        return [*(Problem(name, "leads out of the release") for name in odd), *_verify(Path(folder))]


def _verify(path: Path) -> list[Problem]:
    manifest = read_manifest(path)
    entries = entries_of(manifest)
    problems = list(_files(path, entries))
    try:
        documents = _schema(path, manifest)
        tables = {name: table_of(document) for name, document in documents.items()}
    except ReleaseError as error:
        return [*problems, Problem("schema.json", str(error))]
    for entry in entries:
        if entry.table in tables and _inside(path, entry.path) and (path / entry.path).is_file():
            problems += _table_file(path, entry, tables[entry.table])
    problems += _counts(manifest, entries)
    try:
        problems += [Problem(table, what) for table, what in key_problems(path, documents)]
    except (OSError, pl.exceptions.PolarsError) as error:
        problems.append(Problem(".", f"its keys cannot be checked: {str(error).splitlines()[0]}"))
    return problems


def _inside(folder: Path, name: str) -> bool:
    """Whether ``name`` is a path inside the folder, followed to where it really leads."""
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _files(path: Path, entries: list[FileEntry]) -> Iterator[Problem]:
    """Files that are missing, there without being listed, or changed; and the two lists against each other."""
    sums = _read_sums(path)
    if sums is None:
        yield Problem(SUMS, "missing or unreadable")
    listed = {entry.path for entry in entries} | {MANIFEST, SUMS}
    there = {str(file.relative_to(path)) for file in path.rglob("*") if not file.is_dir() or file.is_symlink()}
    for name in sorted(there - listed):
        yield Problem(name, "not listed in the manifest")
    for entry in entries:
        file = path / entry.path
        if not _inside(path, entry.path):
            yield Problem(entry.path, "leads out of the release")
        elif not file.is_file():
            yield Problem(entry.path, "missing")
        elif file.stat().st_size != entry.bytes:
            yield Problem(entry.path, f"has {file.stat().st_size:,} bytes, the manifest says {entry.bytes:,}")
        elif sha256_of(file) != entry.sha256:
            yield Problem(entry.path, "its checksum is not the manifest's: the bytes were changed or damaged")
        if sums is not None and sums.get(entry.path) != entry.sha256:
            yield Problem(SUMS, f"gives another checksum for {entry.path} than the manifest, or none")
    if sums is not None:
        if sums.get(MANIFEST) != sha256_of(path / MANIFEST):
            yield Problem(MANIFEST, f"its checksum is not the one in {SUMS}: it was changed or damaged")
        for name in sorted(sums.keys() - listed):
            yield Problem(SUMS, f"lists {name}, which the manifest does not")


def _read_sums(path: Path) -> dict[str, str] | None:
    try:
        lines = (path / SUMS).read_text(encoding="utf-8").splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        return None


def _schema(path: Path, manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The tables of schema.json by name."""
    try:
        document = json.loads((path / "schema.json").read_text(encoding="utf-8"))
        tables = {table["name"]: table for table in document["tables"]}
        found = fingerprint(document["tables"])
        said = {document["fingerprint"], manifest["schema"]["fingerprint"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"cannot be read: {type(error).__name__} {error}") from None
    if said != {found}:
        raise ReleaseError("its fingerprint is not the manifest's: the documented schema was changed")
    return tables


def _table_file(path: Path, entry: FileEntry, table: Any) -> Iterator[Problem]:
    """Schema, row count and every row of one Parquet file, page checksums included."""
    try:
        # Not buffered ahead: all that was read of the file would be held until it is closed.
        with pq.ParquetFile(path / entry.path, page_checksum_verification=True, pre_buffer=False) as file:
            difference = schema_difference(arrow_schema(table), file.schema_arrow)
            if difference:
                yield Problem(entry.path, difference)
                return
            if file.metadata.num_rows != entry.rows:
                yield Problem(entry.path, f"has {file.metadata.num_rows:,} rows, the manifest says {entry.rows:,}")
            broken = 0
            words = ""
            for batch in file.iter_batches(_BATCH_ROWS):
                rows = pl.from_arrow(pa.Table.from_batches([batch]))
                assert isinstance(rows, pl.DataFrame)
                good, failure = table.filter(rows)
                broken += len(rows) - len(good)
                words = words or ", ".join(sorted(failure.counts()))
            if broken:
                yield Problem(entry.path, f"{broken:,} rows break the schema, first by {words}")
    except (OSError, pa.ArrowException, SchemaError, ValidationError, pl.exceptions.PolarsError) as error:
        yield Problem(entry.path, f"cannot be read: {str(error).splitlines()[0]}")


def schema_difference(documented: pa.Schema, found: pa.Schema) -> str | None:
    """The first difference between a table's documentation and a file's schema, in words."""
    if documented.names != found.names:
        odd = [name for name in found.names if name not in documented.names]
        gone = [name for name in documented.names if name not in found.names]
        told = [f"{', '.join(odd)} not documented"] if odd else []
        told += [f"{', '.join(gone)} not there"] if gone else []
        return f"its columns are not the documented ones: {'; '.join(told) or 'another order'}"
    for name in documented.names:
        one, other = documented.field(name), found.field(name)
        if not one.type.equals(other.type):
            return f"column {name} is {other.type}, documented as {one.type}"
        if _description(one) != _description(other):
            return f"column {name} is described otherwise in the file than in schema.json"
    return None


def _description(field: pa.Field) -> tuple[bytes | None, bytes | None]:
    held = field.metadata or {}
    return held.get(b"description"), held.get(b"comment")


def _counts(manifest: dict[str, Any], entries: list[FileEntry]) -> Iterator[Problem]:
    """The rows by table against the reconciliation in the manifest."""
    funnel = manifest.get("funnel")
    if not isinstance(funnel, dict):
        yield Problem(MANIFEST, "holds no funnel")
        return
    for table in ("articles", "copies", "revisions", "rejects"):
        rows = sum(entry.rows or 0 for entry in entries if entry.table == table)
        if funnel.get(table) != rows:
            yield Problem(MANIFEST, f"its funnel counts {funnel.get(table)} {table}, its files hold {rows}")
