"""What goes into the state and comes out of it: pages to ask for, what came of it, what was found.

What belongs here: the types and their keys. What does not: the tables (``tables``) and the decisions (``outcomes``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from tasks.harvest.records import Earlier, Role
from tasks.values.urls import normalise_url

REMOVED = "removed"
"""The reason of what is not asked for because it, or where it leads, was taken out for good."""

Result = Literal["fetched", "unchanged", "redirected", "gone", "refused", "failed"]


class LeaseLostError(Exception):
    """Pages were asked for under leases that are another harvester's now: ``leases``, as hosts and numbers."""

    def __init__(self, leases: Set[tuple[str, int | None]]) -> None:
        super().__init__(f"another harvester took over {', '.join(sorted(host for host, _ in leases))}")
        self.leases = leases


def key_of(role: Role, url: str, source: str) -> str | None:
    """The identity of what is asked for; null where the URL is none.

    Two ways of writing a page's URL are one page, whichever source names it. A listing is its source's own: what is
    wanted of it, and how often, differs.
    """
    normal = normalise_url(url)
    whose = f"listing of {source}" if role == "listing" else role
    return hashlib.sha256(f"{whose} {normal}".encode()).hexdigest() if normal else None


def polite_host(url: str) -> str:
    """The host that a request to a URL is a burden to, in lower case, without a port; empty where there is none."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower().rstrip(".")[:255]
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page or listing to ask for, with what is known from the last time.

    ``lease``: the number of the lease of its host under which it is asked for; null where none is needed, because
    nobody is at work.
    """

    key: str
    role: Role
    source: str
    host: str
    url: str
    via: str | None = None
    listed: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0
    hops: int = 0
    failures: int = 0
    quiet: int = 0
    asked_at: float | None = None
    fetched_at: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    earlier: Earlier | None = None
    lease: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page or listing that a listing or a redirect names."""

    role: Role
    url: str
    via: str | None = None
    listed: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0
    hops: int = 0
    again: bool = False
    """Ask for it even if it was asked for before: the way on of a listing, or of a page to itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request (or of the decision to make none), and what it changes in the state.

    ``due_at``: null, never again. ``earlier``, ``etag``, ``last_modified``: of the new full response, or as they were.
    ``removed``: how many URLs were left out because they were taken out for good.
    """

    page: Page
    result: Result
    due_at: float | None
    asked_at: float
    reason: str | None = None
    failures: int = 0
    quiet: int = 0
    fetched_at: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    earlier: Earlier | None = None
    found: tuple[Found, ...] = ()
    problem: str | None = None
    bytes: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a harvest asks for: the sources by name; what it asked for since it began only where that failed."""

    sources: Sequence[str]
    since: float


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where a source stands. Times are seconds since 1970, null where there was none.

    ``pages``: known pages; ``fetched`` of them at least once, ``waiting`` never asked for. ``failing``: pages and
    listings whose last request failed. ``resting``: those that are due and wait for a host that rests.
    ``last_found``: when a page was named for the first time.
    """

    source: str
    pages: int
    fetched: int
    waiting: int
    failing: int
    resting: int
    last_asked: float | None
    last_fetched: float | None
    last_found: float | None
    next_due: float | None


@dataclass(frozen=True, slots=True)
class Host:
    """A host and when it may be asked. ``was_dropped``: the harvester that had it last died with it, or stood still.

    ``lease``: the number of its lease, one more than that of the one before.
    """

    host: str
    next_at: float = 0.0
    paused_until: float = 0.0
    failures: int = 0
    was_dropped: bool = False
    lease: int = 0
