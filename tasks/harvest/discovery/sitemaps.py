"""Sitemaps: lists of pages and of further sitemaps, in XML or one URL a line.

What belongs here: the protocol's elements and its news, image and video extensions. What does not: feeds.
"""

from __future__ import annotations

from lxml import etree

from tasks.harvest.discovery.addresses import absolute
from tasks.harvest.discovery.listing import MAX_ENTRIES, MAX_LISTINGS, Entry, Listing
from tasks.harvest.discovery.markup import Reader, name_of
from tasks.harvest.discovery.plain import MAX_DESCRIPTION, from_html, from_title, one_line

_MAX_KEYWORDS = 100


def read_sitemap(text: str, url: str) -> Listing:
    """The pages of a ``urlset``. ``text`` begins with the root element."""
    reader = Reader(text, frozenset({"url"}))
    listing = Listing("sitemap")
    dropped = 0
    for element in reader:
        entry = _entry(element, url)
        if entry is None:
            dropped += 1
        elif len(listing.entries) == MAX_ENTRIES:
            listing.problems.append(f"more than {MAX_ENTRIES:,} entries; the rest was left out")
            break
        else:
            listing.entries.append(entry)
    return _finished(listing, reader.problem, dropped)


def read_sitemap_index(text: str, url: str) -> Listing:
    """The further sitemaps of a ``sitemapindex``, the most recently changed first where it says when."""
    reader = Reader(text, frozenset({"sitemap"}))
    listing = Listing("sitemap-index")
    found: dict[str, str] = {}
    dropped = 0
    for element in reader:
        values = _texts(element)
        address = absolute(values.get("loc"), url)
        if address is None:
            dropped += 1
        elif len(found) == MAX_LISTINGS:
            listing.problems.append(f"more than {MAX_LISTINGS:,} sitemaps; the rest was left out")
            break
        else:
            found.setdefault(address, values.get("lastmod", ""))
    # Sorting by text: the protocol's dates are ISO 8601. Stable, so an index without dates keeps its order.
    listing.listings = (
        sorted(found, key=lambda address: found[address], reverse=True) if any(found.values()) else [*found]
    )
    return _finished(listing, reader.problem, dropped)


def read_url_lines(text: str, url: str) -> Listing:
    """The pages of a plain-text sitemap: one absolute URL a line; empty lines and ``#`` comments aside."""
    listing = Listing("sitemap")
    dropped = 0
    for line in text.splitlines():
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        address = absolute(words, url) if words[:8].lower().startswith(("http://", "https://")) else None
        if address is None:
            dropped += 1
        elif len(listing.entries) == MAX_ENTRIES:
            listing.problems.append(f"more than {MAX_ENTRIES:,} entries; the rest was left out")
            break
        else:
            listing.entries.append(Entry(address))
    return _finished(listing, None, dropped)


def _entry(element: etree._Element, url: str) -> Entry | None:
    values = _texts(element)
    address = absolute(values.get("loc"), url)
    if address is None:
        return None
    entry = Entry(address, modified=one_line(values.get("lastmod")))
    for child in element:
        name = name_of(child.tag)
        if name == "news:news":
            _read_news(entry, _texts(child))
        elif name == "image:image" and not entry.image:
            entry.image = absolute(_texts(child).get("image:loc"), url)
        elif name == "video:video":
            _read_video(entry, child, url)
        elif name == "xhtml:link" and absolute(child.get("href"), url) == address:
            entry.language = entry.language or one_line(child.get("hreflang"))
    return entry


def _read_news(entry: Entry, values: dict[str, str]) -> None:
    entry.title = from_title(values.get("news:title"))
    entry.published = one_line(values.get("news:publication_date"))
    entry.language = one_line(values.get("news:language"))
    entry.publisher = from_title(values.get("news:name"))
    entry.access = one_line(values.get("news:access"))
    words = (from_title(word) for word in (values.get("news:keywords") or "").split(","))
    entry.keywords = list(dict.fromkeys(word for word in words if word))[:_MAX_KEYWORDS]


def _read_video(entry: Entry, element: etree._Element, url: str) -> None:
    """What a video's element says of its page, where nothing else does."""
    values = _texts(element)
    entry.title = entry.title or from_title(values.get("video:title"))
    entry.description = entry.description or from_html(values.get("video:description"), MAX_DESCRIPTION)
    entry.published = entry.published or one_line(values.get("video:publication_date"))
    entry.image = entry.image or absolute(values.get("video:thumbnail_loc"), url)
    if not entry.keywords:
        tags = (from_title(child.text) for child in element if name_of(child.tag) == "video:tag")
        entry.keywords = list(dict.fromkeys(tag for tag in tags if tag))[:_MAX_KEYWORDS]


def _texts(element: etree._Element) -> dict[str, str]:
    """Names and texts of the elements inside, the first of each name; nested ones too (``news:publication``)."""
    found: dict[str, str] = {}
    for child in element:
        for inner in (child, *child) if name_of(child.tag) == "news:publication" else (child,):
            if inner.text and inner.text.strip():
                found.setdefault(name_of(inner.tag), inner.text.strip())
    return found


def _finished(listing: Listing, problem: str | None, dropped: int) -> Listing:
    if dropped:
        listing.problems.append(f"left out, without an http or https URL: {dropped:,}")
    if problem:
        listing.problems.append(problem)
    return listing
