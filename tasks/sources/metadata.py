"""What metadata records and HTTP headers say of a page: who harvested it, what its listing said, what robots may do.

What belongs here: reading ``application/warc-fields`` and robots headers, and which record they belong to. What does
not: the page's record itself (``warc``).

A metadata record belongs to the response that it names by WARC-Concurrent-To or WARC-Refers-To, or that names it, and
that stands at most ``_NEAR`` records before or behind it. Shards are cut between groups of records of one target URI
only (``splits``), so both are in one shard whatever their order.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from fastwarc.warc import HeaderMap, WarcHeaderMap

from tasks.page import ListedIn, Page
from tasks.record import Robots
from tasks.schema import ROBOTS_TXT
from tasks.values.robots import directives_in, is_reserved, opt_outs_among

LONGEST = 65_536
"""Bytes of a metadata record that are read; harvest writes some hundred."""
_NEAR = 8
_MOST_OPT_OUTS = 60
_ENTRY_NAMES = {
    "title": "headline",
    "published": "published_raw",
    "modified": "modified_raw",
    "language": "language_declared",
    "description": "description",
    "image": "image",
    "publisher": "publisher",
    "licence": "license",
    "authors": "authors",
    "keywords": "keywords",
}
"""Fields of a listing's entry, and the ``Record`` fields (or, for image and publisher, the words) they fill."""
_DEFAULTS = ("language_declared", "license")
_LISTS = ("authors", "keywords")


@dataclass(frozen=True, slots=True)
class Metadata:
    """One metadata record. ``role``: page, listing or robots; null where another crawler wrote it."""

    ids: frozenset[str] = frozenset()
    role: str | None = None
    source: str | None = None
    listed: dict[str, Any] = field(default_factory=dict)
    listed_in: ListedIn = "feed"
    defaults: dict[str, str] = field(default_factory=dict)
    robots: Robots | None = None


class Neighbours:
    """The metadata records seen last, for the pages that they belong to."""

    def __init__(self) -> None:
        self._seen: deque[Metadata] = deque(maxlen=_NEAR)

    def add(self, metadata: Metadata) -> None:
        """Remember a record."""
        self._seen.append(metadata)

    def of(self, headers: WarcHeaderMap) -> Metadata | None:
        """The one that belongs to the record with these headers, if it came before."""
        ids = ids_of(headers)
        return next((metadata for metadata in self._seen if metadata.ids & ids), None)


def ids_of(headers: WarcHeaderMap) -> frozenset[str]:
    """The record's own id and those of the records that it says it belongs to."""
    names = ("warc-record-id", "warc-concurrent-to", "warc-refers-to")
    found = (value.strip().strip("<>") for name, value in headers.items() if name.lower() in names)
    return frozenset(value for value in found if value)


def is_metadata(headers: WarcHeaderMap) -> bool:
    """Whether a record is one that may say something of a page."""
    kind = (headers.get("WARC-Type") or "").strip().lower()
    return kind == "metadata" and (headers.get("Content-Type") or "").lower().startswith("application/warc-fields")


def read_metadata(headers: WarcHeaderMap, block: bytes) -> Metadata:
    """What a record says. Never raises: words that cannot be read are passed over."""
    fields: dict[str, str] = {}
    for line in block[:LONGEST].decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    via = fields.get("via", "")
    listed = _object(fields.get("listed"))
    said = listed.get("in") or ("sitemap" if "sitemap" in via.rpartition("/")[2].lower() else "feed")
    return Metadata(
        ids_of(headers),
        role=fields.get("role"),
        source=fields.get("source") or None,
        listed=_listed(listed),
        listed_in="sitemap" if said == "sitemap" else "feed",
        defaults={
            name: value
            for name, value in _object(fields.get("declared")).items()
            if name in _DEFAULTS and isinstance(value, str) and value
        },
        robots=_robots(fields),
    )


def header_robots(http: HeaderMap | None) -> Robots | None:
    """What a response's own headers ask of machines."""
    if http is None:
        return None
    tags = [value for name, value in http.items() if name.lower() == "x-robots-tag"]
    reserved = [value for name, value in http.items() if name.lower() == "tdm-reservation"]
    if not tags and not reserved:
        return None
    said = directives_in(tags)
    opt_outs = [*opt_outs_among(said), *(["tdm-reservation"] if is_reserved(reserved) else [])]
    directives = [word for word in said if word not in opt_outs or ":" not in word]
    return Robots(directives=directives, ai_opt_outs=opt_outs) if directives or opt_outs else None


def with_metadata(page: Page, metadata: Metadata) -> Page:
    """The page with what the record says of it."""
    return replace(
        page,
        listed=metadata.listed,
        listed_in=metadata.listed_in,
        defaults={**page.defaults, **metadata.defaults},
        source=metadata.source or page.source,
        robots=_union(page.robots, metadata.robots),
    )


def _union(one: Robots | None, other: Robots | None) -> Robots | None:
    if one is None or other is None:
        return one or other
    return Robots(
        other.robots_txt or one.robots_txt,
        sorted({*one.directives, *other.directives}),
        sorted({*one.ai_opt_outs, *other.ai_opt_outs}),
    )


def _robots(fields: dict[str, str]) -> Robots | None:
    verdict = fields.get("robots")
    signs = sorted({word.lower()[:100] for word in fields.get("ai-opt-out", "").split()})[:_MOST_OPT_OUTS]
    known = verdict if verdict in ROBOTS_TXT else None
    return Robots(known, [], signs) if known or signs else None


def _listed(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field_name in _ENTRY_NAMES.items():
        value = _texts(entry.get(name)) if name in _LISTS else entry.get(name)
        if value and isinstance(value, list if name in _LISTS else str):
            found[field_name] = value
    if isinstance(entry.get("access"), str):
        # The news sitemap knows two words, and both mean a wall.
        found["is_accessible_for_free"] = False
    return found


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, Iterable) else []


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
