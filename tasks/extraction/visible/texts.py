"""Walks over the texts of a page, with the elements that they stand in.

What belongs here: finding texts, in the order of the page or outwards from a place in it. What does not: which ones
(``text_rules``), and what they say (``surroundings``, ``bylines``, ``dates``, ``tags``). The walks in C
(``tasks.extraction.compiled.page_texts``) give the same where they were built; these are the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from itertools import islice
from types import ModuleType
from typing import ParamSpec, TypeVar

from lxml import etree

from tasks.extraction.plain import plain
from tasks.extraction.tree import text_of
from tasks.extraction.visible.text_rules import (
    BEFORE,
    BLANKS,
    HAS_DIGIT,
    LABELLING,
    LABELS,
    LINK_START,
    LIST_PARTS,
    MAX_DATED,
    MAX_LINKS,
    MAX_LISTED,
    MAX_PIECE,
    MAX_STEPS,
    MAX_TEXTS,
    SAYING_WHO,
    UNSEEN,
    if_short,
)
from tasks.loops import is_built

compiled: ModuleType | None = None
"""The walks in C, where they were built for the lxml that is here."""
if is_built("page_texts"):
    compiled = import_module("tasks.extraction.compiled.page_texts")

Owned = list[tuple[str, etree._Element]]
_Texts = Iterator[tuple[str | None, etree._Element]]
_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")
_TEXTS = etree.XPath(".//text()", smart_strings=False)


def _in_c_where_built(walk: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """The walk in C of the same name; this one where that one leaves a tree to it, or was not built."""
    in_c = getattr(compiled, walk.__name__, None)
    if in_c is None:
        return walk

    @wraps(walk)
    def either(*args: _Given.args, **kwargs: _Given.kwargs) -> _Found:
        found: _Found | None = in_c(*args, **kwargs)
        return walk(*args, **kwargs) if found is None else found

    return either


@_in_c_where_built
def texts_within(root: etree._Element, most: int) -> Owned:
    """The first texts that readers see in an element, each on one line and with the element that it stands in."""
    return _lines(_subtree_forward(root), most)


@_in_c_where_built
def texts_after(element: etree._Element, most: int) -> Owned:
    """Likewise the texts after an element."""
    return _lines(_forward(element), most)


@_in_c_where_built
def texts_before(element: etree._Element, most: int) -> Owned:
    """Likewise the texts before an element, the nearest first."""
    return _lines(_backward(element), most)


@_in_c_where_built
def texts_saying_who(root: etree._Element, most: int) -> Owned:
    """Texts that say who wrote something, in page order, each with the element that it begins or follows."""
    return list(islice(_said_by(root), most))


@_in_c_where_built
def dated_texts(root: etree._Element) -> list[tuple[str, str]]:
    """Short texts with a digit, scripts' too, each with the end of the text before it."""
    found: list[tuple[str, str]] = []
    previous = ""
    for text in islice(_TEXTS(root), MAX_TEXTS):
        if text.isspace():
            continue
        if len(text) <= MAX_DATED and HAS_DIGIT(text):
            found.append((text, previous[-BEFORE:]))
        previous = text
    return found


@_in_c_where_built
def short_lists(tree: etree._Element) -> list[tuple[etree._Element, list[str]]]:
    """The elements that hold few links, all of them short ones, each with the links' texts."""
    lists: dict[etree._Element, list[etree._Element]] = {}
    for link in islice(tree.iter("a"), MAX_LINKS):
        parent = link.getparent()
        if parent is None or parent.tag == "p":
            continue
        above = parent.getparent() if parent.tag in LIST_PARTS else None
        lists.setdefault(parent if above is None else above, []).append(link)
    few = ((group, links) for group, links in lists.items() if len(links) <= MAX_LISTED)
    return [(group, texts) for group, links in few if (texts := _short_texts(links))]


def _short_texts(links: list[etree._Element]) -> list[str]:
    """The texts of a list of links; empty where one is too long or empty: the others are not read then."""
    texts: list[str] = []
    for link in links:
        text = if_short(plain(text_of(link)[:LINK_START]))
        if not text:
            return []
        texts.append(text)
    return texts


def _lines(texts: _Texts, most: int) -> Owned:
    lines: Owned = []
    for text, owner in islice(texts, MAX_STEPS):
        if len(lines) >= most:
            break
        if text and not text.isspace():
            lines.append((" ".join(text[: MAX_PIECE * 2].split())[:MAX_PIECE], owner))
    return lines


def _forward(element: etree._Element) -> _Texts:
    """Texts after an element, in page order, each with the element it stands in."""
    parent = element.getparent()
    while parent is not None:
        yield element.tail, parent
        following = element.getnext()
        if following is None:
            element, parent = parent, parent.getparent()
        else:
            yield from _subtree_forward(following)
            element = following


def _subtree_forward(root: etree._Element) -> _Texts:
    stack: list[tuple[etree._Element, bool]] = [(root, False)]
    while stack:
        element, is_tail = stack.pop()
        if is_tail:
            yield element.tail, element.getparent()
        elif element.tag not in UNSEEN:
            yield element.text, element
            for child in element.iterchildren(reversed=True):
                stack.append((child, True))
                stack.append((child, False))


def _backward(element: etree._Element) -> _Texts:
    """Texts before an element, the nearest first."""
    parent = element.getparent()
    while parent is not None:
        previous = element.getprevious()
        if previous is None:
            yield parent.text, parent
            element, parent = parent, parent.getparent()
        else:
            yield previous.tail, parent
            yield from _subtree_backward(previous)
            element = previous


def _subtree_backward(root: etree._Element) -> _Texts:
    stack: list[tuple[etree._Element, str]] = [(root, "inside")]
    while stack:
        element, part = stack.pop()
        if part == "tail":
            yield element.tail, element.getparent()
        elif part == "text":
            yield element.text, element
        elif element.tag not in UNSEEN:
            stack.append((element, "text"))
            for child in element:
                stack.append((child, "inside"))
                stack.append((child, "tail"))


def _said_by(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for event, element in etree.iterwalk(root, events=("start", "end")):
        text = element.text if event == "start" else element.tail
        if not text or (event == "end" and element is root):
            continue
        if any(words in text for words in SAYING_WHO) or (
            text.strip(BLANKS) in LABELS and (element if event == "start" else element.getparent()).tag in LABELLING
        ):
            yield text, element
