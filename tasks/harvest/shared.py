"""What all visits of a harvest share.

What belongs here: that one value, and what may still be asked. What does not: how it is made (``harvest``) and what
visits do with it (``visits``, ``robots_files``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from tasks.harvest.aside import Aside
from tasks.harvest.client import Client
from tasks.harvest.counts import HarvestCounts
from tasks.harvest.keeper import Keeper
from tasks.harvest.pace import Pace
from tasks.harvest.screening import IsRemoved
from tasks.harvest.source import HarvestSource
from tasks.harvest.state import Scope, State


@dataclass
class Shared:
    """What all visits of a harvest share. ``left``: how many more pages each source with a limit may ask for;
    ``until``: the moment (of ``time.monotonic``) after which each source with such a limit asks for nothing more.
    ``is_removed``: what was taken out for good, and is not asked for.
    """

    state: State
    keeper: Keeper
    sources: dict[str, HarvestSource]
    clients: Callable[[HarvestSource], Client]
    pace: Callable[[str], Pace]
    connections: asyncio.Semaphore
    counts: HarvestCounts
    since: float
    left: dict[str, int]
    until: dict[str, float]
    aside: Aside
    stopping: asyncio.Event
    is_removed: IsRemoved

    def scope(self) -> Scope:
        """What this harvest asks for: the sources whose limits are not reached, and nothing twice."""
        return Scope([name for name in self.sources if self.left.get(name, 1) > 0 and self.has_time(name)], self.since)

    def has_time(self, source: str) -> bool:
        """Whether a source may still ask."""
        return time.monotonic() < self.until.get(source, float("inf"))
