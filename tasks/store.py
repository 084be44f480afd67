"""The living dataset: two Delta tables under ``data/store``, appended to once a run and never changed.

What belongs here: opening, appending, versions, and which pages the store already knows. What does not:
what is a duplicate (``tasks.deduplication``) and how a release looks (``tasks.release``).

``documents`` holds every accepted document with its fingerprint and match edges; ``rejects`` every page
that did not become one. The log of ``documents`` is the store's history: each of its versions is a store
version, and names in its commit the version of ``rejects`` that goes with it, so a release can be rebuilt
from the number alone. A commit carries its run's id as a Delta transaction: a run that is repeated after a
crash between the two appends adds nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import dataframely as dy
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from filelock import FileLock, Timeout

from tasks.schema import ADDED_SINCE_1_0, Documents, Rejects, arrow_schema
from tasks.schema.tables import BAND_COLUMNS, RECOMPUTED

# Only these columns have statistics, in the log and in the files: no text may live on in them.
_STATISTICS = {
    "documents": ["document_id", "article_id", "published_at", "retrieved_at", "ingested_at"],
    "rejects": ["stage", "reason", "retrieved_at", "ingested_at"],
}
_TABLES: dict[str, type[dy.Schema]] = {"documents": Documents, "rejects": Rejects}
_PARTITION = {"documents": ["ingest_month"], "rejects": None}
# Values of which no two are alike: a dictionary of them makes the file larger, and reading 33 bands of 5 million
# documents, which every run does, cost half as much again.
_UNIQUE = {"document_id", "article_id", "text_sha256", "payload_sha256", "text", "text_key", "signature", *BAND_COLUMNS}


class StoreError(Exception):
    """The store cannot do what was asked; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """One version of the store.

    ``number`` counts the commits of ``documents`` from 0; ``rejects`` is the version of the rejects that
    goes with it. ``run_id`` and ``facts`` are what the run wrote into its commit.
    """

    number: int
    rejects: int
    run_id: str
    facts: dict[str, Any]


class Store:
    """The store in a folder. Opening it reads nothing; an absent folder is a store without versions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, table: str) -> Path:
        return self.folder / table

    def _open(self, table: str, version: int | None = None) -> DeltaTable | None:
        path = self._path(table)
        return DeltaTable(path, version=version) if DeltaTable.is_deltatable(str(path)) else None

    @contextmanager
    def writing(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the store for one writer: from reading what it knows to the commit, nobody else commits.

        Two runs that deduplicate against the same version would otherwise both add the page they share. ``on_wait`` is
        called once where another run has the store and this one waits for it; a dead run holds nothing.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".writing.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def clear_uncommitted(self) -> int:
        """Delete the data files that a run wrote and died before it committed them; return how many.

        Such files belong to no version. Nothing is done while another run writes: its files look the same.
        """
        deleted = 0
        try:
            with FileLock(self.folder / ".writing.lock", timeout=0):
                for name in _TABLES:
                    deleted += self._clear_uncommitted(name)
        except (Timeout, FileNotFoundError):
            return deleted
        return deleted

    def _clear_uncommitted(self, name: str) -> int:
        path, table = self._path(name), self._open(name)
        held = set(table.file_uris()) if table else set()
        # Files that a later version left out are named in the log for as long as an older version can be opened.
        log = "\n".join(file.read_text() for file in path.glob("_delta_log/*.json"))
        deleted = 0
        for file in path.rglob("*.parquet"):
            inside = file.relative_to(path).as_posix()
            if not inside.startswith("_delta_log") and str(file.resolve()) not in held and file.name not in log:
                file.unlink()
                deleted += 1
        return deleted

    def version(self, number: int | None = None) -> StoreVersion | None:
        """A version of the store, the newest by default; null while nothing was ever committed."""
        table = self._open("documents")
        if table is None:
            return None
        newest = table.version()
        if number is not None and not 0 <= number <= newest:
            raise StoreError(f"the store has versions 0 to {newest}, not {number}")
        wanted = newest if number is None else number
        for version in reversed(self._commits()):
            if version.number <= wanted:
                return StoreVersion(wanted, version.rejects, version.run_id, version.facts)
        raise StoreError(f"{self._path('documents')} is a Delta table, but none of its commits is broadsheet's")

    def versions(self) -> list[StoreVersion]:
        """Every version that a run made, oldest first."""
        return [version for version in self._commits() if "recomputed" not in version.facts]

    def _commits(self) -> list[StoreVersion]:
        table = self._open("documents")
        versions = []
        for commit in table.history() if table else []:
            if "broadsheet" in commit:
                note = json.loads(commit["broadsheet"])
                versions.append(StoreVersion(commit["version"], note["rejects_version"], note["run_id"], note["facts"]))
        return sorted(versions, key=lambda version: version.number)

    def documents(self, version: StoreVersion | None) -> pl.LazyFrame:
        """The documents of a version, lazily: the columns of ``tasks.schema.Documents``."""
        return self._scan("documents", version.number if version else None)

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

    def _scan(self, name: str, version: int | None, columns: list[str] | None = None) -> pl.LazyFrame:
        schema = _TABLES[name]
        columns = columns or schema.column_names()
        if version is None or (table := self._open(name, version)) is None:
            return schema.create_empty().lazy().select(columns)
        frame = pl.scan_delta(table)
        absent = set(columns) - set(frame.collect_schema().names())
        later = {column: schema.columns()[column].dtype for column in absent & ADDED_SINCE_1_0}
        frame = frame.with_columns(pl.lit(None, dtype).alias(column) for column, dtype in later.items())
        missing = absent - set(later)
        if missing and missing <= RECOMPUTED:
            raise StoreError(
                f"{self._path(name)} has fingerprints in an older format: it lacks {', '.join(sorted(missing))}; "
                "make them again from the texts: broadsheet refingerprint"
            )
        if missing:
            raise StoreError(
                f"{self._path(name)} was written with an older schema: it lacks {', '.join(sorted(missing))}; "
                "read it with the version of broadsheet that wrote it, or ingest the inputs anew into another --data"
            )
        return frame.select(columns)

    def append(self, run_id: str, documents: list[Path], rejects: list[Path], facts: dict[str, Any]) -> StoreVersion:
        """Append a run: Parquet files with the columns of ``Documents`` and of ``Rejects``, in one version.

        Rejects go first, so that the commit of the documents, which makes the version, can name them. Both
        are skipped where the run's id is in the log already. Memory stays at some row groups.
        """
        properties = CommitProperties(app_transactions=[Transaction(run_id, 1)], max_commit_retries=20)
        if not self._has(run_id, "rejects"):
            self._write("rejects", _batches(rejects, arrow_schema(Rejects)), properties)
        if not self._has(run_id, "documents"):
            rejects_table = self._open("rejects")
            note = {
                "run_id": run_id,
                "rejects_version": rejects_table.version() if rejects_table else -1,
                "facts": facts,
            }
            properties.custom_metadata = {"broadsheet": json.dumps(note, ensure_ascii=False, sort_keys=True)}
            self._write("documents", _batches(documents, arrow_schema(Documents)), properties)
        version = self.version()
        if version is None:
            raise StoreError(f"nothing was written to {self.folder}")
        return version

    def replace(self, change_id: str, documents: Iterator[pa.RecordBatch], facts: dict[str, Any]) -> StoreVersion:
        """Make a version in which ``documents`` stand in place of all that were there, in one commit.

        ``facts`` says under ``recomputed`` what was done; the versions before stay as they were. A process that
        dies on the way leaves the store as it was, and files that no version names.
        """
        properties = CommitProperties(app_transactions=[Transaction(change_id, 1)], max_commit_retries=0)
        rejects = self._open("rejects")
        note = {"run_id": change_id, "rejects_version": rejects.version() if rejects else -1, "facts": facts}
        properties.custom_metadata = {"broadsheet": json.dumps(note, ensure_ascii=False, sort_keys=True)}
        self._write("documents", documents, properties, mode="overwrite")
        version = self.version()
        assert version is not None
        return version

    def has_run(self, run_id: str) -> bool:
        """Whether a run is in the store, whole."""
        return self._has(run_id, "documents")

    def _has(self, run_id: str, name: str) -> bool:
        table = self._open(name)
        return table is not None and table.transaction_version(run_id) is not None

    def _write(
        self,
        name: str,
        batches: Iterator[pa.RecordBatch],
        properties: CommitProperties,
        mode: Literal["append", "overwrite"] = "append",
    ) -> None:
        schema = arrow_schema(_TABLES[name])
        write_deltalake(
            self._path(name),
            pa.RecordBatchReader.from_batches(schema, batches),
            mode=mode,
            # A store begun before a nullable column was added takes it up; one that is replaced has just our columns.
            schema_mode="overwrite" if mode == "overwrite" else "merge",
            partition_by=_PARTITION[name],
            configuration={"delta.dataSkippingStatsColumns": ",".join(_STATISTICS[name])},
            writer_properties=WriterProperties(
                compression="ZSTD",
                compression_level=6,
                max_row_group_size=20_000,
                # Small pages: deduplication reads some hundred scattered texts, a third of the cost at 5% more disk.
                data_page_size_limit=1 << 17,
                write_batch_size=64,
                default_column_properties=ColumnProperties(statistics_enabled="NONE"),
                column_properties={column: _properties(name, column) for column in schema.names},
            ),
            commit_properties=properties,
        )


def _properties(table: str, column: str) -> ColumnProperties:
    return ColumnProperties(
        dictionary_enabled=column not in _UNIQUE,
        statistics_enabled="CHUNK" if column in _STATISTICS[table] else "NONE",
    )


def _batches(files: list[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for file in files:
        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(batch_size=4096):
                table = pa.Table.from_batches([batch]).select(schema.names).cast(schema)
                yield from table.combine_chunks().to_batches()
