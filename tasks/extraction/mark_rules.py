"""The elements that say of themselves what they are: by class, id, rel, itemprop, address. What says what.

What belongs here: the kinds of marks, what each attribute says, and where a marked element goes. What does not: the
walk (``marks`` in Python, ``tasks.extraction.compiled.marks`` in C), and judging the elements (``structured``,
``visible``, ``page_type``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

BYLINE, TAG, TITLE, CATEGORY, PROFILE, ITEM, TAG_LINK, LINK, HEADING, LICENSE, DATED = (
    1 << place for place in range(11)
)
# Parts of words in class attributes. Looked for one by one: patterns of them took four times as long.
CLASSES = (
    (BYLINE, ("uthor", "yline", "by-line", "riter", "ontributor", "autor", "creator-name")),
    (TAG, ("tag", "Tag", "opic", "eyword", "tichwort", "chlagwort", "hemen", "tema")),
    (TITLE, ("entry-title", "post-title", "article-title", "p-name")),
    (CATEGORY, ("p-category",)),
    (PROFILE, ("uthor",)),
)
TELLING = frozenset({"itemprop", "itemscope", "rel", "data-testid"})
HEADING_BITS = {"h1": BYLINE, "h2": HEADING, "h3": HEADING}
LEAST_DATED = 24  # characters of JSON that hold a date


@dataclass(slots=True)
class Marks:
    """Elements in page order.

    ``bylines``: what may hold an author, and every h1 (to measure distances from); ``profiles``: links that may lead
    to one; ``tag_links``: links marked as tags or categories; ``tagged``: parts that are named for tags;
    ``titles``: parts that are named for a title, and headings with a bookmark; ``items``: microdata items and
    properties; ``licenses``: links to the page's licence; ``dated``: what holds a date in JSON in an attribute;
    ``headings``: every h1, h2 and h3; ``scripts``, ``figures``; ``head``: every meta, link and title, which may stand
    anywhere; ``tags``: how many elements of each tag.
    """

    bylines: list[etree._Element] = field(default_factory=list)
    profiles: list[etree._Element] = field(default_factory=list)
    tag_links: list[etree._Element] = field(default_factory=list)
    tagged: list[etree._Element] = field(default_factory=list)
    titles: list[etree._Element] = field(default_factory=list)
    items: list[etree._Element] = field(default_factory=list)
    licenses: list[etree._Element] = field(default_factory=list)
    dated: list[etree._Element] = field(default_factory=list)
    headings: list[etree._Element] = field(default_factory=list)
    scripts: list[etree._Element] = field(default_factory=list)
    figures: list[etree._Element] = field(default_factory=list)
    head: list[etree._Element] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)


def kept_by_tag(marks: Marks) -> dict[str, list[etree._Element]]:
    """Where elements go that are kept for their tag alone: several read them, each by a walk over the whole tree."""
    kept = dict.fromkeys(("h1", "h2", "h3"), marks.headings) | dict.fromkeys(("meta", "link", "title"), marks.head)
    return {**kept, "script": marks.scripts, "figure": marks.figures}


def put(element: etree._Element, tag: str, bits: int, marks: Marks) -> None:
    """An element to where its bits say. LINK alone says nothing."""
    if bits & BYLINE:
        marks.bylines.append(element)
    if bits & TAG:
        marks.tagged.append(element)
    if bits & TITLE or (bits & HEADING and _has_bookmark(element)):
        marks.titles.append(element)
    if bits & ITEM:
        marks.items.append(element)
    if bits & DATED:
        marks.dated.append(element)
    if tag == "a":
        if bits & (TAG_LINK | CATEGORY):
            marks.tag_links.append(element)
        if bits & LINK and bits & PROFILE:
            marks.profiles.append(element)
        if bits & LINK and bits & LICENSE:
            marks.licenses.append(element)


def of_address(address: str) -> int:
    """What a link's address says: a part of it that leads to people."""
    if "/aut" in address or "/profile" in address:
        return BYLINE | PROFILE
    return PROFILE if "/people/" in address else 0


def of_attribute(name: str, value: str, tag: str) -> int:
    """What one of TELLING says."""
    if name == "itemprop":
        return ITEM | (BYLINE if value == "author" else 0)
    if name == "itemscope":
        return ITEM
    if name == "data-testid":
        return BYLINE if "uthor" in value else 0
    bits = BYLINE if value == "author" else 0
    if tag == "a":
        bits |= (TAG_LINK if "tag" in value else 0) | (PROFILE if "author" in value else 0)
        bits |= LICENSE if value == "license" else 0
    return bits


def _has_bookmark(heading: etree._Element) -> bool:
    return any(link.get("rel") == "bookmark" for link in heading.iterchildren("a"))
