"""Work that waits for a disk or a database, beside the event loop.

What belongs here: the way there and back. What does not: the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Aside:
    """A few threads. Names are resolved on the loop's own threads: a slow name server must not hold up the state."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "aside")

    async def __call__(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Do the work in a thread and wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*arguments, **named))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
