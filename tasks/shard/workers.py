"""The child processes: how one is started, given its work, heard of and ended, from both ends.

What belongs here: the process, its orders, its log. What does not: limits, and what a death means (``supervise``).

Children come from a fork server that has imported the stages once, so a new one starts in some milliseconds and never
inherits Prefect's threads. One that has come to the end of its shard may wait for the next: it remembers the words and
classes it met, its pages of memory are its own by now, and Polars' threads run; a new one takes a fifth of a second to
get there.
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
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final, TypeVar

from tasks.shard.fork_server import call_this_process, processes
from tasks.shard.job import ShardJob
from tasks.shard.lifeline import tie_to_supervisor
from tasks.shard.memory import resident_bytes
from tasks.shard.progress import SLOTS, Progress
from tasks.values.urls import without_secrets

ERROR_STATUS, FULL_STATUS = 3, 4
NAME = "shard-worker"
"""What the system calls a worker (``ps -o comm``)."""

# What a worker has once taken it seldom gives back: one that holds more than this, or has done so many shards, is ended
# rather than kept, so that memory does not depend on how much there is to read.
_MOST_KEPT_BYTES: Final = 400_000_000
_MOST_SHARDS: Final = 32

Job = TypeVar("Job")
Work = Callable[[ShardJob, Progress, Callable[[], None]], None]


class ShardFailedError(Exception):
    """A shard cannot be finished for a reason outside its pages (disk, network, memory): worth another try."""


_SECONDS_TO_END: Final = 5.0  # for a worker that waits; then it is killed


class Worker:
    """A child process that works through one shard after another. Used by one thread at a time.

    ``work`` is what it does with a shard, ``tasks.shard.work.work_shard`` by default.
    """

    def __init__(self, work: Work | None) -> None:
        self.work = work
        self._shards = 0
        self._most_bytes = _MOST_KEPT_BYTES
        slots = processes.RawArray("d", SLOTS)
        self.progress = Progress(slots)
        self._orders, theirs = processes.Pipe()
        self._process = processes.Process(
            target=_worker_main, args=(theirs, slots, work), daemon=True, name="broadsheet-shard"
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """The number of its process."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """How its process ended: its exit status, or less than 0 for a signal; null while it runs."""
        return self._process.exitcode

    @property
    def is_new(self) -> bool:
        """Whether it was given no shard but the one that it is at."""
        return self._shards <= 1

    def begin(self, job: ShardJob) -> None:
        """Give it a shard. One that is dead by now is found so by ``has_news``."""
        self._shards += 1
        self._most_bytes = min(_MOST_KEPT_BYTES, job.settings.limits.worker_memory_bytes // 2)
        self.progress.begin()
        with suppress(BrokenPipeError, ConnectionResetError):
            self._orders.send(job)

    def has_news(self, seconds: float) -> bool:
        """Wait so long for the end of its shard, or its own."""
        return bool(wait([self._process.sentinel, self._orders], timeout=seconds))

    def is_done(self) -> bool:
        """After news: whether it has come to the end of its shard."""
        with suppress(EOFError, ConnectionResetError):
            return self._orders.poll() and bool(self._orders.recv_bytes())
        return False

    def is_worth_keeping(self) -> bool:
        """Whether it may be given another shard."""
        return (
            self._process.is_alive()
            and self._shards < _MOST_SHARDS
            and resident_bytes(self._process.pid) < self._most_bytes
        )

    def release(self) -> None:
        """Say that there are no more orders: it ends then. Whoever says it calls ``end`` later."""
        # In words: a process that was forked meanwhile may hold the pipe open, however often it is closed here.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._orders.send(None)

    def end(self) -> None:
        """Let it end: it waits for orders, and there are none."""
        self.release()
        self._process.join(_SECONDS_TO_END)
        self.kill()

    def kill(self) -> None:
        """End it where it stands."""
        self._process.kill()
        self._process.join()
        self._orders.close()


_waiting: list[Worker] = []


def waiting_worker(work: Work | None) -> Worker | None:
    """One that waits for this kind of work, where there is one; it is the caller's now."""
    with suppress(IndexError):
        while True:
            worker = _waiting.pop()
            if worker.work is work and worker.is_worth_keeping():
                return worker
            worker.end()
    return None


def keep_waiting(worker: Worker) -> None:
    """Have a worker that is done wait for its next shard, where it is worth it."""
    if worker.is_worth_keeping():
        _waiting.append(worker)
    else:
        worker.end()


def end_waiting_workers() -> None:
    """End all that wait: there are no more shards."""
    ended: list[Worker] = []
    with suppress(IndexError):
        while True:
            ended.append(_waiting.pop())
            ended[-1].release()
    for worker in ended:
        worker.end()


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
    if child.exitcode == FULL_STATUS:
        raise ShardFailedError(f"{os.strerror(errno.ENOSPC)}: {log.parent}")
    if child.exitcode == ERROR_STATUS:
        raise ShardFailedError(log.with_suffix(".error").read_text().strip())
    if child.exitcode:
        raise ShardFailedError(f"{log.stem}: the worker ended with status {child.exitcode}")


def _child_main(work: Callable[[Job], None], job: Job, log: Path) -> None:
    _become_a_worker()
    with _reporting(log, log.with_suffix(".error")):
        work(job)


def _stages() -> Work:
    # Imported in the child alone: the supervisor's process has no use for the stages.
    from tasks.shard.work import work_shard

    return work_shard


def _worker_main(orders: Connection, slots: list[float], work: Work | None) -> None:
    alive = _become_a_worker()
    while True:
        job: ShardJob | None = orders.recv()
        if job is None:  # there are no more
            return
        with _reporting(job.folder / "worker.log", job.folder / "error.txt"):
            (work or _stages())(job, Progress(slots), alive)
            orders.send_bytes(b"done")


def _become_a_worker() -> Callable[[], None]:
    """No interrupts (the parent decides), no life after the parent. What is returned is called once a record."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    call_this_process(NAME)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    return tie_to_supervisor()


@contextmanager
def _reporting(log_file: Path, error_file: Path) -> Iterator[None]:
    """The child at its work: a log file in place of the terminal; a failure ends the process, and says why."""
    with log_file.open("a") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    faulthandler.enable(sys.stderr)
    try:
        yield
    # Whatever it is (a full disk, a bug outside the pages), the supervisor must hear of it in words.
    except Exception as error:  # noqa: BLE001 - see above
        # On a full disk these words cannot be written either, and a status of its own says so.
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        try:
            traceback.print_exc()
            sys.stderr.flush()
            error_file.write_text(without_secrets(f"{type(error).__name__}: {error}"))
        except OSError:
            full = True
        os._exit(FULL_STATUS if full else ERROR_STATUS)
