"""The flow ``refingerprint``: the store's fingerprints and match edges made anew, after their format has changed.

What belongs here: when it is needed, and the order of the steps. What does not: the steps (``tasks.deduplication``,
``tasks.store``).

The store is held from the first read to the commit: a run that wants to write waits. There is one commit; until it is
made the store is as it was, and the versions before it stay readable.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.options import DataFolder
from flows.showing.display import Step, current
from tasks.deduplication import FORMAT_VERSION, FormatError, check_format
from tasks.deduplication.recomputing import Part, recompute, rows_of
from tasks.schema import Documents, arrow_schema
from tasks.shard import passing_folder
from tasks.store import Store, StoreError, StoreMovedError, StoreVersion

_NAME = "refingerprint"


@flow(name="refingerprint")
def refingerprint(data_folder: Path, anyway: bool = False, store_elsewhere: str | None = None) -> int | None:
    """Make fingerprints and edges of the newest version anew; return the new version.

    Null where all are in this code's format already, unless ``anyway``.
    """
    data = DataFolder(data_folder, store_elsewhere)
    store = Store(data.store)
    with store.writing():
        version = store.version()
        if version is None:
            raise StoreError(f"{data.store} holds nothing yet; run: broadsheet ingest INPUT")
        if not anyway and _is_current(store, version):
            return None
        with passing_folder(data.work, _NAME) as folder:
            with current().step("Make fingerprints and matches") as step:
                parts = make_parts(store, version, folder, step)
            with current().step("Commit") as step:
                new = commit_parts(store, version, parts)
                step.text = f"store version {new}"
    return new


def _is_current(store: Store, version: StoreVersion) -> bool:
    try:
        check_format(store.documents(version))
    except (FormatError, StoreError):
        return False
    return True


@task(cache_policy=NO_CACHE)
def make_parts(store: Store, version: StoreVersion, folder: Path, step: Step) -> list[Part]:
    """The new rows as files in the work folder."""

    def on_progress(what: str, done: int, total: int) -> None:
        step.text, step.fraction = f"{what}: {done:,} of {total:,} documents", done / max(total, 1)
        current().moved(step)

    return recompute(store.contents(version), folder, on_progress)


@task(cache_policy=NO_CACHE)
def commit_parts(store: Store, version: StoreVersion, parts: list[Part]) -> int:
    """Put the new rows in place of the old ones; return the store's version."""
    facts = {"format": FORMAT_VERSION, "date": datetime.now(UTC).date().isoformat()}
    try:
        return store.replace(f"{_NAME}-{uuid.uuid4()}", _batches(parts), {"recomputed": facts}, based_on=version).number
    except StoreMovedError as error:
        raise StoreError(f"{error}: give the same command again, at a time when nothing else runs") from error


def _batches(parts: list[Part]) -> Iterator[pa.RecordBatch]:
    for rows in rows_of(parts):
        yield from rows.to_arrow().cast(arrow_schema(Documents)).combine_chunks().to_batches()
