"""One walk over the tree for the elements that say of themselves what they are: by class, id, rel, itemprop, address.

What belongs here: which elements may hold an author, a tag, a title or a microdata item, and how many of each kind the
page has. What does not: judging them (``structured``, ``visible``, ``page_type``). XPath expressions that look for the
same words took five times as long: each of them went through every attribute of the page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

_BYLINE, _TAG, _TITLE, _CATEGORY, _PROFILE, _ITEM, _TAG_LINK, _LINK, _HEADING, _LICENSE, _DATED = (
    1 << place for place in range(11)
)
# Parts of words in class attributes. Looked for one by one: patterns of them took four times as long.
_CLASSES = (
    (_BYLINE, ("uthor", "yline", "by-line", "riter", "ontributor", "autor", "creator-name")),
    (_TAG, ("tag", "Tag", "opic", "eyword", "tichwort", "chlagwort", "hemen", "tema")),
    (_TITLE, ("entry-title", "post-title", "article-title", "p-name")),
    (_CATEGORY, ("p-category",)),
    (_PROFILE, ("uthor",)),
)
_TELLING = frozenset({"itemprop", "itemscope", "rel", "data-testid"})
_HEADING_BITS = {"h1": _BYLINE, "h2": _HEADING, "h3": _HEADING}
_LEAST_DATED = 24  # characters of JSON that hold a date
_MOST_KEPT = 1 << 15  # class attributes, of a run; then the memory of them begins anew
_kept: dict[str, int] = {}


@dataclass(slots=True)
class Marks:
    """Elements in page order.

    ``bylines``: what may hold an author, and every h1 (to measure distances from); ``profiles``: links that may lead
    to one; ``tag_links``: links marked as tags or categories; ``tagged``: parts that are named for tags;
    ``titles``: parts that are named for a title, and headings with a bookmark; ``items``: microdata items and
    properties; ``licenses``: links to the page's licence; ``dated``: what holds a date in JSON in an attribute;
    ``tags``: how many elements of each tag.
    """

    bylines: list[etree._Element] = field(default_factory=list)
    profiles: list[etree._Element] = field(default_factory=list)
    tag_links: list[etree._Element] = field(default_factory=list)
    tagged: list[etree._Element] = field(default_factory=list)
    titles: list[etree._Element] = field(default_factory=list)
    items: list[etree._Element] = field(default_factory=list)
    licenses: list[etree._Element] = field(default_factory=list)
    dated: list[etree._Element] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)


def read_marks(tree: etree._Element) -> Marks:
    """The marks of a page. The tree is only read."""
    marks = Marks()
    counted: list[str] = []
    for element in tree.iter():
        tag = element.tag
        counted.append(tag)
        bits = _HEADING_BITS.get(tag, 0)
        for name, value in element.items():
            if name == "class":
                bits |= _kept[value] if value in _kept else _remember(value)
            elif name == "href":
                if tag == "a":
                    bits |= _LINK | (_of_address(value) if "/aut" in value or "/p" in value else 0)
            elif name == "id":
                if "uthor" in value:
                    bits |= _BYLINE
                if "tags" in value:
                    bits |= _TAG
            elif name in _TELLING:
                bits |= _of_attribute(name, value, tag)
            elif len(value) >= _LEAST_DATED and "datePublished" in value:
                bits |= _DATED
        if bits:
            _put(element, tag, bits, marks)
    marks.tags.update(counted)
    return marks


def _put(element: etree._Element, tag: str, bits: int, marks: Marks) -> None:
    if bits & _BYLINE:
        marks.bylines.append(element)
    if bits & _TAG:
        marks.tagged.append(element)
    if bits & _TITLE or (bits & _HEADING and _has_bookmark(element)):
        marks.titles.append(element)
    if bits & _ITEM:
        marks.items.append(element)
    if bits & _DATED:
        marks.dated.append(element)
    if tag == "a":
        if bits & (_TAG_LINK | _CATEGORY):
            marks.tag_links.append(element)
        if bits & _LINK and bits & _PROFILE:
            marks.profiles.append(element)
        if bits & _LINK and bits & _LICENSE:
            marks.licenses.append(element)


def _of_address(address: str) -> int:
    """What a link's address says: a part of it that leads to people."""
    if "/aut" in address or "/profile" in address:
        return _BYLINE | _PROFILE
    return _PROFILE if "/people/" in address else 0


def _of_attribute(name: str, value: str, tag: str) -> int:
    if name == "itemprop":
        return _ITEM | (_BYLINE if value == "author" else 0)
    if name == "itemscope":
        return _ITEM
    if name == "data-testid":
        return _BYLINE if "uthor" in value else 0
    bits = _BYLINE if value == "author" else 0
    if tag == "a":
        bits |= (_TAG_LINK if "tag" in value else 0) | (_PROFILE if "author" in value else 0)
        bits |= _LICENSE if value == "license" else 0
    return bits


def _has_bookmark(heading: etree._Element) -> bool:
    return any(link.get("rel") == "bookmark" for link in heading.iterchildren("a"))


def _remember(names: str) -> int:
    """What a class attribute says; kept, since a site's pages and a page's parts share them."""
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    bits = 0
    for bit, parts in _CLASSES:
        for part in parts:
            if part in names:
                bits |= bit
                break
    _kept[names] = bits
    return bits
