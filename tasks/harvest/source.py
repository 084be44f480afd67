"""A source as the harvest sees it: where its listings are, and how its hosts are to be treated.

What belongs here: the settings of one source and the limits of one response. What does not: the file that declares
sources (``tasks.sources.declared``), from which the flow makes these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tasks.values.url_patterns import wants

SourceKind = Literal["feed", "sitemap", "urls"]

_CONTACT = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|https?://[^\s/]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class HarvestError(Exception):
    """The harvest cannot start or go on. The message is one line that says what to do."""


@dataclass(frozen=True)
class HarvestSource:
    """One declared source to harvest.

    ``delay``: seconds between the end of one request to a host and the start of the next; ``concurrency``: requests
    to one host at once, where there is no delay. ``interval``: seconds until a listing is asked again. ``revisit``:
    seconds until a fetched page is asked again, or null: only when its listing says that it changed.
    ``allow_hosts``: names, addresses and networks (10.0.0.0/8) that may be private. ``max_pages``, ``max_seconds``: in
    one harvest; what is left stays due. ``urls``: pages that the source names itself. ``include``, ``exclude``:
    patterns of ``tasks.values.url_patterns``. ``declared``: what the source says of all its pages, by the names of
    ``tasks.record.Record`` fields.
    """

    name: str
    kind: SourceKind
    locations: tuple[str, ...]
    user_agent: str
    urls: tuple[str, ...] = ()
    delay: float = 5.0
    concurrency: int = 1
    interval: float = 3600.0
    revisit: float | None = None
    allow_hosts: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_pages: int | None = None
    max_seconds: float | None = None
    max_bytes: int = 20_000_000
    timeout: float = 60.0
    robots: bool = True
    declared: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what would make the harvest dishonest or its requests malformed."""
        if not _CONTACT.search(self.user_agent):
            raise HarvestError(
                f"source {self.name}: user_agent {self.user_agent!r} names nobody to write to; set user_agent in the "
                'file of sources, such as "my-project/1 (+mailto:me@example.org)"'
            )
        for name, value in {"User-Agent": self.user_agent, **self.headers}.items():
            if _CONTROL.search(name + value) or not name.isascii():
                raise HarvestError(f"source {self.name}: the header {name!r} holds a control character; take it out")

    @cached_property
    def product(self) -> str:
        """The name by which robots.txt may speak of us: the User-Agent up to its version."""
        return re.split(r"[/\s(]", self.user_agent.strip(), maxsplit=1)[0]

    @property
    def at_once(self) -> int:
        """Requests to one host at once: one where a delay is kept."""
        return self.concurrency if self.delay == 0 else 1

    def wants(self, url: str) -> bool:
        """Whether a page at this URL belongs to the source."""
        return wants(url, self.include, self.exclude)
