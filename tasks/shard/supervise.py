"""Outside the worker process: start it, watch it, and go on after it dies.

What belongs here: the child process of a shard, its limits, and which page a death is charged to. What does
not: the work itself (``work``).

A page that hangs, eats memory or kills its worker costs only itself: the worker is ended, the page becomes a
reject, and a new worker goes on behind the last batch that was written. Children come from a fork server that
has imported the stages once, so a new one starts in some milliseconds and never inherits Prefect's threads.
"""

from __future__ import annotations

import errno
import faulthandler
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar

from tasks.shard.fork_server import call_this_process, processes
from tasks.shard.job import Counts, Journal, Limits, ShardJob
from tasks.shard.lifeline import tie_to_supervisor
from tasks.shard.memory import resident_bytes
from tasks.shard.progress import SLOTS, Phase, Progress
from tasks.sources import Place
from tasks.sources.locations import is_remote

# Memory grows by a gigabyte in about half a second: look more often than that.
_POLL_SECONDS = 0.1
# Reading a record or writing a batch is allowed this many times a page's limit: neither is one page's work.
_SLOW_PHASES = 10
_CAREFUL_RECORDS = 512
_ERROR_STATUS, _FULL_STATUS = 3, 4
NAME = "shard-worker"
"""What the system calls a worker (``ps -o comm``)."""

Job = TypeVar("Job")
Work = Callable[[ShardJob, Progress, Callable[[], None]], None]


class ShardFailedError(Exception):
    """A shard cannot be finished for a reason outside its pages (disk, network, memory): worth another try."""


@dataclass(frozen=True, slots=True)
class _Death:
    """How a worker ended before its shard did."""

    phase: Phase
    record: int
    reason: str  # a reject reason
    message: str
    place: Place | None  # what it read, or had read last
    over_limit: bool  # ended by its supervisor; else by the system, by a crash or by somebody


def run_shard(job: ShardJob, on_counts: Callable[[Counts], None] = lambda _: None, work: Work | None = None) -> Counts:
    """Work through a shard in child processes and return its counts. ``on_counts`` hears them as they grow.

    Files left by an earlier attempt are built upon. Raises :class:`ShardFailedError`. Every death is charged to
    one page, or narrows the search for it, so the number of restarts is bounded by the number of pages.
    ``work`` is what the child does, ``tasks.shard.work.work_shard`` by default.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    while not (journal := Journal.read(job.folder)).done:
        death = _run_worker(job, on_counts, work)
        if death is None:
            continue
        journal = Journal.read(job.folder)
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


def _run_worker(job: ShardJob, on_counts: Callable[[Counts], None], work: Work | None) -> _Death | None:
    slots = processes.RawArray("d", SLOTS)
    progress = Progress(slots)
    progress.enter(Phase.STARTING, -1)
    worker = processes.Process(target=_worker_main, args=(job, slots, work), daemon=True, name="broadsheet-shard")
    worker.start()
    verdict: tuple[str, str] | None = None
    try:
        while verdict is None and not wait([worker.sentinel], timeout=_POLL_SECONDS):
            on_counts(progress.counts)
            verdict = _over_limit(progress, worker.pid, job.settings.limits)
    finally:
        worker.kill()
        worker.join()
    if verdict is None and worker.exitcode == 0:
        return None
    if verdict is None and worker.exitcode == _FULL_STATUS:
        raise ShardFailedError(f"{os.strerror(errno.ENOSPC)}: {job.folder}")
    if verdict is None and worker.exitcode == _ERROR_STATUS:
        raise ShardFailedError((job.folder / "error.txt").read_text().strip())
    over_limit = verdict is not None
    if verdict is None:
        # The kernel's out-of-memory killer sends SIGKILL, as nothing else here does.
        killed = worker.exitcode == -signal.SIGKILL
        verdict = ("out_of_memory" if killed else "crashed", f"the worker ended with status {worker.exitcode}")
    return _Death(progress.phase, progress.record, *verdict, progress.place, over_limit)


def _over_limit(progress: Progress, pid: int | None, limits: Limits) -> tuple[str, str] | None:
    """The reject reason and a message, once the worker is over a limit."""
    extracting = progress.phase is Phase.EXTRACTING
    seconds = limits.page_seconds if extracting else limits.page_seconds * _SLOW_PHASES
    if progress.seconds > seconds:
        return "timeout", f"{progress.phase.name.lower()} took longer than {seconds:g} s"
    resident = resident_bytes(pid)
    if extracting and resident - progress.resident_before > limits.page_memory_bytes:
        return "out_of_memory", f"the page needed more than {limits.page_memory_bytes / 1e6:,.0f} MB"
    if resident > limits.worker_memory_bytes:
        return "out_of_memory", f"a worker needed more than {limits.worker_memory_bytes / 1e6:,.0f} MB"
    return None


def run_in_child(work: Callable[[Job], None], job: Job, log: Path) -> None:
    """Have a child process do one thing that is no page's work, and wait for it. It has no limits of its own.

    It ends with this process, however that ends. Raises :class:`ShardFailedError` where it fails or dies.
    """
    child = processes.Process(target=_child_main, args=(work, job, log), daemon=True, name="broadsheet-part")
    child.start()
    try:
        child.join()
    finally:
        child.kill()
        child.join()
    if child.exitcode == _FULL_STATUS:
        raise ShardFailedError(f"{os.strerror(errno.ENOSPC)}: {log.parent}")
    if child.exitcode == _ERROR_STATUS:
        raise ShardFailedError(log.with_suffix(".error").read_text().strip())
    if child.exitcode:
        raise ShardFailedError(f"{log.stem}: the worker ended with status {child.exitcode}")


def _child_main(work: Callable[[Job], None], job: Job, log: Path) -> None:
    with _as_worker(log, log.with_suffix(".error")):
        work(job)


def _stages() -> Work:
    # Imported in the child alone: the supervisor's process has no use for the stages.
    from tasks.shard.work import work_shard

    return work_shard


def _worker_main(job: ShardJob, slots: list[float], work: Work | None) -> None:
    with _as_worker(job.folder / "worker.log", job.folder / "error.txt") as alive:
        (work or _stages())(job, Progress(slots), alive)


@contextmanager
def _as_worker(log_file: Path, error_file: Path) -> Iterator[Callable[[], None]]:
    """The child: no interrupts (the parent decides), a log file in place of the terminal, no life after the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    call_this_process(NAME)
    with log_file.open("a") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
        faulthandler.enable(log)
        logging.basicConfig(stream=log, level=logging.WARNING)
        alive = tie_to_supervisor()
        try:
            yield alive
        # Whatever it is (a full disk, a bug outside the pages), the supervisor must hear of it in words.
        except Exception as error:  # noqa: BLE001 - see above
            # On a full disk these words cannot be written either, and a status of its own says so.
            full = isinstance(error, OSError) and error.errno == errno.ENOSPC
            try:
                traceback.print_exc()
                log.flush()
                error_file.write_text(f"{type(error).__name__}: {error}")
            except OSError:
                full = True
            os._exit(_FULL_STATUS if full else _ERROR_STATUS)
