"""One walk over the tree for the elements that say of themselves what they are: by class, id, rel, itemprop, address.

What belongs here: finding the elements that may hold an author, a tag, a title or a microdata item, and those that are
read for their tag. What does not: what says so (``mark_rules``), and judging them. XPath expressions that look for the
same words took five times as long: each of them went through every attribute of the page; and a walk over the tree for
each reader of headings or scripts is a twentieth of extraction. The compiled walk gives the same where it was built;
this one is the reference.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from tasks.extraction.mark_rules import (
    BYLINE,
    CLASSES,
    DATED,
    HEADING_BITS,
    LEAST_DATED,
    LINK,
    TAG,
    TELLING,
    Marks,
    kept_by_tag,
    of_address,
    of_attribute,
    put,
)
from tasks.loops import is_built

compiled: Callable[[etree._Element], Marks | None] | None = None
"""The walk in C, where it was built for the lxml that is here."""
if is_built("marks"):
    from tasks.extraction.compiled.marks import read_marks as _in_c

    compiled = _in_c

_MOST_KEPT = 1 << 15  # class attributes, of a run; then the memory of them begins anew
_kept: dict[str, int] = {}


def read_marks(tree: etree._Element) -> Marks:
    """The marks of a page. The tree is only read."""
    found = None if compiled is None else compiled(tree)
    return read_marks_in_python(tree) if found is None else found


def read_marks_in_python(tree: etree._Element) -> Marks:
    """What ``read_marks`` gives, by the walk that documents its rules."""
    marks = Marks()
    kept = kept_by_tag(marks)
    counted: list[str] = []
    for element in tree.iter():
        tag = element.tag
        counted.append(tag)
        bits = HEADING_BITS.get(tag, 0)
        for name, value in element.items():
            if name == "class":
                bits |= _kept[value] if value in _kept else _remember(value)
            elif name == "href":
                if tag == "a":
                    bits |= LINK | (of_address(value) if "/aut" in value or "/p" in value else 0)
            elif name == "id":
                if "uthor" in value:
                    bits |= BYLINE
                if "tags" in value:
                    bits |= TAG
            elif name in TELLING:
                bits |= of_attribute(name, value, tag)
            elif len(value) >= LEAST_DATED and "datePublished" in value:
                bits |= DATED
        if tag in kept:
            kept[tag].append(element)
        if bits:
            put(element, tag, bits, marks)
    marks.tags.update(counted)
    return marks


def _remember(names: str) -> int:
    """What a class attribute says; kept, since a site's pages and a page's parts share them."""
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    bits = 0
    for bit, parts in CLASSES:
        for part in parts:
            if part in names:
                bits |= bit
                break
    _kept[names] = bits
    return bits
