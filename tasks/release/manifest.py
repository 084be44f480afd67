"""manifest.json and SHA256SUMS: what a release holds, file by file.

What belongs here: reading and writing the two. What does not: checking a release against them (``verify``).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq

from tasks.release.error import ReleaseError
from tasks.release.tables import MONTH_OF
from tasks.storage import Location

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a release. ``rows`` and what follows are null for a file that is no table.

    ``first`` and ``last`` are the span of ``published_at`` (of ``ingested_at`` for rejects). Two data files with one
    ``content_key`` were made from the same rows by the same writer.
    """

    path: str
    bytes: int
    sha256: str
    table: str | None = None
    rows: int | None = None
    first: str | None = None
    last: str | None = None
    content_key: str | None = None


def sha256_of(path: Location) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(cast(BufferedIOBase, file), "sha256").hexdigest()


def file_entry(folder: Path, name: str, table: str | None = None, content_key: str | None = None) -> FileEntry:
    """The entry of a file that is there. The rows and the span of a table's file are those of its footer."""
    path = folder / name
    size, digest = path.stat().st_size, sha256_of(path)
    if table is None:
        return FileEntry(name, size, digest)
    footer = pq.read_metadata(path)
    first, last = _span(footer, MONTH_OF.get(table))
    return FileEntry(name, size, digest, table, footer.num_rows, _instant(first), _instant(last), content_key)


def _span(footer: pq.FileMetaData, moment: str | None) -> tuple[datetime | None, datetime | None]:
    """The first and last ``moment``, from the statistics of the row groups; nulls where no row has one.

    The statistics are taken raw, in microseconds: to make a time of them, PyArrow loads pandas where that is there.
    """
    number = next((n for n in range(footer.num_columns) if footer.schema.column(n).path == moment), None)
    if number is None:
        return None, None
    found = [footer.row_group(group).column(number).statistics for group in range(footer.num_row_groups)]
    told = [statistics for statistics in found if statistics is not None and statistics.has_min_max]
    if not told:
        return None, None
    return _time(min(held.min_raw for held in told)), _time(max(held.max_raw for held in told))


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _instant(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None


def write_json(path: Path, value: Any) -> None:
    """JSON as people read it; the same value gives the same bytes."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_manifest(folder: Path, head: dict[str, Any], entries: list[FileEntry]) -> None:
    """manifest.json: ``head``, then ``files``."""
    files = [{key: value for key, value in asdict(entry).items() if value is not None} for entry in entries]
    write_json(folder / MANIFEST, {**head, "files": files})


def write_sums(folder: Path, entries: list[FileEntry]) -> None:
    """SHA256SUMS over all entries and the manifest, as ``sha256sum -c`` reads it."""
    sums = {entry.path: entry.sha256 for entry in entries} | {MANIFEST: sha256_of(folder / MANIFEST)}
    lines = [f"{digest}  {path}\n" for path, digest in sorted(sums.items())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read_manifest(folder: Location) -> dict[str, Any]:
    """manifest.json of a release. Raises :class:`ReleaseError` where there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReleaseError(f"{folder} is no release: it holds no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{folder / MANIFEST} cannot be read: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("files"), list):
        raise ReleaseError(f"{folder / MANIFEST} is no manifest: it lists no files")
    return found


def entries_of(manifest: dict[str, Any]) -> list[FileEntry]:
    """The files a manifest lists. Raises :class:`ReleaseError` where an entry is not one."""
    names = FileEntry.__dataclass_fields__
    try:
        return [FileEntry(**{key: value for key, value in file.items() if key in names}) for file in manifest["files"]]
    except (AttributeError, TypeError) as error:
        raise ReleaseError(f"{MANIFEST} lists a file that it does not describe: {error}") from None
