"""Outside the worker process: watch it, and go on after it dies.

What belongs here: a worker's limits, and which page a death is charged to. What does not: the process itself
(``workers``) and the work (``work``).

A page that hangs, eats memory or kills its worker costs only itself: the worker is ended, the page becomes a
reject, and a new worker goes on behind the last batch that was written.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tasks.shard.job import Counts, Journal, Limits, ShardJob
from tasks.shard.memory import processor_seconds, resident_bytes
from tasks.shard.progress import Phase, Progress
from tasks.shard.workers import (
    ERROR_STATUS,
    FULL_STATUS,
    ShardFailedError,
    Work,
    Worker,
    keep_waiting,
    waiting_worker,
)
from tasks.sources import Place
from tasks.sources.locations import is_remote

# Memory grows by a gigabyte in about half a second: look more often than that.
_POLL_SECONDS = 0.1
# By the clock, all is allowed this many times a page's limit: reading a record and writing a batch are not one page's
# work, and a page has its limit in processor time, but may wait for one.
_SLOW_PHASES = 10
_CAREFUL_RECORDS = 512


@dataclass(frozen=True, slots=True)
class _Death:
    """How a worker ended before its shard did."""

    phase: Phase
    record: int
    reason: str  # a reject reason
    message: str
    place: Place | None  # what it read, or had read last
    over_limit: bool  # ended by its supervisor; else by the system, by a crash or by somebody
    of_record_alone: bool = False  # over a limit that counts from where the record began


def run_shard(
    job: ShardJob,
    on_counts: Callable[[Counts], None] = lambda _: None,
    work: Work | None = None,
    *,
    keep_worker: bool = False,
) -> Counts:
    """Work through a shard in child processes and return its counts. ``on_counts`` hears them as they grow.

    Files left by an earlier attempt are built upon. Raises :class:`ShardFailedError`. Every death is charged to
    one page, narrows the search for it, or has the next worker begin later, so the number of restarts is bounded
    by the number of pages.
    ``work`` is what the child does, ``tasks.shard.work.work_shard`` by default. With ``keep_worker`` the child that
    came to the shard's end waits for the next shard, until ``end_waiting_workers`` is called.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    begins_anew = False
    while not (journal := Journal.read(job.folder)).done:
        first = journal.next_record
        worker = (waiting_worker(work) if keep_worker and not begins_anew else None) or Worker(work)
        death = _watch(worker, job, on_counts)
        if death is None:
            if keep_worker:
                keep_waiting(worker)
            else:
                worker.end()
            continue
        if death.phase is Phase.STARTING and not worker.is_new:
            continue  # it died of what came before; another one takes the shard
        journal = Journal.read(job.folder)
        # A worker dies of all that it did. Memory that earlier pages left taken, or corrupted, is no fault of the
        # record that it was at: a new worker has to begin with that one before it is charged.
        begins_anew = not death.of_record_alone and (death.record > first or not worker.is_new)
        if begins_anew:
            journal.begin_at = death.record
        else:
            _charge(death, journal, job)
        journal.write(job.folder)
    on_counts(journal.counts)
    return journal.counts


def _charge(death: _Death, journal: Journal, job: ShardJob) -> None:
    """Put a death down to one record, or narrow the search for it. Raises :class:`ShardFailedError`."""
    if death.phase is Phase.READING:
        _charge_reading(death, journal, job)
        return
    if death.phase is Phase.EXTRACTING:
        record = death.record
    elif death.phase is Phase.WRITING and journal.careful_until <= journal.next_record:
        journal.careful_until = journal.next_record + _CAREFUL_RECORDS
        return
    elif death.phase is Phase.WRITING and journal.next_record not in journal.culprits:
        record = journal.next_record
    else:
        raise ShardFailedError(f"{job.folder.name}: {death.message}")
    if death.over_limit or record in journal.suspects:
        journal.culprits[record] = (death.reason, death.message)
    else:
        journal.suspects.append(record)


def _charge_reading(death: _Death, journal: Journal, job: ShardJob) -> None:
    """Put a death down to what was being read, the second time: the first may have been of what came before it.

    A remote file that is slow is no fault of its record. Raises :class:`ShardFailedError`.
    """
    place = death.place
    slow = death.reason == "timeout" and place is not None and is_remote(job.shard.paths[place[0]])
    if place is None or slow or place in journal.left_out:
        raise ShardFailedError(f"{job.folder.name}: {death.message}")
    if place in journal.doubted:
        journal.left_out[place] = (death.reason, f"while it was read, {death.message}")
    else:
        journal.doubted.append(place)


def _watch(worker: Worker, job: ShardJob, on_counts: Callable[[Counts], None]) -> _Death | None:
    """Have a worker go through the shard: null when it did and waits for what comes next, else how it ended."""
    progress = worker.progress
    verdict: _Verdict | None = None
    done = False
    try:
        worker.begin(job)
        while verdict is None and not worker.has_news(_POLL_SECONDS):
            on_counts(progress.counts)
            verdict = _over_limit(progress, worker.pid, job.settings.limits)
        done = verdict is None and worker.is_done()
    finally:
        if not done:
            worker.kill()
    if done:
        return None
    if verdict is None and worker.status == FULL_STATUS:
        raise ShardFailedError(f"{os.strerror(errno.ENOSPC)}: {job.folder}")
    if verdict is None and worker.status == ERROR_STATUS:
        raise ShardFailedError((job.folder / "error.txt").read_text().strip())
    if verdict is not None:
        reason, message, of_record_alone = verdict
        return _Death(progress.phase, progress.record, reason, message, progress.place, True, of_record_alone)
    # The kernel's out-of-memory killer sends SIGKILL, as nothing else here does.
    reason = "out_of_memory" if worker.status == -signal.SIGKILL else "crashed"
    message = f"the worker ended with status {worker.status}"
    return _Death(progress.phase, progress.record, reason, message, progress.place, over_limit=False)


class _Verdict(NamedTuple):
    """Why a worker is ended; ``of_record_alone`` as in ``_Death``."""

    reason: str
    message: str
    of_record_alone: bool


def _over_limit(progress: Progress, pid: int | None, limits: Limits) -> _Verdict | None:
    """The verdict, once the worker is over a limit."""
    extracting = progress.phase is Phase.EXTRACTING
    used = processor_seconds(pid) if extracting and pid else None
    if used is not None and used - progress.processor_seconds_before > limits.page_seconds:
        return _Verdict("timeout", f"extracting took more than {limits.page_seconds:g} s of a processor", True)
    # By the clock, a page would be rejected on a busy machine that another run keeps.
    seconds = limits.page_seconds * (1 if extracting and used is None else _SLOW_PHASES)
    if progress.seconds > seconds:
        return _Verdict("timeout", f"{progress.phase.name.lower()} took longer than {seconds:g} s", True)
    resident = resident_bytes(pid)
    if extracting and resident - progress.resident_before > limits.page_memory_bytes:
        return _Verdict("out_of_memory", f"the page needed more than {limits.page_memory_bytes / 1e6:,.0f} MB", True)
    if resident > limits.worker_memory_bytes:
        return _Verdict("out_of_memory", f"a worker needed more than {limits.worker_memory_bytes / 1e6:,.0f} MB", False)
    return None
