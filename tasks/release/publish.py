"""Makes a release: an immutable, numbered, documented copy of one version of the store.

What belongs here: the steps in their order. What does not: each step's work (the modules beside this one).
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.release.building import building
from tasks.release.diff import read_schema
from tasks.release.documents import Documents, held_by
from tasks.release.error import ReleaseError
from tasks.release.facts import Progress, ReleaseFacts, Selection
from tasks.release.head import facts_of, selection_document, selection_of
from tasks.release.manifest import read_manifest
from tasks.release.months import make_data
from tasks.release.page import write_releases_page
from tasks.release.plan import plan_documents, plan_rejects
from tasks.release.sample import Sample
from tasks.release.schema_change import SchemaChange, is_high_enough, needed_version, schema_change
from tasks.release.schema_document import fingerprint, schema_document, schema_markdown
from tasks.release.tables import release_tables
from tasks.release.uploading import clear_dead_uploads, uploading
from tasks.release.versions import Release, check_version, list_releases, next_version
from tasks.storage import Location, is_remote, local


def write_release(  # noqa: PLR0913 - three inputs, a place, a name, and what the caller knows
    documents: pl.LazyFrame,
    placements: Path,
    rejects: pl.LazyFrame,
    *,
    releases: Location,
    version: str | None,
    facts: ReleaseFacts,
    selection: Selection | None = None,
    on_progress: Progress | None = None,
    staging: Path | None = None,
) -> Location:
    """Write ``releases/<version>`` and return it; without a version, the next calendar version of the day.

    ``documents`` and ``rejects`` are the store's tables at one version, ``placements`` the Parquet file that says where
    each document stands in it. For ``releases`` in object storage the release is built in a folder under ``staging``
    (default: the system's for passing files) and uploaded.

    Raises :class:`ReleaseError` with one clear line; then nothing has changed.
    """
    selection = selection or Selection()
    progress = on_progress or (lambda *_: None)

    def build(folder: Path, name: str) -> tuple[Release | None, frozenset[str]]:
        made = _Build(folder, name, facts, selection, former_release(releases, selection))
        return made.former, made.run(documents, placements, rejects, progress)

    if is_remote(releases):
        clear_dead_uploads(releases)
        name = check_version(version) if version else next_version(releases, facts.published_on)
        with (
            tempfile.TemporaryDirectory(prefix="release-", dir=staging) as folder,
            uploading(releases, name, Path(folder)) as upload,
        ):
            former, taken_over = build(upload.folder, name)
            progress("upload", 0, 1)
            upload.finish(former.path if former else None, taken_over)
        write_releases_page(releases)
        return releases / name
    here = local(releases, "publish")
    name = check_version(version) if version else next_version(here, facts.published_on)
    with building(here, name, write_releases_page) as built:
        build(built, name)
    return here / name


def former_release(releases: Location, selection: Selection) -> Release | None:
    """The newest release of the same selection: what a new one is compared with.

    Newest by what it was made from and when, not by its name: a release may have any name, and one with letters sorts
    behind every day of the calendar.
    """
    wanted = selection_document(selection)
    found: list[tuple[tuple[int, date, int], Release]] = []
    for place, release in enumerate(list_releases(releases)):
        try:
            manifest = read_manifest(release.path)
            if selection_document(selection_of(manifest)) == wanted:
                facts = facts_of(manifest)
                found.append(((facts.store_version, facts.published_on, place), release))
        except ReleaseError:
            continue  # a damaged release is no reason not to make a good one
    for _, release in sorted(found, key=lambda one: one[0], reverse=True):
        with suppress(ReleaseError):
            if read_schema(release.path):
                return release
    return None


@dataclass(frozen=True, slots=True)
class _Build:
    """One release on its way."""

    folder: Path
    version: str
    facts: ReleaseFacts
    selection: Selection
    former: Release | None

    def run(
        self, documents: pl.LazyFrame, placements: Path, rejects: pl.LazyFrame, progress: Progress
    ) -> frozenset[str]:
        """Data first, then the documents that are made from it. The names of the files that were taken over."""
        profile = self.selection.profile
        schema = schema_document(profile)
        change = self._schema_change(schema)
        tables = release_tables(profile)
        fingerprints = {table["name"]: fingerprint(table) for table in schema["tables"]}
        progress("plan", 0, 1)
        plans = [
            plan_documents(documents, placements, self.selection, fingerprints),
            plan_rejects(rejects.limit(0) if self.selection.is_partial else rejects, fingerprints),
        ]
        sample = Sample(held_by(self.former) if self.former else None)
        entries, taken_over = make_data(self.folder, plans, tables, self.former, progress, sample)
        del plans  # hundreds of megabytes for a million documents
        progress("documents", 0, 1)
        made = Documents(self.folder, self.version, self.facts, self.selection, schema, entries, self.former, change)
        made.write(tables["articles"], schema_markdown(profile), sample)
        progress("documents", 1, 1)
        return taken_over

    def _schema_change(self, schema: dict[str, Any]) -> SchemaChange:
        if self.former is None:
            return SchemaChange("none", ())
        old = read_schema(self.former.path)
        change = schema_change(old, schema)
        if change.kind == "major" and not is_high_enough(schema["version"], old["version"], "major"):
            raise ReleaseError(
                f"the schema is {schema['version']} and changed in a major way since release {self.former.version} "
                f"({change.what[0]}): it needs version {needed_version(old['version'], 'major')} before it is published"
            )
        return change
