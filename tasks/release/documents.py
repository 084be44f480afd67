"""Everything of a release but its data files: what is counted from them, said of them and summed over them.

What belongs here: the documents in their order, made from the data files that are there. What does not: the data files
(``months``, ``rewriting``), and each document's words (the modules beside this one).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from tasks.release.card import CardInput, card, license_text
from tasks.release.changelog import changelog, sections_of
from tasks.release.changes import Changes, Held, changes_between, no_changes, write_changes
from tasks.release.citation import citation_file
from tasks.release.croissant import croissant
from tasks.release.datapackage import data_package
from tasks.release.drift import RELEASES_COMPARED, drift, drift_document
from tasks.release.facts import ReleaseFacts, Selection
from tasks.release.funnel import Funnel
from tasks.release.head import head_document
from tasks.release.manifest import (
    FileEntry,
    entries_of,
    file_entry,
    read_manifest,
    write_json,
    write_manifest,
    write_sums,
)
from tasks.release.page import PAGE, write_page
from tasks.release.quality import measure, read_quality, scan
from tasks.release.sample import Sample
from tasks.release.schema_change import SchemaChange
from tasks.release.source_health import source_warnings
from tasks.release.tables import DOCUMENT_TABLES
from tasks.release.versions import Release, lineage


@dataclass(frozen=True, slots=True)
class Kept:
    """What a release that is written anew keeps, and what goes from it.

    ``changes`` and ``sections`` of CHANGELOG.md are for where the former release is gone. ``gone`` takes rows out of
    the change tables: also where the former release holds them still, being rewritten later.
    """

    changes: Changes
    sections: str
    gone: pl.Expr


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of the release in ``folder``, whose data files are ``entries``.

    ``former`` is the release it is compared with, ``schema`` its schema.json and ``schema_change`` what that differs
    in. ``rewritten`` says what was taken out of the release after it was made; then there is ``kept``.
    """

    folder: Path
    version: str
    facts: ReleaseFacts
    selection: Selection
    schema: dict[str, Any]
    entries: list[FileEntry]
    former: Release | None
    schema_change: SchemaChange
    rewritten: tuple[Mapping[str, Any], ...] = ()
    kept: Kept | None = None

    def write(self, articles: type[dy.Schema], schema_markdown: str, sample: Sample) -> None:
        """All of them, the manifest and the sums last."""
        quality = self._quality()
        changes = self.changes()
        write_changes(self.folder, changes)
        sample.write(self.folder, articles, self.entries)
        write_json(self.folder / "schema.json", self.schema)
        (self.folder / "SCHEMA.md").write_text(schema_markdown, encoding="utf-8")
        package = data_package(self.version, self.facts, self.schema, self.entries)
        write_json(self.folder / "datapackage.json", package)
        write_json(self.folder / "croissant.json", croissant(self.version, self.facts, self.schema, self.entries))
        for name, text in self._texts(quality, changes).items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self._seal(quality)

    def changes(self) -> Changes:
        """What differs from the former release, row by row."""
        if self.former is None:
            return no_changes()
        if self.kept and not self.former.path.is_dir():
            return self.kept.changes
        found = changes_between(held_by(self.former), Held(self.folder, self.entries))
        return found.without(self.kept.gone) if self.kept else found

    def _quality(self) -> dict[str, Any]:
        read = [(release.version, read_quality(release.path)) for release in lineage(self.former, RELEASES_COMPARED)]
        earlier = [(version, held) for version, held in read if held]
        quality = measure(self.folder, earlier[0][1].get("last_ingested_at") if earlier else None)
        drifted = drift_document(drift([held for _, held in earlier], quality), earlier)
        return quality | {"drift": drifted, "source_warnings": self._source_warnings()}

    def _source_warnings(self) -> list[dict[str, Any]]:
        documents = pl.concat(
            [scan(self.folder, table).select("source", "article_id", "ingested_at") for table in DOCUMENT_TABLES]
        )
        rejects = scan(self.folder, "rejects").select("source", "reason", "ingested_at")
        return [warning.as_dict() for warning in source_warnings(documents, rejects)]

    def _texts(self, quality: dict[str, Any], changes: Changes) -> dict[str, str]:
        """The documents that are text, by name."""
        former = self.former
        held = CardInput(
            version=self.version,
            facts=self.facts,
            selection=self.selection,
            funnel=self._funnel(quality),
            quality=quality,
            data_bytes=sum(entry.bytes for entry in self.entries),
            changes=changes.in_words() if former else (),
            former=former.version if former else None,
            rewritten=self.rewritten,
        )
        before = (former.version, self._earlier(former)) if former else None
        day = self.facts.published_on
        return {
            "README.md": card(held),
            "CHANGELOG.md": changelog(self.version, day, changes, self.schema_change, before, self.rewritten),
            "CITATION.cff": citation_file(self.version, self.facts),
            "LICENSE": license_text(self.facts.publication),
            "quality.json": json.dumps(quality, ensure_ascii=False, indent=1) + "\n",
        }

    def _earlier(self, former: Release) -> str:
        """The sections of CHANGELOG.md up to the former release."""
        path = former.path / "CHANGELOG.md"
        if path.is_file():
            return sections_of(path.read_text(encoding="utf-8"))
        return self.kept.sections if self.kept else ""

    def _seal(self, quality: dict[str, Any]) -> None:
        """The manifest over every file, and the sums over the manifest too."""
        data = {entry.path for entry in self.entries}
        others = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        entries = self.entries + [file_entry(self.folder, name) for name in others if name not in data | {PAGE}]
        head = head_document(
            self.version,
            self.facts,
            self.selection,
            former=self.former.version if self.former else None,
            schema=self.schema,
            funnel=self._funnel(quality),
            rewritten=self.rewritten,
        )
        write_page(self.folder, head, entries)
        entries.append(file_entry(self.folder, PAGE))
        write_manifest(self.folder, head, entries)
        write_sums(self.folder, entries)

    def _funnel(self, quality: dict[str, Any]) -> Funnel:
        counted = None if self.selection.is_partial else self.facts.pages_read
        unchanged, removed = (
            0 if self.selection.is_partial else pages
            for pages in (self.facts.pages_unchanged, self.facts.pages_removed)
        )
        return Funnel(read=counted, unchanged=unchanged, removed=removed, **quality["rows"])


def held_by(release: Release) -> Held:
    """The release's folder and files."""
    return Held(release.path, entries_of(read_manifest(release.path)))
