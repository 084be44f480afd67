"""Meta, link and title elements, and the language of the html element.

What belongs here: what the head says, as written. What does not: which name counts more than which
(``tasks.extraction.fields``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from tasks.extraction.tree import text_of

_MAX_TITLE = 2_000  # characters
_MAX_CONTENTS = 500  # of one name; a page with more is broken or hostile


@dataclass(slots=True)
class Head:
    """See ``StructuredData`` for the fields."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    html_lang: str | None = None
    title: str | None = None


def read_head(tree: etree._Element, elements: Sequence[etree._Element]) -> Head:
    """One pass over the tree's meta, link and title elements, wherever in the page the parser left them."""
    head = Head(html_lang=tree.get("lang") or tree.get("xml:lang"))
    for element in elements:
        tag = element.tag
        if tag == "meta":
            _read_meta(element, head.meta)
        elif tag == "link":
            _read_link(element, head.links)
        elif head.title is None:
            parent = element.getparent()
            if parent is None or parent.tag != "svg":  # icons have titles too
                head.title = text_of(element).strip()[:_MAX_TITLE] or None
    return head


def _read_meta(element: etree._Element, meta: dict[str, list[str]]) -> None:
    content = element.get("content")
    if content is None:
        content = element.get("value")
    if content is None or not content.strip():
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        name = element.get(attribute)
        if name:
            contents = meta.setdefault(name.strip().lower(), [])
            if len(contents) < _MAX_CONTENTS and content not in contents:
                contents.append(content)


def _read_link(element: etree._Element, links: dict[str, list[str]]) -> None:
    href = element.get("href")
    if not href:
        return
    for rel in (element.get("rel") or element.get("itemprop") or "").lower().split():
        hrefs = links.setdefault(rel, [])
        if len(hrefs) < _MAX_CONTENTS:
            hrefs.append(href.strip())
