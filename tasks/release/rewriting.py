"""Takes rows out of a release that was made: the one change a release ever sees.

What belongs here: the release written anew without them, beside the old one, and put in its place. What does not:
which rows go (``removal``), each file's rows (``rewriting_rows``).

Files that hold nothing of it are taken over as they are, by hard link. The old folder is deleted; other releases that
shared its files have theirs until they are rewritten themselves. Releases are rewritten oldest version first, because
each is compared with the one before it; a name of a release's own can sort before its former release, so nothing that
goes is taken from a comparison either.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.release.building import clear_killed, rebuilding
from tasks.release.changes import CHANGES_SCHEMAS, Changes, Held
from tasks.release.diff import read_schema
from tasks.release.documents import Documents, Kept
from tasks.release.error import ReleaseError
from tasks.release.facts import CopyRule, ReleaseFacts
from tasks.release.head import facts_of, selection_of
from tasks.release.manifest import FileEntry, entries_of, file_entry, read_manifest
from tasks.release.page import write_releases_page
from tasks.release.rebuilding_remote import clear_uploads, complete_remote, rebuilding_remote
from tasks.release.removal import Found, PlaceAgain, Removal, find
from tasks.release.rewriting_rows import Rewriter
from tasks.release.sample import Sample
from tasks.release.schema_change import SchemaChange, schema_change
from tasks.release.schema_reading import table_of
from tasks.release.uploading import is_of_storage
from tasks.release.versions import Release, list_releases
from tasks.schema import Placements
from tasks.storage import Location, is_remote, local


def rewrite_releases(
    releases: Location, removal: Removal, place_again: PlaceAgain, staging: Path | None = None
) -> Iterator[tuple[Release, dict[str, int]]]:
    """Rewrite every release that holds rows of the removal; give each with the rows it lost, by table.

    A release rewritten before holds none any more, so an interrupted removal goes on where it was. A release in object
    storage is fetched to ``staging`` for it. Raises :class:`ReleaseError` where a release cannot be read or written.
    """
    _complete(releases)
    written: dict[str, Path] = {}
    for release in list_releases(releases):
        with _told(release):
            manifest = read_manifest(release.path)
            held = Held(release.path, entries_of(manifest))
            found = find(held, removal, selection_of(manifest).copies, place_again)
            if not found.is_nothing:
                with _anew(releases, release, staging) as (old, folder):
                    entries = _rewrite(release, folder, Held(old, held.entries), (removal, found), written)
                if not is_remote(release.path):
                    for entry in entries:
                        if entry.path in found.touched:
                            written.setdefault(entry.sha256, local(release.path, "rewriting") / entry.path)
        if not found.is_nothing:
            yield release, found.counts


def find_in_releases(releases: Location, removal: Removal) -> Iterator[tuple[Release, dict[str, int]]]:
    """What a removal would take out of each release, by table; releases that hold nothing of it are left out.

    All counts are 0 where only change tables name it.
    """
    for release in list_releases(releases):
        with _told(release):
            held = Held(release.path, entries_of(read_manifest(release.path)))
            found = find(held, removal, CopyRule(), lambda *_: Placements.create_empty())
        if not found.is_nothing:
            yield release, found.counts


def _complete(releases: Location) -> None:
    """Nothing half-done may stand beside the releases: nobody looks into it, and it may hold what goes."""
    if is_remote(releases):
        complete_remote(releases)
        clear_uploads(releases)
    elif clear_killed(here := local(releases, "rewriting releases")):
        write_releases_page(here)


@contextmanager
def _told(release: Release) -> Iterator[None]:
    """A release that cannot be read, as one line that says which and what to do."""
    try:
        yield
    except Exception as error:  # each driver has its own errors
        if not (isinstance(error, pl.exceptions.PolarsError | pa.ArrowException) or is_of_storage(error)):
            raise
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ReleaseError(
            f"release {release.version} cannot be rewritten: {first}; put it right or delete {release.path}, and "
            "give the same command again"
        ) from error


@contextmanager
def _anew(releases: Location, release: Release, staging: Path | None) -> Iterator[tuple[Path, Path]]:
    """The release's folder on this machine, and an empty one that takes its place when the block ends well."""
    if is_remote(releases):
        with rebuilding_remote(releases, release.version, staging, write_releases_page) as both:
            yield both
        return
    here = local(releases, "rewriting a release")
    with rebuilding(here, release.version, write_releases_page) as folder:
        yield here / release.version, folder


def _rewrite(
    release: Release, folder: Path, old: Held, what: tuple[Removal, Found], written: Mapping[str, Path]
) -> list[FileEntry]:
    """Write the release anew into ``folder`` from ``old``, which is on this machine; what its data files are now."""
    removal, found = what
    here = _here(old)
    manifest = read_manifest(here)
    schema = read_schema(here)
    tables = {table["name"]: table_of(table) for table in schema["tables"]}
    former = _former(release.path.parent, manifest)
    entries = _data(folder, old, Rewriter(old, tables, removal, found), written)
    documents = Documents(
        folder,
        release.version,
        _facts(manifest, found),
        selection_of(manifest),
        schema,
        entries,
        former,
        _schema_change(former, schema),
        (*manifest.get("rewritten", ()), _entry(removal, found)),
        _kept(here, removal),
    )
    documents.write(tables["articles"], (here / "SCHEMA.md").read_text(encoding="utf-8"), Sample(old))
    return entries


def _here(old: Held) -> Path:
    return local(old.path, "rewriting a release")


def _data(folder: Path, old: Held, rewriter: Rewriter, written: Mapping[str, Path]) -> list[FileEntry]:
    """The data files: untouched ones linked, the others written anew, or linked where a release before has them."""
    entries = []
    for entry in old.entries:
        if entry.table in rewriter.tables and not rewriter.changes(entry.path):
            target = folder / entry.path
            target.parent.mkdir(exist_ok=True)
            _link(_here(old) / entry.path, target)
            entries.append(entry)
    for path, table in rewriter.write(folder):
        entry = file_entry(folder, path, table)
        if entry.sha256 in written:
            (folder / path).unlink()
            _link(written[entry.sha256], folder / path)
        entries.append(entry)
    order = list(rewriter.tables)
    return sorted(entries, key=lambda entry: (order.index(str(entry.table)), entry.path))


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _former(releases: Location, manifest: Mapping[str, Any]) -> Release | None:
    """The release that this one was compared with, which may be gone by now."""
    version = manifest.get("former_release")
    return Release(version, releases / version) if version else None


def _kept(release: Path, removal: Removal) -> Kept:
    """What only the old folder knows where the release before it is gone: its changes, and those before them."""
    frames = {}
    for name, schema in CHANGES_SCHEMAS.items():
        frames[name] = pl.read_parquet(release / "changes" / f"{name}.parquet").select(schema.names)
    sections = (release / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")
    gone = removal.takes_change()
    return Kept(Changes(**frames).without(gone), "".join(f"\n## {section}" for section in sections[2:]), gone)


def _schema_change(former: Release | None, schema: dict[str, Any]) -> SchemaChange:
    if former is None or not former.path.is_dir():
        return SchemaChange("none", ())
    return schema_change(read_schema(former.path), schema)


def _facts(manifest: Mapping[str, Any], found: Found) -> ReleaseFacts:
    facts = facts_of(manifest)
    return replace(facts, pages_removed=facts.pages_removed + sum(found.counts.values()))


def _entry(removal: Removal, found: Found) -> dict[str, Any]:
    """What the manifest says of the removal."""
    return {
        "date": removal.day.isoformat(),
        "reason": removal.reason,
        "removal": removal.removal_id,
        "removed": found.counts,
    }
