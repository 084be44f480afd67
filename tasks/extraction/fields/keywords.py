"""Keywords: from structured data, meta elements and visible tag lists.

What belongs here: the choice among sources. What does not: splitting a list (``tasks.values.keywords``).

Ranked on news pages by agreement with what their publishers' own readers take: ``article:tag`` is the tag list itself
where it is there, JSON-LD next, ``keywords`` often adds sections and search terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tasks.extraction.fields.view import View
from tasks.extraction.plain import plain, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.json_ld import each
from tasks.extraction.visible.tags import visible_tags
from tasks.values.keywords import split_keywords

Node = dict[str, Any]
_META = (
    "news_keywords",
    "keywords",
    "parsely-tags",
    "sailthru.tags",
    "tags",
    "dc.subject",
    "dcterms.subject",
    "cxenseparse:keywords",
    "topics",
    "article:topic",
)
_ENDINGS = (":tags", "-tags", ".tags", "_tags", ":keywords", "-keywords", ".keywords", "_keywords")
_WORD = re.compile(r"\w+")
_UNSPACED_LIST = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff0-9]{2,20}(?: [\u3040-\u30ff\u4e00-\u9fff0-9]{2,20})+")
_FIELD = re.compile(r"[a-z]+(?:[A-Z_][A-Za-z_]*)?:\S")
_CODE = re.compile(r"^[A-Z0-9:_-]{2,20}$")


def choose_keywords(view: View, authors: set[str]) -> tuple[list[str], str | None]:
    """The keywords and their source; an empty list and null where there are none.

    ``authors``: the squashed names of the page's authors.
    """
    usable: list[tuple[list[str], str]] = []
    poor: list[tuple[list[str], str]] = []
    for values, source in _declared(view):
        split = split_keywords(_without_spaces(values))
        keywords = [keyword for keyword in split if squash(keyword) not in view.names]
        if (
            not keywords
            or _is_codes(keywords)
            or _is_run_on(values)
            or all(squash(keyword) in authors for keyword in keywords)
        ):
            continue
        # A list that begins with the site's name, and has another of its names, is the same on every page.
        of_the_site = len(keywords) < len(split[:4]) and squash(split[0]) in view.names
        is_poor = of_the_site or _is_headline(keywords, view.headline) or _is_address(keywords, view.url)
        is_poor = is_poor or _is_fields(keywords)
        (poor if is_poor else usable).append((keywords, source))
    if usable:
        return _curated(usable)
    for texts in (each(view.island.get("keywords")), visible_tags(view.tree, view.marks)):
        shown = [
            word for word in split_keywords(texts) if squash(word) not in view.names and squash(word) not in authors
        ]
        if shown and not _is_codes(shown):
            return shown, "html"
    return poor[0] if poor else ([], None)


def _curated(lists: list[tuple[list[str], str]]) -> tuple[list[str], str]:
    """The first list, or a shorter one whose keywords are all in it: the longer adds sections and search terms."""
    keywords, source = lists[0]
    folded = {keyword.casefold() for keyword in keywords}
    for others, other_source in lists[1:]:
        if 2 <= len(others) < len(keywords) and all(other.casefold() in folded for other in others):
            return others, other_source
    return keywords, source


def _declared(view: View) -> Iterator[tuple[list[str], str]]:
    tags = _meta(view.structured, "article:tag") or _meta(view.structured, "og:article:tag")
    in_nodes: list[tuple[list[str], str]] = []
    for node in view.nodes:
        values = [text for value in each(node.get("keywords")) if (text := _text(value))]
        if values:
            in_nodes.append((values, view.source_of(node)))
    if len(tags) > 1 or not any(len(split_keywords(values)) > 2 for values, _ in in_nodes):
        yield tags, "opengraph"
    yield from in_nodes
    for name in (*_META, *(key for key in view.structured.meta if key not in _META and key.endswith(_ENDINGS))):
        yield _meta(view.structured, name), "meta"
    for node in view.nodes[:1]:
        for name in ("mentions", "about"):
            yield [text for value in each(node.get(name)) if (text := _text(value)) and len(text) < 60], "json-ld"
    yield tags, "opengraph"


def _meta(structured: StructuredData, name: str) -> list[str]:
    texts = [text for value in structured.meta.get(name, ()) if (text := plain(value))]
    # Where the first of several is a list already, the others are the site's own.
    return texts[:1] if len(texts) > 1 and len(split_keywords(texts[:1])) > 2 else texts


def _without_spaces(values: list[str]) -> list[str]:
    """A list in a script that puts no spaces between words, whose spaces therefore are between keywords."""
    if len(values) != 1 or _UNSPACED_LIST.fullmatch(values[0]) is None:
        return values
    return values[0].split()


def _text(value: Any) -> str | None:
    return plain(value.get("name")) if isinstance(value, dict) else plain(value)


def _is_codes(keywords: list[str]) -> bool:
    """Subject codes of a news agency."""
    return len(keywords) >= 4 and sum(bool(_CODE.match(keyword)) for keyword in keywords) > len(keywords) * 0.8


def _is_run_on(values: list[str]) -> bool:
    """A list whose separators got lost."""
    return len(values) == 1 and len(values[0].split()) >= 5 and len(split_keywords(values)) < 2


def _is_fields(keywords: list[str]) -> bool:
    """What a content system keeps of a page, ``webType:story``, and no keywords."""
    return sum(bool(_FIELD.match(keyword)) for keyword in keywords) >= max(2, 0.3 * len(keywords))


def _is_address(keywords: list[str], url: str) -> bool:
    """The words of the page's address one by one."""
    return len(keywords) >= 4 and squash("".join(keywords)) in squash(url[:500])


def _is_headline(keywords: list[str], headline: str | None) -> bool:
    """The headline's words one by one."""
    words = set(_WORD.findall((headline or "").lower()))
    return (
        len(keywords) >= 3
        and all(" " not in keyword for keyword in keywords)
        and sum(keyword.lower() in words for keyword in keywords) >= len(keywords) * 0.6
    )
