"""What the store holds: its tables, its versions, and the rows of a version.

What belongs here: opening and reading. What does not: making a version (``store``), and the form of files (``layout``).

``documents`` holds every accepted document with its fingerprint and match edges; ``rejects`` every page
that did not become one. The log of ``documents`` is the store's history: each of its versions is a store
version, and names in its commit the version of ``rejects`` that goes with it, so a release can be rebuilt
from the number alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tasks.schema import ADDED_SINCE_1_0, Documents
from tasks.schema.tables import RECOMPUTED
from tasks.storage import Location, is_remote, location_of, one_line, options_of
from tasks.store.layout import TABLES
from tasks.store.version import StoreError, StoreVersion


class StoreReader:
    """The store in a folder, here or in object storage, as it is read.

    Opening it reads nothing; an absent folder is a store without versions.
    """

    def __init__(self, folder: Location) -> None:
        self.folder = folder

    def path(self, table: str) -> Location:
        """The folder of a table."""
        return self.folder / table

    def open(self, table: str, version: int | None = None) -> DeltaTable | None:
        """A table at a version, the newest by default; null where it was never written."""
        path, options = self.path(table), options_of(self.folder)
        try:
            if not DeltaTable.is_deltatable(str(path), options):
                return None
            return DeltaTable(str(path), version=version, storage_options=options)
        except (OSError, DeltaError) as error:
            if not is_remote(path):
                raise
            raise StoreError(f"{path} cannot be read: {one_line(error)}") from error

    def identity(self) -> str | None:
        """What tells this store from any other, also from one that takes its place; null while nothing is in it."""
        table = self.open("documents")
        return str(table.metadata().id) if table else None

    def version(self, number: int | None = None) -> StoreVersion | None:
        """A version of the store, the newest by default; null while nothing was ever committed."""
        table = self.open("documents")
        if table is None:
            return None
        newest = table.version()
        if number is not None and not 0 <= number <= newest:
            raise StoreError(f"the store has versions 0 to {newest}, not {number}")
        wanted = newest if number is None else number
        commits = self._commits()
        for commit in reversed(commits):
            if commit.number <= wanted:
                found = StoreVersion(wanted, commit.rejects, commit.run_id, commit.facts)
                if wanted != newest:
                    self._check_still_whole(found, commits)
                return found
        raise StoreError(f"{self.path('documents')} is a Delta table, but none of its commits is broadsheet's")

    def _check_still_whole(self, version: StoreVersion, commits: list[StoreVersion]) -> None:
        """Raise :class:`StoreError` where files of an older version went with a removal, or were cleared by upkeep."""
        removals = [commit for commit in commits if commit.is_removal and commit.number > version.number]
        for name, number in (("documents", version.number), ("rejects", version.rejects)):
            table = self.open(name, number) if number >= 0 else None
            if table is None or all(location_of(file).exists() for file in table.file_uris()):
                continue
            if not removals:
                raise StoreError(
                    f"store version {version.number} can be read no more: upkeep cleared what neither the newest "
                    "version nor a kept release needs"
                )
            raise StoreError(
                f"store version {version.number} cannot be rebuilt any more: store version {removals[-1].number} "
                f"took rows out for good ({removals[-1].facts['removal']['date']}); name that one or a later"
            )

    def versions(self) -> list[StoreVersion]:
        """Every version that a run made, oldest first."""
        return [commit for commit in self._commits() if not commit.facts.keys() & {"removal", "recomputed", "upkeep"}]

    def changes(self) -> list[StoreVersion]:
        """Every version that has other rows than the one before, oldest first."""
        return [commit for commit in self._commits() if "upkeep" not in commit.facts]

    def removals(self) -> list[StoreVersion]:
        """Every version that a removal made, oldest first."""
        return [commit for commit in self._commits() if commit.is_removal]

    def _commits(self) -> list[StoreVersion]:
        table = self.open("documents")
        versions = []
        for commit in table.history() if table else []:
            if "broadsheet" in commit:
                note = json.loads(commit["broadsheet"])
                versions.append(StoreVersion(commit["version"], note["rejects_version"], note["run_id"], note["facts"]))
        return sorted(versions, key=lambda version: version.number)

    def documents(self, version: StoreVersion | None) -> pl.LazyFrame:
        """The documents of a version, lazily: the columns of ``tasks.schema.Documents``."""
        return self._scan("documents", version.number if version else None)

    def files(self, version: StoreVersion | None) -> list[Path]:
        """The Parquet files that the documents of a version lie in; none for a store in object storage."""
        table = self.open("documents", version.number) if version else None
        files = table.file_uris() if table else []
        return sorted(Path(file) for file in files) if not any("://" in file for file in files) else []

    def contents(self, version: StoreVersion | None) -> pl.LazyFrame:
        """The documents of a version without fingerprints and edges, which may be of a format long gone."""
        kept = [name for name in Documents.column_names() if name not in RECOMPUTED]
        return self._scan("documents", version.number if version else None, kept)

    def rejects(self, version: StoreVersion | None) -> pl.LazyFrame:
        """The rejects of a version, lazily: the columns of ``tasks.schema.Rejects``.

        A run that died between its two appends, and was never given again, left rejects that belong to no version.
        """
        rejects = self._scan("rejects", version.rejects if version else None)
        if version is None or version.rejects < 0:
            return rejects
        runs = [run.run_id for run in self.versions() if run.number <= version.number]
        return rejects.filter(pl.col("run_id").is_in(runs))

    def tombstones(self) -> pl.DataFrame:
        """What was removed for good: the columns of ``tasks.schema.Tombstones``. They have no versions."""
        table = self.open("tombstones")
        return self._scan("tombstones", table.version() if table else None).collect()

    def removal_count(self) -> int:
        """How many removals there were: a run that began before the last one may hold what it took out."""
        table = self.open("tombstones")
        return table.version() + 1 if table else 0

    def _scan(self, name: str, version: int | None, columns: list[str] | None = None) -> pl.LazyFrame:
        schema = TABLES[name]
        columns = columns or schema.column_names()
        if version is None or (table := self.open(name, version)) is None:
            return schema.create_empty().lazy().select(columns)
        frame = pl.scan_delta(table)
        absent = set(columns) - set(frame.collect_schema().names())
        later = {column: schema.columns()[column].dtype for column in absent & ADDED_SINCE_1_0}
        frame = frame.with_columns(pl.lit(None, dtype).alias(column) for column, dtype in later.items())
        missing = absent - set(later)
        if missing and missing <= RECOMPUTED:
            raise StoreError(
                f"{self.path(name)} has fingerprints in an older format: it lacks {', '.join(sorted(missing))}; "
                "make them again from the texts: broadsheet refingerprint"
            )
        if missing:
            raise StoreError(
                f"{self.path(name)} was written with an older schema: it lacks {', '.join(sorted(missing))}; "
                "read it with the version of broadsheet that wrote it, or ingest the inputs anew into another --data"
            )
        return frame.select(columns)

    def has_run(self, run_id: str) -> bool:
        """Whether a run is in the store, whole."""
        return self.has("documents", run_id)

    def has(self, name: str, run_id: str) -> bool:
        """Whether a run, or a removal, has made its commit to a table."""
        table = self.open(name)
        return table is not None and table.transaction_version(run_id) is not None
