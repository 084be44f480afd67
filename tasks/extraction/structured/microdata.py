"""Microdata: schema.org items in ``itemscope`` and ``itemprop`` attributes, in the form of JSON-LD objects.

What belongs here: from attributes to objects. What does not: choosing among them (``tasks.extraction.fields``).
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from tasks.extraction.tree import text_of

Node = dict[str, Any]

MAX_ELEMENTS = 5_000  # each looks for its item among its ancestors
_BODIES = frozenset({"articlebody", "text", "reviewbody"})  # ``tasks.extraction.body`` reads those
_ADDRESSES = frozenset({"a", "link", "area"})
_EMBEDDED = frozenset({"img", "source", "video", "audio", "iframe", "embed"})
_MAX_TEXT = 2_000
_MAX_LOOSE = 3


def read_microdata(elements: list[etree._Element]) -> list[Node]:
    """Items in page order, from the elements with ``itemprop`` or ``itemscope``.

    Properties outside of any item come last, as one item without ``@type``.
    """
    items: dict[Any, Node] = {}
    top: list[Node] = []
    loose: Node = {}
    for element in elements[:MAX_ELEMENTS]:
        value: Any = None
        if element.get("itemscope") is not None:
            value = items[element] = {"@type": (element.get("itemtype") or "").split()}
        names = (element.get("itemprop") or "").split()
        if not names:
            if value is not None:
                top.append(value)
            continue
        owner = next((items[above] for above in element.iterancestors() if above in items), None)
        if owner is None:
            owner = loose
            if value is not None and not _EMBEDDED & {element.tag}:
                top.append(value)
        for name in names:
            if name.lower() not in _BODIES:
                value = value or _value(element)
                owner.setdefault(name, []).extend([value] if value else [])
    kept = _of_the_page(loose)
    return [*top, kept] if kept else top


def _of_the_page(loose: Node) -> Node:
    """Loose properties that come more than thrice, and dates that come twice, belong to lists of teasers."""
    most = {"keywords": MAX_ELEMENTS, "about": MAX_ELEMENTS, "datePublished": 1, "dateModified": 1}
    return {name: values for name, values in loose.items() if len(values) <= most.get(name, _MAX_LOOSE)}


def _value(element: etree._Element) -> str | None:
    content = element.get("content")
    if content is not None:
        return str(content).strip()
    tag = element.tag
    if tag == "time" and element.get("datetime"):
        return str(element.get("datetime")).strip()
    if tag == "abbr" and element.get("title"):  # the old way of writing a time for machines
        return str(element.get("title")).strip()
    if tag in _EMBEDDED:
        return (element.get("src") or "").strip() or None
    if tag == "link" or (tag in _ADDRESSES and element.get("itemprop") in ("url", "sameAs", "mainEntityOfPage")):
        return (element.get("href") or "").strip() or None
    text = " ".join(text_of(element)[:_MAX_TEXT].split())
    return text or (element.get("href") or "").strip() or None
