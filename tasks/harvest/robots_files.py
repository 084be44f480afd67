"""The robots.txt of each origin that a visit asks: from the state while it counts, from the host else.

What belongs here: having it. What does not: what it says (``robots``) and whether a page may be asked for (``visits``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import cast

from tasks.harvest.client import FetchError, Response
from tasks.harvest.decoding import EncodingError, decoded_body
from tasks.harvest.keeper import Exchange
from tasks.harvest.outcomes import REDIRECTS
from tasks.harvest.pace import Pace
from tasks.harvest.records import Context
from tasks.harvest.robots import KEEP_SECONDS, UNREACHABLE_SECONDS, Robots, Verdict, origin_of, robots_of
from tasks.harvest.shared import Shared
from tasks.harvest.source import HarvestSource
from tasks.values.urls import absolute_url

ROBOTS_BYTES = 2_000_000
_MOST_HOPS = 5
Ask = Callable[[str, HarvestSource, str, float], Awaitable[Response]]


class RobotsFiles:
    """Those of one visit. ``ask`` sends a request in its turn; ``on_failure`` is told that one failed."""

    def __init__(self, shared: Shared, pace: Pace, ask: Ask, on_failure: Callable[[FetchError], None]) -> None:
        self._shared, self._pace, self._ask, self._on_failure = shared, pace, ask, on_failure
        self._files: dict[str, Robots] = {}
        self._lock = asyncio.Lock()

    async def of(self, url: str, source: HarvestSource) -> Robots:
        """That of a URL's origin; one that cannot be had says so."""
        origin = origin_of(url)
        async with self._lock:
            if origin not in self._files:
                kept = await self._shared.aside(self._shared.state.robots, origin)
                self._files[origin] = _fresh(kept) or await self._fetch(origin, source)
            return self._files[origin]

    async def _fetch(self, origin: str, source: HarvestSource) -> Robots:
        robots = Robots("unreachable")
        url = f"{origin}/robots.txt"
        try:
            for _ in range(_MOST_HOPS + 1):
                response = await self._ask(url, source, "robots", source.delay)
                location = response.header("Location")
                onward = absolute_url(response.url, location)
                if response.status in REDIRECTS and onward and self._shared.is_removed(onward):
                    self._shared.counts.problem(f"{url}: leads to a place that was taken out for good")
                    break
                await self._shared.keeper.put(Exchange(source, response, Context(source.name, "robots")))
                if response.status in REDIRECTS and onward:
                    url = onward
                    continue
                robots = robots_of(response, decoded_body(response, ROBOTS_BYTES))
                break
            else:
                robots = Robots("absent")  # RFC 9309: five redirects, then the file counts as not there
        except (FetchError, EncodingError) as error:
            if isinstance(error, FetchError):
                self._on_failure(error)
            self._shared.counts.problem(f"{url}: {error}")
        self._pace.rest(robots.delay(source.product))  # it counts from the file that asks for it
        await self._shared.aside(self._shared.state.keep_robots, origin, time.time(), robots.verdict, robots.text)
        return robots


def _fresh(kept: tuple[float, str, str] | None) -> Robots | None:
    """A robots.txt from the state, if it still counts."""
    if kept is None:
        return None
    at, verdict, text = kept
    counts_for = UNREACHABLE_SECONDS if verdict == "unreachable" else KEEP_SECONDS
    # The state gives back what was put into it.
    return Robots(cast(Verdict, verdict), text) if time.time() - at < counts_for else None
