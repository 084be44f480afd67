"""Upkeep of the store: an hourly run leaves a small file each time, and a joined one makes the small ones superfluous.

What belongs here: joining and clearing files, without changing a row. What does not: rows (``tasks.store``), leftovers
of runs that died (``tasks.store.leftovers``).

Rebuilding is promised for the newest version and for each version that a kept release was made from: their files
stay. Any other version can still be named, and is refused in words once its files are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from deltalake import CommitProperties, DeltaTable

from tasks.store import KEEP_HISTORY, Store, writer_properties

# A partition with fewer small files than this is left: each joining writes its texts once more.
_FEW_FILES = 8
_TARGET_BYTES = 256 << 20
# Whoever opened a version just before a joining may read its files for so long.
_RETENTION_HOURS = 24


@dataclass(frozen=True)
class Tidied:
    """What was done to one table: data files of its newest version before and after, files deleted."""

    table: str
    files_before: int
    files_after: int
    deleted: int

    def as_dict(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


def tidy_store(
    store: Store,
    documents_kept: Sequence[int] = (),
    rejects_kept: Sequence[int] = (),
    *,
    few_files: int = _FEW_FILES,
    retention_hours: int = _RETENTION_HOURS,
) -> list[Tidied]:
    """Join small files and delete what no version needs but those kept and the newest; nobody may write meanwhile.

    ``documents_kept`` and ``rejects_kept``: versions of the two Delta tables that releases were made from.
    """
    documents, rejects = store.open("documents"), store.open("rejects")
    newest = store.version()
    if documents is None or newest is None:
        return []
    tables = {"documents": documents} | ({"rejects": rejects} if rejects else {})
    before = {name: len(table.file_uris()) for name, table in tables.items()}
    for table in tables.values():
        _keep_history(table)
    rejects_version = newest.rejects
    if rejects and rejects_version == _last_append(rejects) and _is_scattered(rejects, few_files):
        _join(rejects, "rejects", {})
        rejects_version = rejects.version()
    if _is_scattered(documents, few_files) or rejects_version != newest.rejects:
        # The commit of the documents makes the version: it names the rejects that go with it from here on.
        _join(documents, "documents", store.note(f"upkeep-{documents.version()}", {"upkeep": before}))
    after = store.version()
    kept = {
        "documents": {*documents_kept, documents.version()},
        "rejects": {*rejects_kept, after.rejects if after else newest.rejects, rejects.version() if rejects else -1},
    }
    done = []
    for name, table in tables.items():
        deleted = table.vacuum(
            retention_hours=retention_hours,
            dry_run=False,
            enforce_retention_duration=False,
            keep_versions=sorted(version for version in kept[name] if version >= 0),
        )
        done.append(Tidied(name, before[name], len(table.file_uris()), len(deleted)))
    return done


def _keep_history(table: DeltaTable) -> None:
    """Stores that were begun before the log was kept for good."""
    if KEEP_HISTORY.items() - table.metadata().configuration.items():
        table.alter.set_table_properties(KEEP_HISTORY)


def _last_append(table: DeltaTable) -> int:
    """The newest version that brought rows; what follows it are joinings and the like."""
    return max((c["version"] for c in table.history() if c["operation"] in {"WRITE", "CREATE TABLE"}), default=-1)


def _is_scattered(table: DeltaTable, few_files: int) -> bool:
    """Whether some partition has so many small files that joining them is worth writing them again."""
    small: dict[str, int] = {}
    for file, size in _sizes(table):
        partition = file.rpartition("/")[0]
        small[partition] = small.get(partition, 0) + (size < _TARGET_BYTES)
    return max(small.values(), default=0) >= few_files


def _sizes(table: DeltaTable) -> list[tuple[str, int]]:
    import polars as pl

    actions = pl.DataFrame(table.get_add_actions(flatten=True))
    return list(actions.select("path", "size_bytes").iter_rows())


def _join(table: DeltaTable, name: str, note: dict[str, str]) -> None:
    table.optimize.compact(
        target_size=_TARGET_BYTES,
        max_concurrent_tasks=1,
        writer_properties=writer_properties(name),
        commit_properties=CommitProperties(custom_metadata=note),
    )
