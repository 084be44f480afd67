"""The plan of a run: which shards there are, under which run id, and what an interrupted run left.

What belongs here: the run's folder under ``data/work`` and its jobs. What does not: reading inputs
(``tasks.sources``) and running jobs (``flows.ingest``).

The folder is named after everything that decides the outcome: the fingerprints of all inputs that were found (also of
those that need not be read), the options and the extractor's version. The same run started again after a crash
therefore finds its folder, keeps its run id and goes on from the batches that are on disk; anything else finds no
folder and starts anew.
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
from tasks.values.urls import without_secrets
from tasks.version import EXTRACTOR

_PATHS = 3  # that a dead run is told by
_INPUTS = "inputs.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: its id, the moment it began (UTC), its folder, its jobs, and how many removals it knows of.

    ``inputs`` are those that it reads.
    """

    run_id: str
    ingested_at: datetime
    folder: Path
    inputs: tuple[Input, ...]
    jobs: tuple[ShardJob, ...]
    resumed: bool
    removals: int
    lock: FolderLock

    def clear(self) -> None:
        """Take its folder away, then let go of it: the run is in the store, or came to nothing."""
        shutil.rmtree(self.folder)
        self.lock.release()

    @property
    def is_untouched(self) -> bool:
        """Whether it is held, of a new run, and no shard came as far as its first batch: nothing to go on with.

        An interrupted run keeps its id and what it began with, however little of it is on disk.
        """
        return self.lock.is_held and not self.resumed and not any(self.folder.glob("*/journal.json"))

    def parts(self, kind: str) -> list[Path]:
        """The Parquet files the jobs wrote, in the order of the input: ``documents`` or ``rejects``."""
        return [part for job in self.jobs for part in sorted(job.folder.glob(f"{kind}-*.parquet"))]


def plan_run(
    found: Sequence[Input], store: Store, work: Path, settings: Settings, unread: Sequence[Input] | None = None
) -> Plan:
    """Make the run's folder under ``work``, or find the one that an interrupted run left there; hold it.

    ``found`` are the inputs as given; of them ``unread`` are read (default: all), or those that the interrupted run
    began with. Clears away what other dead runs left. Raises ``BusyError`` where the same run is at work in another
    process.
    """
    unread = found if unread is None else unread
    removals = store.removal_count()
    folder = work / _name(found, settings, removals)
    if not unread and Identity.read(folder) is None:
        # Nothing to read or to go on with, and nobody else's: any number of such runs may be at work.
        folder = work / f"nothing-{secrets.token_hex(8)}"
    lock = FolderLock(folder)
    try:
        identity, inputs, resumed = _identify(folder, found, unread, store)
        shards = plan_shards(inputs, target_bytes=settings.shard_bytes, workers=settings.workers)
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
    return Plan(identity.run_id, began, folder, tuple(inputs), jobs, resumed, removals, lock)


def _name(found: Sequence[Input], settings: Settings, removals: int) -> str:
    """Of the folder: other inputs, cut otherwise or read with another outcome, have another one.

    What a run extracted before pages were removed may hold them: it starts anew after that.
    """
    cut = [settings.shard_bytes, settings.workers]
    decides = [[one.fingerprint for one in found], cut, settings.keep_all_pages, EXTRACTOR, removals]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]


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


def _begun_with(folder: Path, found: Sequence[Input]) -> Sequence[Input]:
    try:
        noted = set(json.loads((folder / _INPUTS).read_text()))
    except (OSError, ValueError):
        return found
    return [one for one in found if one.fingerprint in noted]


def _identify(
    folder: Path, found: Sequence[Input], unread: Sequence[Input], store: Store
) -> tuple[Identity, Sequence[Input], bool]:
    """Which run the folder belongs to, what it reads, and whether it is an interrupted one.

    Where it is none, the folder is emptied for a new run, which reads ``unread``.
    """
    identity = Identity.read(folder)
    if identity is not None and not store.has_run(identity.run_id):
        # Other runs may have read some of them since; its shards are cut from what it began with.
        return identity, _begun_with(folder, found), True
    # A run that was committed and not cleaned up is over: the next one of its kind is a new run.
    empty(folder)
    now = datetime.now(UTC)
    paths = tuple(without_secrets(one.path) for one in unread)
    identity = Identity(
        f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", now.isoformat(), EXTRACTOR, paths[:_PATHS], len(paths)
    )
    if unread:  # a run that reads nothing leaves nothing to go on with
        (folder / _INPUTS).write_text(json.dumps([one.fingerprint for one in unread]))
        identity.write(folder)
    return identity, unread, False
