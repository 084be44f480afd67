"""Work that begins while the flow engine starts: the plan of a run, and its first shards.

What belongs here: beginning it, handing it to the flow that wants the same, ending it where none does. What does not:
what a plan is (``flows.ingesting.planning``), and the tasks that take the shards over (``flows.ingest``).

The engine takes seconds to start, on one core of however many there are. The command line therefore begins with what
the flow will do, in the flow's own way: the same plan, ``run_shard`` for each shard in the same order, as many side by
side as there are workers. The flow takes over: its tasks wait for the shards that are under way, hear of their counts,
and fail (and are tried again) as these do. A flow that was started otherwise finds no head start and begins by itself.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from flows.ingesting.planning import largest_first, make_plan
from flows.options import IngestOptions
from tasks.shard import Counts, Plan, ShardJob, end_waiting_workers, run_shard
from tasks.sources import Input

OnCounts = Callable[[Counts], None]


class _EndedError(Exception):
    """The head start is over, and nobody wants what it began."""


class _Ahead:
    """A shard that is under way."""

    def __init__(self, job: ShardJob, ended: threading.Event) -> None:
        self._job, self._ended = job, ended
        self._listener: OnCounts = lambda _: None
        self._outcome: Future[Counts] = Future()

    def work(self) -> None:
        try:
            self._outcome.set_result(run_shard(self._job, self._hear, keep_worker=True))
        # Whatever it is, it is the task's to tell that waits for the outcome.
        except BaseException as error:  # noqa: BLE001 - see above
            self._outcome.set_exception(error)

    def _hear(self, counts: Counts) -> None:
        if self._ended.is_set():
            raise _EndedError  # run_shard ends its worker, and puts that down to no page
        self._listener(counts)

    def wait(self, on_counts: OnCounts) -> Counts:
        self._listener = on_counts
        return self._outcome.result()


class HeadStart:
    """A plan, and its shards under way. ``began``: when, by ``time.monotonic``."""

    def __init__(self, plan: Plan, found: Sequence[Input], options: IngestOptions, began: float) -> None:
        self.plan, self.began = plan, began
        self._is_for = _what(found, options)
        self._to_begin = deque(largest_first(plan.jobs))
        self._ahead: dict[Path, _Ahead] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"head-start-{number}", daemon=True)
            for number in range(min(options.worker_count, len(plan.jobs)))
        ]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._to_begin:
                    return
                job = self._to_begin.popleft()
                ahead = self._ahead[job.folder] = _Ahead(job, self._ended)
            ahead.work()

    def is_for(self, found: Sequence[Input], options: IngestOptions) -> bool:
        """Whether a run of these inputs and options would plan and begin the same."""
        return self._is_for == _what(found, options)

    def take_over(self) -> None:
        """Begin no further shards: the flow's tasks do, each when a worker is free."""
        with self._lock:
            self._to_begin.clear()

    def run(self, job: ShardJob, on_counts: OnCounts) -> Counts:
        """``run_shard``, or the outcome of the one that is under way; of each at most once, so that a retry works."""
        with self._lock:
            ahead = self._ahead.pop(job.folder, None)
        return run_shard(job, on_counts, keep_worker=True) if ahead is None else ahead.wait(on_counts)

    def end(self) -> None:
        """End the workers of what nobody waits for; what they wrote is on disk, and a later run goes on from it."""
        self.take_over()
        self._ended.set()
        for thread in self._threads:
            thread.join()
        end_waiting_workers()


def _what(found: Sequence[Input], options: IngestOptions) -> tuple[list[str], IngestOptions]:
    return [one.fingerprint for one in found], options


_current: list[HeadStart] = []


def begin(found: Sequence[Input], unread: Sequence[Input], options: IngestOptions) -> None:
    """Plan a run and begin its shards; returns at once. What cannot be planned is left to the flow, which says why."""
    began = time.monotonic()
    with suppress(Exception):  # raised again by the flow's own planning, where it is told
        plan = make_plan(found, unread, options)
        try:
            _current.append(HeadStart(plan, found, options, began))
        except BaseException:
            plan.lock.release()
            raise


def current() -> HeadStart | None:
    """The head start of this process, where there is one."""
    return _current[0] if _current else None


def end() -> None:
    """End the head start, if there is one, and let go of its plan: of one that came to nothing, nothing stays."""
    while _current:
        head_start = _current.pop()
        head_start.end()
        if head_start.plan.is_untouched:
            head_start.plan.clear()
        else:
            head_start.plan.lock.release()
