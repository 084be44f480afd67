"""Makes a release: an immutable, numbered, documented copy of one version of the store.

What belongs here: the steps in their order. What does not: each step's work (the modules beside this one).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tasks.release.building import building
from tasks.release.card import CardInput, card, license_text
from tasks.release.changelog import changelog
from tasks.release.changes import Changes, Held, changes_between, no_changes, write_changes
from tasks.release.citation import citation_file
from tasks.release.croissant import croissant
from tasks.release.datapackage import data_package
from tasks.release.diff import read_schema
from tasks.release.drift import drift, drift_document
from tasks.release.error import ReleaseError
from tasks.release.facts import Progress, ReleaseFacts, Selection
from tasks.release.funnel import Funnel
from tasks.release.manifest import (
    FileEntry,
    entries_of,
    file_entry,
    read_manifest,
    write_json,
    write_manifest,
    write_sums,
)
from tasks.release.months import make_data
from tasks.release.plan import plan_documents, plan_rejects
from tasks.release.quality import measure
from tasks.release.sample import write_sample
from tasks.release.schema_change import SchemaChange, is_high_enough, needed_version, schema_change
from tasks.release.schema_document import fingerprint, schema_document, schema_markdown
from tasks.release.tables import release_tables
from tasks.release.versions import Release, check_version, list_releases, next_version


def write_release(  # noqa: PLR0913 - three inputs, a place, a name, and what the caller knows
    documents: pl.LazyFrame,
    placements: Path,
    rejects: pl.LazyFrame,
    *,
    releases: Path,
    version: str | None,
    facts: ReleaseFacts,
    selection: Selection | None = None,
    on_progress: Progress | None = None,
) -> Path:
    """Write ``releases/<version>`` and return it; without a version, the next calendar version of the day.

    ``documents`` and ``rejects`` are the store's tables at one version, ``placements`` the Parquet file that says where
    each document stands in it. Raises :class:`ReleaseError` with one clear line; then nothing has changed.
    """
    selection = selection or Selection()
    version = check_version(version) if version else next_version(releases, facts.published_on)
    with building(releases, version) as folder:
        build = _Build(folder, version, facts, selection, former_release(releases, selection))
        build.run(documents, placements, rejects, on_progress or (lambda *_: None))
    return releases / version


def former_release(releases: Path, selection: Selection) -> Release | None:
    """The newest release of the same selection: what a new one is compared with."""
    wanted = selection_document(selection)
    for release in reversed(list_releases(releases)):
        try:
            if read_manifest(release.path).get("selection") == wanted and read_schema(release.path):
                return release
        except ReleaseError:
            continue  # a damaged release is no reason not to make a good one
    return None


def selection_document(selection: Selection) -> dict[str, Any]:
    """The selection as manifest.json holds it."""
    return {
        "profile": selection.profile,
        "where": selection.where,
        "languages": sorted(selection.languages),
        "since": selection.since.isoformat() if selection.since else None,
        "until": selection.until.isoformat() if selection.until else None,
    }


@dataclass(frozen=True, slots=True)
class _Build:
    """One release on its way."""

    folder: Path
    version: str
    facts: ReleaseFacts
    selection: Selection
    former: Release | None

    def run(self, documents: pl.LazyFrame, placements: Path, rejects: pl.LazyFrame, progress: Progress) -> None:
        """Data first, then what is counted from it, then the documents, the manifest and the sums."""
        schema = schema_document(self.selection.profile)
        change = self._schema_change(schema)
        tables = release_tables(self.selection.profile)
        fingerprints = {table["name"]: fingerprint(table) for table in schema["tables"]}
        progress("plan", 0, 1)
        plans = [
            plan_documents(documents, placements, self.selection, fingerprints),
            plan_rejects(rejects.limit(0) if self.selection.is_partial else rejects, fingerprints),
        ]
        entries = make_data(self.folder, plans, tables, self.former, progress)
        del plans  # hundreds of megabytes for a million documents
        progress("documents", 0, 1)
        quality = self._quality()
        former = self._held()
        changes = changes_between(former, Held(self.folder, entries)) if former else no_changes()
        write_changes(self.folder, changes)
        write_sample(self.folder, tables["articles"], entries, former)
        write_json(self.folder / "schema.json", schema)
        write_json(self.folder / "datapackage.json", data_package(self.version, self.facts, schema, entries))
        write_json(self.folder / "croissant.json", croissant(self.version, self.facts, schema, entries))
        for name, text in self._texts(quality, entries, changes, change).items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self._seal(schema, quality, entries)
        progress("documents", 1, 1)

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

    def _quality(self) -> dict[str, Any]:
        quality = measure(self.folder)
        path = self.former.path / "quality.json" if self.former else None
        if self.former is None or path is None or not path.is_file():
            return quality | {"drift": drift_document([], None)}
        alarms = drift(json.loads(path.read_text(encoding="utf-8")), quality)
        return quality | {"drift": drift_document(alarms, self.former.version)}

    def _held(self) -> Held | None:
        if self.former is None:
            return None
        return Held(self.former.path, entries_of(read_manifest(self.former.path)))

    def _texts(
        self, quality: dict[str, Any], entries: list[FileEntry], changes: Changes, change: SchemaChange
    ) -> dict[str, str]:
        """The documents, by name."""
        profile, former = self.selection.profile, self.former
        held = CardInput(
            version=self.version,
            facts=self.facts,
            selection=self.selection,
            funnel=self._funnel(quality),
            quality=quality,
            data_bytes=sum(entry.bytes for entry in entries),
            changes=changes.in_words() if former else (),
            former=former.version if former else None,
        )
        before = (former.version, former.path) if former else None
        return {
            "README.md": card(held),
            "SCHEMA.md": schema_markdown(profile),
            "CHANGELOG.md": changelog(self.version, self.facts.published_on, changes, change, before),
            "CITATION.cff": citation_file(self.version, self.facts),
            "LICENSE": license_text(self.facts.publication),
            "quality.json": json.dumps(quality, ensure_ascii=False, indent=1) + "\n",
        }

    def _seal(self, schema: dict[str, Any], quality: dict[str, Any], entries: list[FileEntry]) -> None:
        """The manifest over every file, and the sums over the manifest too."""
        data = {entry.path for entry in entries}
        others = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        entries = entries + [file_entry(self.folder, name) for name in others if name not in data]
        funnel = self._funnel(quality)
        head = {
            "release": self.version,
            "published_on": self.facts.published_on.isoformat(),
            "former_release": self.former.version if self.former else None,
            "schema": {name: schema[name] for name in ("version", "profile", "fingerprint")},
            "made_from": {
                "store_version": self.facts.store_version,
                "rejects_version": self.facts.rejects_version,
                "code_version": self.facts.code_version,
                "runs": self.facts.runs,
            },
            "selection": selection_document(self.selection),
            "funnel": {**dict(funnel.rows()), "unaccounted": funnel.unaccounted},
        }
        write_manifest(self.folder, head, entries)
        write_sums(self.folder, entries)

    def _funnel(self, quality: dict[str, Any]) -> Funnel:
        counted = None if self.selection.is_partial else self.facts.pages_read
        unchanged = 0 if self.selection.is_partial else self.facts.pages_unchanged
        return Funnel(read=counted, unchanged=unchanged, **quality["rows"])
