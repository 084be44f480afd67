"""What a feed or a sitemap gives: entries, further listings, and what was wrong with it.

What belongs here: the types, their JSON and their limits. What does not: reading them (one module a format).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

ListingKind = Literal["feed", "sitemap", "sitemap-index", "html"]

MAX_BYTES = 52_428_800
"""The largest listing, unpacked: the sitemap protocol's own limit. No feed comes near."""
MAX_ENTRIES = 50_000
"""The most entries taken of one listing: the sitemap protocol's own limit."""
MAX_LISTINGS = 50_000
"""The most further listings taken of one: the protocol's limit for a sitemap index."""


class DiscoveryError(Exception):
    """Bytes that are no listing. The message is one line that says what they are instead."""


@dataclass(slots=True)
class Entry:
    """What a listing says of one page. Only ``url`` (absolute, http or https) is always there.

    ``published`` and ``modified`` are as written, time zone and all. ``title`` and ``description`` are plain text:
    markup and entities undone, on one line. ``language`` is as written. ``access``: the news sitemap's word for pages
    behind a wall (``Subscription``, ``Registration``). ``publisher``: the publication the entry names.
    """

    url: str
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    language: str | None = None
    description: str | None = None
    image: str | None = None
    publisher: str | None = None
    licence: str | None = None
    access: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The filled fields alone."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Entry:
        """The reverse of ``to_dict``. Raises TypeError for names that there are not."""
        return cls(**values)

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Entry:
        """The reverse of ``to_json``."""
        return cls.from_dict(json.loads(text))


@dataclass(slots=True)
class Listing:
    """What one feed, sitemap or home page gives. ``listings``: further ones to fetch, absolute URLs.

    ``problems``: what was wrong and what it cost, one line each; empty where the listing was read whole.
    """

    kind: ListingKind
    entries: list[Entry] = field(default_factory=list)
    listings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """One line of JSON."""
        values = asdict(self)
        return json.dumps({**values, "entries": [entry.to_dict() for entry in self.entries]}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Listing:
        """The reverse of ``to_json``."""
        values = json.loads(text)
        return cls(**{**values, "entries": [Entry.from_dict(entry) for entry in values["entries"]]})
