"""The versions of the store: a run appends one; but for a removal (``erasure``) no row is ever changed.

What belongs here: commits. What does not: opening and reading (``reading``), the way of rows into files (``adding``,
``rewriting``), which rows are taken out (``erasure``).

A commit carries its run's id as a Delta transaction: a run that is repeated after a crash between the two appends
adds nothing twice.

Writers need not know of one another, on one machine or on many: a commit says which version its rows were compared
with (``based_on``) and fails where that is not the newest any more (:class:`StoreMovedError`). Whoever hears that
compares again. The lock file of a local store only spares runs on one machine that work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError
from filelock import FileLock, Timeout

from tasks.schema import Documents, Rejects, arrow_schema
from tasks.store.adding import add_rows
from tasks.store.layout import PARTITION, TABLES, batches_of, in_the_words_of, writer_properties
from tasks.store.reading import StoreReader
from tasks.store.rewriting import Change, rewrite_rows
from tasks.store.system_errors import system_errors
from tasks.store.version import NEWEST, Newest, StoreMovedError, StoreVersion

# How often a commit is tried that a writer at the same moment stands in the way of.
_ATTEMPTS = 20
_MOVED = "another run committed to the store meanwhile"


class Store(StoreReader):
    """The store as it is written, too."""

    @contextmanager
    def writing(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the store for one writer: from reading what it knows to the commit, nobody else commits.

        Two runs that deduplicate against the same version would otherwise both add the page they share. ``on_wait`` is
        called once where another run has the store and this one waits for it; a dead run holds nothing. In object
        storage nothing is held: ``based_on`` alone keeps writers apart.
        """
        if not isinstance(self.folder, Path):
            yield
            return
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

    def append(
        self,
        run_id: str,
        documents: list[Path] | Iterator[pa.RecordBatch],
        rejects: list[Path],
        facts: dict[str, Any],
        *,
        based_on: StoreVersion | Newest | None = NEWEST,
    ) -> StoreVersion:
        """Append a run: Parquet files with the columns of ``Documents`` and of ``Rejects``, in one version.

        Documents may come as their rows, too, some at a time.

        Rejects go first, so that the commit of the documents, which makes the version, can name them. Both
        are skipped where the run's id is in the log already. Memory stays at some row groups.

        ``based_on`` is the version that the documents were compared with (null: the empty store). Raises
        :class:`StoreMovedError` where it is not the newest any more; only rejects, which no version names, may have
        been written then, and the next attempt with this run's id skips them.
        """
        if not self.has("rejects", run_id):
            self._append_rejects(run_id, rejects)
        if not self.has("documents", run_id):
            rows = batches_of(documents, arrow_schema(Documents)) if isinstance(documents, list) else documents
            self._commit_documents(run_id, rows, facts, based_on)
        return self._version_of(run_id)

    def _append_rejects(self, run_id: str, files: list[Path]) -> None:
        properties = CommitProperties(app_transactions=[Transaction(run_id, 1)], max_commit_retries=20)
        for attempt in range(_ATTEMPTS):
            try:
                table = self.open("rejects")
                return self.add("rejects", batches_of(files, arrow_schema(Rejects)), properties, table)
            except DeltaError as error:
                if self.has("rejects", run_id):
                    return None
                # Where there was none, another run began the table at the same moment.
                is_begun = table is None and self.open("rejects") is not None
                if attempt == _ATTEMPTS - 1 or not (is_begun or isinstance(error, CommitFailedError)):
                    raise
        return None

    def add(
        self,
        name: str,
        batches: Iterable[pa.RecordBatch],
        properties: CommitProperties,
        table: DeltaTable | None,
        mode: Literal["append", "overwrite"] = "append",
    ) -> None:
        """Add batches to a table as it was read (null: there is none), in one commit, which is made without any too."""
        added_to = table if mode == "append" else None  # a table that is replaced has just our columns
        schema = in_the_words_of(added_to, arrow_schema(TABLES[name]))
        if added_to is not None and not set(schema.names) <= {field.name for field in added_to.schema().fields}:
            # A store begun before a nullable column was added takes it up: only Delta's own writer can do that.
            self._take_up_columns(name, batches, properties, added_to)
            return
        with system_errors(str(self.path(name))):
            add_rows(batches, schema, self.path(name), name, table, properties, mode)

    def replace(
        self,
        change_id: str,
        documents: Iterator[pa.RecordBatch],
        facts: dict[str, Any],
        *,
        based_on: StoreVersion | Newest = NEWEST,
    ) -> StoreVersion:
        """Make a version in which ``documents`` stand in place of all that were there, in one commit.

        ``facts`` says under ``recomputed`` what was done; the versions before stay as they were. A process that
        dies on the way leaves the store as it was, and files that no version names. Raises :class:`StoreMovedError`
        as :meth:`append` does.
        """
        self._commit_documents(change_id, documents, facts, based_on, mode="overwrite")
        return self._version_of(change_id)

    def _commit_documents(
        self,
        run_id: str,
        rows: Iterable[pa.RecordBatch],
        facts: dict[str, Any],
        based_on: StoreVersion | Newest | None,
        mode: Literal["append", "overwrite"] = "append",
    ) -> None:
        """Make a version. It is the one right after ``based_on``, or none."""
        retries = 20 if based_on is NEWEST and mode == "append" else 0
        properties = CommitProperties(app_transactions=[Transaction(run_id, 1)], max_commit_retries=retries)
        properties.custom_metadata = self.note(run_id, facts)
        try:
            if isinstance(based_on, StoreVersion):
                onto = self.open("documents", based_on.number)
            elif (onto := self.open("documents")) is not None and based_on is None:
                raise StoreMovedError(_MOVED)
            self.add("documents", rows, properties, onto, mode)
        except DeltaError as error:
            # A commit can be made and its answer be lost on the way; then it is our own that stands in the way.
            if self.has("documents", run_id):
                return
            if isinstance(error, CommitFailedError) or self._is_past(based_on):
                raise StoreMovedError(_MOVED) from error
            raise

    def _is_past(self, based_on: StoreVersion | Newest | None) -> bool:
        table = self.open("documents")
        return table is not None and based_on is not NEWEST and (based_on is None or based_on.number != table.version())

    def _version_of(self, run_id: str) -> StoreVersion:
        """The version that a run made. Another's may be newer."""
        return next(commit for commit in reversed(self._commits()) if commit.run_id == run_id)

    def note(self, run_id: str, facts: dict[str, Any]) -> dict[str, str]:
        """What a commit of ``documents`` says of itself, and of the rejects that go with it."""
        rejects = self.open("rejects")
        said = {"run_id": run_id, "rejects_version": rejects.version() if rejects else -1, "facts": facts}
        return {"broadsheet": json.dumps(said, ensure_ascii=False, sort_keys=True)}

    def rewrite(self, name: str, change: Change, run_id: str, facts: dict[str, Any] | None = None) -> None:
        """Change rows of a table that there is, in one commit with ``run_id``, which is made without any too.

        Where others commit meanwhile, their rows are looked at in turn. ``facts`` go into a commit of the documents.
        """
        for attempt in range(_ATTEMPTS):
            table = self.open(name)
            assert table is not None
            properties = CommitProperties(app_transactions=[Transaction(run_id, 1)], max_commit_retries=0)
            properties.custom_metadata = self.note(run_id, facts) if facts is not None else None
            try:
                with system_errors(str(self.path(name))):
                    return rewrite_rows(table, self.path(name), name, change, properties)
            except DeltaError as error:
                if self.has(name, run_id):
                    return None
                if attempt == _ATTEMPTS - 1 or not isinstance(error, CommitFailedError):
                    raise
        return None

    def _take_up_columns(
        self, name: str, batches: Iterable[pa.RecordBatch], properties: CommitProperties, table: DeltaTable
    ) -> None:
        """Append to a table begun before a nullable column was added, which has it from then on."""
        schema = in_the_words_of(table, arrow_schema(TABLES[name]))
        # A batch of other string types than the reader's would arrive as empty strings, without an error.
        cast = (batch if batch.schema.equals(schema) else batch.cast(schema) for batch in batches)
        with system_errors(str(self.path(name))):
            write_deltalake(
                table,
                pa.RecordBatchReader.from_batches(schema, cast),
                mode="append",
                schema_mode="merge",
                partition_by=PARTITION[name],
                writer_properties=writer_properties(name),
                commit_properties=properties,
            )
