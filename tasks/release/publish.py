"""Makes a release: an immutable, numbered, documented copy of one version of the store.

What belongs here: the steps in their order. What does not: each step's work (the modules beside this one).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from tasks.release.building import building
from tasks.release.card import CardInput, card, license_text
from tasks.release.data import write_empty_tables, write_files
from tasks.release.error import ReleaseError
from tasks.release.facts import ReleaseFacts, Selection
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
from tasks.release.plan import Plan, PlannedFile, plan_documents, plan_rejects
from tasks.release.quality import measure
from tasks.release.schema_document import fingerprint, schema_document, schema_markdown
from tasks.release.tables import release_tables
from tasks.release.versions import Release, check_version, list_releases, next_version

# Told as the work goes on: a step's name, rows (or files) done, and how many there are.
Progress = Callable[[str, int, int], None]


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
        _Build(folder, version, facts, selection, on_progress or (lambda *_: None)).run(
            documents, placements, rejects, former_release(releases, selection)
        )
    return releases / version


def former_release(releases: Path, selection: Selection) -> Release | None:
    """The newest release of the same selection: what a new one is compared with."""
    wanted = selection_document(selection)
    for release in reversed(list_releases(releases)):
        try:
            if read_manifest(release.path).get("selection") == wanted:
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


class _Build:
    """One release on its way."""

    def __init__(
        self, folder: Path, version: str, facts: ReleaseFacts, selection: Selection, progress: Progress
    ) -> None:
        self.folder = folder
        self.version = version
        self.facts = facts
        self.selection = selection
        self.progress = progress
        self.tables = release_tables(selection.profile)
        self.schema = schema_document(selection.profile)

    def run(self, documents: pl.LazyFrame, placements: Path, rejects: pl.LazyFrame, former: Release | None) -> None:
        """Data first, then what is counted from it, then the documents, the manifest and the sums."""
        entries = self._data(documents, placements, rejects, former)
        quality = measure(self.folder)
        self._documents(quality, entries)
        data = {entry.path for entry in entries}
        others = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        entries += [file_entry(self.folder, name) for name in others if name not in data]
        write_manifest(self.folder, self._head(quality, former), entries)
        write_sums(self.folder, entries)

    def _data(
        self, documents: pl.LazyFrame, placements: Path, rejects: pl.LazyFrame, former: Release | None
    ) -> list[FileEntry]:
        fingerprints = {table["name"]: fingerprint(table) for table in self.schema["tables"]}
        if self.selection.is_partial:
            rejects = rejects.limit(0)
        self.progress("plan", 0, 1)
        plans = [
            plan_documents(documents, placements, self.selection, fingerprints),
            plan_rejects(rejects, fingerprints),
        ]
        held = entries_of(read_manifest(former.path)) if former else []
        reused = self._reuse(plans, {entry.path: entry for entry in held}, former)
        total = sum(plan.rows.height for plan in plans)
        done = sum(entry.rows or 0 for entry in reused.values())
        self.progress("rows", done, total)

        def count(rows: int) -> None:
            nonlocal done
            done += rows
            self.progress("rows", done, total)

        for plan in plans:
            write_files(plan, self.tables, self.folder, skip=reused.keys(), on_rows=count)
        files: list[PlannedFile] = [file for plan in plans for file in plan.files]
        files += write_empty_tables(plans, self.tables, self.folder)
        return [reused.get(file.name) or self._written(file) for file in files]

    def _written(self, file: PlannedFile) -> FileEntry:
        entry = file_entry(self.folder, file.name, file.table, file.content_key)
        if entry.rows != file.rows:
            raise ReleaseError(
                f"{file.name} has {entry.rows:,} rows where {file.rows:,} were planned: the store changed"
            )
        return entry

    def _reuse(self, plans: list[Plan], held: dict[str, FileEntry], former: Release | None) -> dict[str, FileEntry]:
        """Link the files whose bytes an earlier release holds already, if they are still what its manifest says."""
        reused = {}
        for file in (file for plan in plans for file in plan.files):
            entry = held.get(file.name)
            if former is None or entry is None or entry.content_key != file.content_key:
                continue
            target = self.folder / file.name
            target.parent.mkdir(exist_ok=True)
            try:
                os.link(former.path / file.name, target)
            except OSError:
                continue  # gone, or a file system without hard links: written anew
            if file_entry(self.folder, file.name, file.table, file.content_key) == entry:
                reused[file.name] = entry
            else:
                target.unlink()
        return reused

    def _documents(self, quality: dict[str, Any], entries: list[FileEntry]) -> None:
        write_json(self.folder / "quality.json", quality)
        write_json(self.folder / "schema.json", self.schema)
        held = CardInput(
            version=self.version,
            facts=self.facts,
            selection=self.selection,
            funnel=self._funnel(quality),
            quality=quality,
            schema_version=self.schema["version"],
            data_bytes=sum(entry.bytes for entry in entries),
        )
        for name, text in {
            "README.md": card(held),
            "SCHEMA.md": schema_markdown(self.selection.profile),
            "LICENSE": license_text(self.facts.publication),
        }.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def _funnel(self, quality: dict[str, Any]) -> Funnel:
        counted = None if self.selection.is_partial else self.facts.pages_read
        unchanged = 0 if self.selection.is_partial else self.facts.pages_unchanged
        return Funnel(read=counted, unchanged=unchanged, **quality["rows"])

    def _head(self, quality: dict[str, Any], former: Release | None) -> dict[str, Any]:
        funnel = self._funnel(quality)
        return {
            "release": self.version,
            "published_on": self.facts.published_on.isoformat(),
            "former_release": former.version if former else None,
            "schema": {name: self.schema[name] for name in ("version", "profile", "fingerprint")},
            "made_from": {
                "store_version": self.facts.store_version,
                "rejects_version": self.facts.rejects_version,
                "code_version": self.facts.code_version,
                "runs": self.facts.runs,
            },
            "selection": selection_document(self.selection),
            "funnel": {**dict(funnel.rows()), "unaccounted": funnel.unaccounted},
        }
