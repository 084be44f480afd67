"""Takes rows out of the store for good: out of every version, file and log entry.

What belongs here: the deletion, and that no file keeps what it deleted. What does not: which rows
(``tasks.removal``), and releases (``tasks.release.rewriting``).

Each step is skipped where it was made before, so a removal that was interrupted is made whole by the same call. Delta's
log then names article ids, and nothing that stood in a row. Versions whose files are gone can no longer be opened; the
store says so (``Store.version``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, Transaction

from tasks.schema import Documents, Rejects, arrow_schema
from tasks.storage import is_remote, location_of
from tasks.store.layout import batches_of
from tasks.store.store import Store

_DEAD_AFTER_HOURS = 24
Rows = Callable[[pl.DataFrame], pl.Series]


def bury(store: Store, removal_id: str, tombstones: pl.DataFrame) -> None:
    """Keep the pages out from now on. First of all steps: a run that starts later knows of it."""
    if not store.has("tombstones", removal_id):
        store.write("tombstones", tombstones.to_arrow().to_batches(), _commit(removal_id))


def erase(  # noqa: PLR0913, PLR0917 - what goes from two tables, what changes with it, and what is said of it
    store: Store,
    removal_id: str,
    article_ids: Sequence[str],
    edges: pl.DataFrame,
    is_rejected: Rows | None,
    facts: dict[str, Any],
) -> None:
    """Delete the documents of ``article_ids``, and the rejects that ``is_rejected`` finds, in one new version.

    ``edges`` (``document_id``, ``match_edges``) are given to documents that stay, in the same commit. ``is_rejected``
    takes rows of the rejects and tells for each whether it goes. Hold ``store.writing()``.
    """
    if is_rejected is not None and not store.has("rejects", removal_id):
        rejects = store.open("rejects")
        files = [location_of(file) for file in rejects.file_uris()] if rejects else []
        left = _without(batches_of(files, arrow_schema(Rejects)), is_rejected)
        store.write("rejects", left, _commit(removal_id), mode="overwrite")
    if not store.has("documents", removal_id):
        commit = _commit(removal_id)
        commit.custom_metadata = store.note(removal_id, facts)
        if article_ids:
            goes = f"article_id IN ({_listed(article_ids)})"
            changes = f" OR document_id IN ({_listed(edges['document_id'])})" if edges.height else ""
            store.write("documents", _changed(store, edges), commit, mode="overwrite", predicate=goes + changes)
        else:
            store.write("documents", iter(()), commit)
    for name in ("documents", "rejects"):
        _forget_files(store, name)


def forget_uncommitted(store: Store) -> int:
    """Delete files that no version holds, as :func:`erase` does; return how many. Hold ``store.writing()``."""
    return sum(_forget_files(store, name) for name in ("documents", "rejects"))


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(f"'{one}'" for one in ids)


def _changed(store: Store, edges: pl.DataFrame) -> list[pa.RecordBatch]:
    """The documents that get other edges, whole. Held in memory: they are as good as copies of what goes.

    Read before the commit begins, which reads its batches where Delta and Polars cannot be asked for more.
    """
    if not edges.height:
        return []
    held = store.documents(store.version()).drop("match_edges")
    changed = held.join(edges.lazy(), on="document_id").select(Documents.column_names()).collect(engine="streaming")
    return list(changed.to_arrow().cast(arrow_schema(Documents)).combine_chunks().to_batches(max_chunksize=4096))


def _forget_files(store: Store, name: str) -> int:
    """Delete every file of the folder that the newest version does not hold: replaced ones, and a dead commit's.

    In object storage a file that no version names may be that of a run about to commit, on any machine: those are
    deleted when they are a day old.
    """
    table, deleted = store.open(name), 0
    if table is None:
        return deleted
    for hours, full in ((0, False), (_DEAD_AFTER_HOURS, True)) if is_remote(store.folder) else ((0, True),):
        # Delta names a file for as long as its log does, also one that is gone.
        named = table.vacuum(hours, dry_run=True, enforce_retention_duration=False, full=full)
        if there := sum((store.path(name) / file).exists() for file in named):
            table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=full)
            deleted += there
    return deleted


def _without(batches: Iterable[pa.RecordBatch], go: Rows) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(Rejects)
    for batch in batches:
        rows = pl.from_arrow(pa.Table.from_batches([batch]))
        assert isinstance(rows, pl.DataFrame)
        yield from rows.filter(~go(rows)).to_arrow().cast(schema).to_batches()


def _commit(removal_id: str) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(removal_id, 1)], max_commit_retries=20)
