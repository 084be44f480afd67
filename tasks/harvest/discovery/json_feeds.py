"""JSON Feed, versions 1 and 1.1.

What belongs here: which key gives which field of an entry. What does not: feeds in XML (``feeds``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tasks.harvest.discovery.addresses import absolute
from tasks.harvest.discovery.listing import MAX_ENTRIES, DiscoveryError, Entry, Listing
from tasks.harvest.discovery.plain import from_html, from_title, one_line

_MAX_PEOPLE = 50
_MAX_KEYWORDS = 100


def read_json_feed(text: str, url: str) -> Listing:
    """The entries of a JSON Feed. Raises ``DiscoveryError`` where the JSON is none, or broken."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DiscoveryError(f"JSON that cannot be read: {' '.join(str(error).split())[:200]}") from error
    items = values.get("items") if isinstance(values, dict) else None
    if not isinstance(items, list):
        raise DiscoveryError("JSON, but no JSON Feed: it has no list of items")
    listing = Listing("feed")
    found: dict[str, Entry] = {}
    dropped = 0
    for item in items:
        entry = _entry(item, values, url) if isinstance(item, dict) else None
        if entry is None:
            dropped += 1
        elif len(found) == MAX_ENTRIES and entry.url not in found:
            listing.problems.append(f"more than {MAX_ENTRIES:,} entries; the rest was left out")
            break
        else:
            found.setdefault(entry.url, entry)
    listing.entries = list(found.values())
    if dropped:
        listing.problems.append(f"left out, without an http or https URL: {dropped:,}")
    return listing


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry | None:
    address = absolute(_string(item, "url"), url) or absolute(_string(item, "external_url"), url)
    identifier = _string(item, "id") or ""
    if address is None and identifier.lower().startswith(("http://", "https://")):
        address = absolute(identifier, url)
    if address is None:
        return None
    tags = item.get("tags")
    names = (from_title(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else iter(())
    return Entry(
        address,
        title=from_title(_string(item, "title")),
        published=one_line(_string(item, "date_published")),
        modified=one_line(_string(item, "date_modified")),
        authors=list(dict.fromkeys(_authors(item) or _authors(feed)))[:_MAX_PEOPLE],
        keywords=list(dict.fromkeys(name for name in names if name))[:_MAX_KEYWORDS],
        language=one_line(_string(item, "language") or _string(feed, "language")),
        description=from_html(_string(item, "summary")),
        image=absolute(_string(item, "image") or _string(item, "banner_image"), url),
    )


def _authors(values: dict[str, Any]) -> list[str]:
    """Names in ``authors``, or in version 1's ``author``."""
    return [name for author in _author_objects(values) if (name := from_title(_string(author, "name")))]


def _author_objects(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    listed = values.get("authors")
    for author in listed if isinstance(listed, list) and listed else [values.get("author")]:
        if isinstance(author, dict):
            yield author


def _string(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None
