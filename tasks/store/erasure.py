"""Takes rows out of the store for good: out of every version, file and log entry.

What belongs here: the deletion, and that no file keeps what it deleted. What does not: which rows
(``tasks.removal``), and releases (``tasks.release.rewriting``).

Each step is skipped where it was made before, so a removal that was interrupted is made whole by the same call. Delta's
log then names files, and nothing that stood in a row. Versions whose files are gone can no longer be opened; the
store says so (``Store.version``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from deltalake import CommitProperties, Transaction

from tasks.storage import is_remote
from tasks.store.rewriting import Change
from tasks.store.store import Store

_DEAD_AFTER_HOURS = 24
Rows = Callable[[pl.DataFrame], pl.Series]


def bury(store: Store, removal_id: str, tombstones: pl.DataFrame) -> None:
    """Keep the pages out from now on. First of all steps: a run that starts later knows of it."""
    if not store.has("tombstones", removal_id):
        commit = CommitProperties(app_transactions=[Transaction(removal_id, 1)], max_commit_retries=20)
        store.add("tombstones", tombstones.to_arrow().to_batches(), commit, store.open("tombstones"))


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
        store.rewrite("rejects", Change(is_rejected, lambda rows: rows.filter(~is_rejected(rows))), removal_id)
    if not store.has("documents", removal_id):
        store.rewrite("documents", _without(article_ids, edges), removal_id, facts)
    for name in ("documents", "rejects"):
        _forget_files(store, name)


def forget_uncommitted(store: Store) -> int:
    """Delete files that no version holds, as :func:`erase` does; return how many. Hold ``store.writing()``."""
    return sum(_forget_files(store, name) for name in ("documents", "rejects"))


def _without(article_ids: Sequence[str], edges: pl.DataFrame) -> Change:
    """The documents without those of the articles, and with the edges that others get."""
    gone, changed = pl.lit(pl.Series(article_ids, dtype=pl.String)).implode(), edges["document_id"].implode()
    goes = pl.col("article_id").is_in(gone)
    concerned = goes | pl.col("document_id").is_in(pl.lit(changed))
    given = edges.select("document_id", given=pl.col("match_edges"))

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        left = rows.filter(~goes).join(given, on="document_id", how="left", maintain_order="left")
        return left.with_columns(match_edges=pl.coalesce("given", "match_edges"))

    return Change(lambda rows: rows.select(concerned).to_series(), change, ["article_id", "document_id"])


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
