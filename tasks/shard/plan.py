"""The plan of a run: which shards there are, under which run id, and what an interrupted run left.

What belongs here: the run's folder under ``data/work`` and its jobs. What does not: reading inputs
(``tasks.sources``) and running jobs (``flows.ingest``).

The folder is named after everything that decides the outcome: the inputs' fingerprints, the options and the
extractor's version. The same run started again after a crash therefore finds its folder, keeps its run id and
goes on from the batches that are on disk; anything else finds no folder and starts anew.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tasks.shard.folders import FolderLock, Identity, clear_leftovers, empty
from tasks.shard.job import Settings, ShardJob
from tasks.shard.known_pages import write_known_pages
from tasks.sources import Input, plan_shards
from tasks.store import Store, clear_uncommitted
from tasks.store.tombstones import digests_in
from tasks.values.urls import without_credentials
from tasks.version import EXTRACTOR

_PATHS = 3  # that a dead run is told by


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: its id, the moment it began (UTC), its folder, its jobs, and how many removals it knows of."""

    run_id: str
    ingested_at: datetime
    folder: Path
    jobs: tuple[ShardJob, ...]
    resumed: bool
    removals: int
    lock: FolderLock

    def clear(self) -> None:
        """The run is in the store: take its folder away, then let go of it."""
        shutil.rmtree(self.folder)
        self.lock.release()

    def parts(self, kind: str) -> list[Path]:
        """The Parquet files the jobs wrote, in the order of the input: ``documents`` or ``rejects``."""
        return [part for job in self.jobs for part in sorted(job.folder.glob(f"{kind}-*.parquet"))]


def plan_run(inputs: Sequence[Input], store: Store, work: Path, settings: Settings) -> Plan:
    """Make the run's folder under ``work``, or find the one that an interrupted run left there; hold it.

    Clears away what other dead runs left. Raises ``BusyError`` where the same run is at work in another process.
    """
    shards = plan_shards(inputs, target_bytes=settings.shard_bytes, workers=settings.workers)
    decides = [
        [shard.to_json() for shard in shards],
        [found.fingerprint for found in inputs],
        settings.keep_all_pages,
        EXTRACTOR,
        # What a run extracted before pages were removed may hold them: it starts anew.
        removals := store.removal_count(),
    ]
    if not inputs:
        # Nothing to go on with, and nobody else's: any number of such runs may be at work.
        decides.append(secrets.token_hex())
    folder = work / hashlib.sha256(json.dumps(decides, default=str).encode()).hexdigest()[:16]
    lock = FolderLock(folder)
    try:
        identity, resumed = _identify(folder, inputs, store)
        if clear_leftovers(work, store, but=folder) or resumed:
            clear_uncommitted(store)
        known_pages = folder / "known-pages.npy"
        if shards:
            _note_known_pages(store, settings, known_pages)
    except BaseException:
        lock.release()
        raise
    began = datetime.fromisoformat(identity.began)
    jobs = tuple(
        ShardJob(shard, folder / f"shard-{number:05d}", known_pages, identity.run_id, began, settings)
        for number, shard in enumerate(shards)
    )
    return Plan(identity.run_id, began, folder, jobs, resumed, removals, lock)


def _note_known_pages(store: Store, settings: Settings, file: Path) -> None:
    version = store.version()
    write_known_pages(
        store.documents(version),
        store.rejects(version),
        file,
        extractor=EXTRACTOR,
        second_look=settings.second_look | ({"not_an_article"} if settings.keep_all_pages else frozenset()),
        tombstones=digests_in(store.tombstones()),
    )


def _identify(folder: Path, inputs: Sequence[Input], store: Store) -> tuple[Identity, bool]:
    """Which run the folder belongs to, and whether that is an interrupted one; else it is emptied for a new one."""
    identity = Identity.read(folder)
    if identity is not None and not store.has_run(identity.run_id):
        return identity, True
    # A run that was committed and not cleaned up is over: the next one of its kind is a new run.
    empty(folder)
    now = datetime.now(UTC)
    paths = tuple(without_credentials(found.path) for found in inputs)
    identity = Identity(
        f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", now.isoformat(), EXTRACTOR, paths[:_PATHS], len(paths)
    )
    identity.write(folder)
    return identity, False
