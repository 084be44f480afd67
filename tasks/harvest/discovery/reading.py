"""What kind of listing some bytes are, and the way to its reader.

What belongs here: telling kinds apart, by the bytes alone. What does not: the readers.
"""

from __future__ import annotations

import re

from tasks.harvest.discovery.decoding import decoded, unpacked
from tasks.harvest.discovery.feeds import read_feed
from tasks.harvest.discovery.home_pages import feeds_in_page
from tasks.harvest.discovery.json_feeds import read_json_feed
from tasks.harvest.discovery.listing import DiscoveryError, Listing
from tasks.harvest.discovery.markup import root_in
from tasks.harvest.discovery.sitemaps import read_sitemap, read_sitemap_index, read_url_lines

_URL_LINE = re.compile(r"\s*(?:#[^\n]*\n\s*)*https?://\S+[ \t]*(?:[\r\n]|$)", re.IGNORECASE)
_PAGE_START = re.compile(r"\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_READERS = {
    "rss": read_feed,
    "rdf": read_feed,
    "feed": read_feed,
    "urlset": read_sitemap,
    "sitemapindex": read_sitemap_index,
}


def read_listing(body: bytes, url: str, content_type: str | None) -> Listing:
    """The listing that was fetched from ``url``. Pure: the same bytes give the same listing.

    What it is, the bytes say: feeds come as ``text/html`` and pages as ``application/rss+xml``. ``content_type`` (the
    header as served) gives the charset, where the bytes leave a doubt. A web page gives the feeds it names as
    ``listings`` and no entries. Raises ``DiscoveryError``, and nothing else, where the bytes are no listing.
    """
    data, problem = unpacked(body)
    text = decoded(data, content_type).removeprefix("\ufeff")
    if not text.strip():
        raise DiscoveryError("no bytes, or white space alone")
    listing = _read(text, url)
    if problem:
        listing.problems.insert(0, problem)
    return listing


def _read(text: str, url: str) -> Listing:
    start = text[:4096].lstrip()
    if start.startswith(("{", "[")):
        return read_json_feed(text, url)
    if _URL_LINE.match(text[:20_000]):
        return read_url_lines(text, url)
    root = ("html", 0) if _PAGE_START.match(start) else root_in(text)
    if root is None:
        raise DiscoveryError(f"no feed, sitemap or web page: the text begins with {_shown(start)}")
    name, at = root
    if name == "opml":
        raise DiscoveryError("a list of feeds in OPML: take its feeds over with `broadsheet sources import`")
    if name in _READERS:
        return _READERS[name](text[at:], url)
    return Listing("html", listings=feeds_in_page(text, url))


def _shown(text: str) -> str:
    return ascii(" ".join(text[:80].split())[:40])
