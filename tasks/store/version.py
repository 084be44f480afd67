"""What a version of the store is, and why one cannot be made or opened.

What belongs here: those values and errors. What does not: opening versions (``reading``) and making them (``store``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class StoreError(Exception):
    """The store cannot do what was asked; the message is one line that says what to do."""


class StoreMovedError(StoreError):
    """Another writer committed after the version that rows were compared with: nothing was written; compare again."""


class Newest(Enum):
    """Instead of a version: whichever is the newest at the commit."""

    NEWEST = "newest"


NEWEST = Newest.NEWEST


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """One version of the store.

    ``number`` counts the commits of ``documents`` from 0; ``rejects`` is the version of the rejects that
    goes with it. ``run_id`` and ``facts`` are what the run (or the removal) wrote into its commit.
    """

    number: int
    rejects: int
    run_id: str
    facts: dict[str, Any]

    @property
    def is_removal(self) -> bool:
        """Whether the commit took rows out; its facts say how many, why and when."""
        return "removal" in self.facts
