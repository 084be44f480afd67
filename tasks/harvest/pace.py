"""One host's pace: how many requests at once, and how long between two.

What belongs here: waiting for one's turn. What does not: what is asked (``visits``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pace:
    """Turns at one host, within one event loop. The delay runs from the end of a request to the start of the next:
    counted from its start, a slow connection could bring two requests to the server at one moment.
    """

    def __init__(self) -> None:
        self._active = 0
        self._free = asyncio.Condition()
        self._next = 0.0  # of time.monotonic()

    @asynccontextmanager
    async def turn(self, delay: float, at_once: int) -> AsyncIterator[None]:
        """One request's turn, among at most ``at_once``; the next begins ``delay`` seconds after its end."""
        async with self._free:
            await self._free.wait_for(lambda: self._active < at_once)
            self._active += 1
        try:
            wait = self._next - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            yield
        finally:
            self.rest(delay)
            async with self._free:
                self._active -= 1
                self._free.notify_all()

    def rest(self, seconds: float) -> None:
        """No request before so many seconds are over."""
        self._next = max(self._next, time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds until the next request may begin."""
        return max(0.0, self._next - time.monotonic())
