"""Parts of a release that several threads work on: packing, hashing and waiting for a disk leave Python free meanwhile.

What belongs here: how many threads, and that what one of them raises is heard. What does not: what they do, and that it
fits into memory side by side (``data``, ``building``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

_MOST_THREADS = 4  # each has a writer's buffers
_AHEAD = 2  # parts a thread: the one that it works on, and its next


def thread_count() -> int:
    """One a processor, some at most."""
    held = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(held, _MOST_THREADS)


def each(work: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """What ``work`` makes of each item, in their order. Raises what the first of them that fails does."""
    with ThreadPoolExecutor(thread_count(), "release") as pool:
        return list(pool.map(work, items))


_DONE: Future[Any] = Future()
_DONE.set_result(None)


class SideBySide:
    """Parts that are begun one after the other and waited for together."""

    def __init__(self) -> None:
        self._others = thread_count() - 1
        self._pool = ThreadPoolExecutor(max(1, self._others), "release")
        self._begun: list[tuple[Future[Any], Callable[[], object]]] = []

    def begin(self, work: Callable[[], object], afterwards: Callable[[], object]) -> None:
        """Have a thread do ``work``, or do it here where all have enough to do; ``afterwards`` is called by ``wait``.

        A thread more than there are processors would cost the memory that an allocator keeps for it, and save nothing.
        """
        if sum(not future.done() for future, _ in self._begun) < _AHEAD * self._others:
            self._begun.append((self._pool.submit(work), afterwards))
        else:
            work()
            self._begun.append((_DONE, afterwards))

    def wait(self) -> None:
        """Return when all that was begun is done. Raises what the first of it that failed did."""
        begun, self._begun = self._begun, []
        for future, afterwards in begun:
            future.result()
            afterwards()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """No thread is at work any more when this returns."""
        self._pool.shutdown(cancel_futures=True)
