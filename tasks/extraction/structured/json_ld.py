"""JSON-LD: schema.org objects in script elements, mended where pages break the syntax.

What belongs here: from script elements to a flat list of objects. What does not: which of them is this page's
article (``tasks.extraction.fields``).

Traps seen: HTML comments and CDATA around the JSON, raw line breaks inside strings, trailing commas, quotes written
as entities, quotes left bare inside strings, several objects one after the other, a semicolon at the end.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree

Node = dict[str, Any]

MAX_SCRIPT = 4_000_000  # characters; more is no description of a page
MAX_NODES = 2_000
_MAX_QUOTE_REPAIR = 50_000  # characters; the repair tries every key against every end of a string

_WRAPPING = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?://\s*)?(?:-->|\]\]>|/\*\s*\]\]>\s*\*/)(?:\s*;)?\s*$"
)
_WRAPPED = ("<!--", "-->", "<![CDATA[", "]]>")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_BAD_UNICODE = re.compile(r"\\u(?![0-9a-fA-F]{4})")
# Blanks, not \s: across lines it made the search quadratic in blank lines.
_LINE = re.compile(r'^([ \t]*"[@\w]+"[ \t]*:[ \t]*")(.*)("(?:[ \t]*,)?[ \t\r]*)$', re.M)
_ONE_LINE_STRING = re.compile(r'("[@\w:]+"\s*:\s*")([^\n]{0,5000}?)("\s*(?:,\s*"[@\w:]+"\s*:|[}\]]))')
_BARE_QUOTE = re.compile(r'(?<!\\)"')
_DECODER = json.JSONDecoder(strict=False)
_NEXT_OBJECT = re.compile(r"[{\[]")


def read_json_ld(scripts: Sequence[etree._Element]) -> list[Node]:
    """The schema.org objects of a page, in page order: see ``StructuredData.json_ld``."""
    nodes: list[Node] = []
    for script in scripts:
        kind = script.get("type")
        if kind is None or "ld+json" not in kind.lower():
            continue
        text = script.text
        if text and len(text) <= MAX_SCRIPT:
            nodes.extend(flatten(parse_lenient(text)))
        if len(nodes) > MAX_NODES:
            break
    return nodes[:MAX_NODES]


def parse_lenient(text: str) -> list[Any]:
    """The JSON values in a script, as many as can be read; an empty list where none can."""
    if any(mark in text for mark in _WRAPPED):  # the pattern looks for an end at every character
        for _ in range(2):
            text = _WRAPPING.sub("", text)
    text = text.strip().rstrip(";").lstrip("\ufeff")
    values = _decode_all(text)
    if values is not None:
        return values
    for mended in _repairs(text):
        values = _decode_all(mended)
        if values is not None:
            return values
    return _decode_what_can_be(text)


def _decode_all(text: str) -> list[Any] | None:
    """Every value of ``text``, one after the other; null where one does not parse."""
    values: list[Any] = []
    at = 0
    try:
        while at < len(text):
            value, at = _DECODER.raw_decode(text, at)
            values.append(value)
            while at < len(text) and text[at] in " \t\r\n,;":
                at += 1
    except (ValueError, RecursionError):
        return None
    return values


def _repairs(text: str) -> Iterator[str]:
    mended = _TRAILING_COMMA.sub("", text)
    mended = _BAD_UNICODE.sub("", _BAD_ESCAPE.sub(r"\\\\", mended))
    yield mended
    if "&quot;" in mended or "&#34;" in mended:
        yield html.unescape(mended)
    if len(mended) <= _MAX_QUOTE_REPAIR:
        yield _LINE.sub(_escape_quotes, mended)
        yield _ONE_LINE_STRING.sub(_escape_quotes, mended)


def _escape_quotes(match: re.Match[str]) -> str:
    return match[1] + _BARE_QUOTE.sub(r"\"", match[2]) + match[3]


def _decode_what_can_be(text: str) -> list[Any]:
    """The objects before the first that cannot be read (a script cut short keeps its whole objects)."""
    values: list[Any] = []
    at, misses = 0, 0
    while misses < 20:  # each miss scans on to the next bracket; the innermost objects are of no use alone
        start = _NEXT_OBJECT.search(text, at)
        if start is None:
            break
        try:
            value, at = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            misses += 1
            at = start.end()
            continue
        values.append(value)
    return [value for value in values if isinstance(value, dict) and ("@type" in value or "@graph" in value)]


def flatten(values: Iterable[Any]) -> list[Node]:
    """Objects of their own standing: top-level, in lists, in ``@graph``, and what a page object is about."""
    nodes: list[Node] = []
    stack = list(values)[::-1]
    while stack and len(nodes) <= MAX_NODES:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value[::-1])
        elif isinstance(value, dict):
            if "@type" in value or "headline" in value or "datePublished" in value:
                nodes.append(value)
            children = [value.get("@graph"), value.get("mainEntity"), value.get("mainEntityOfPage")]
            stack.extend(child for child in children[::-1] if isinstance(child, (dict, list)))
    return nodes


def types_of(node: Node) -> list[str]:
    """The node's schema.org types without namespace: ``NewsArticle`` for ``http://schema.org/NewsArticle``."""
    kinds = node.get("@type")
    if isinstance(kinds, str):
        kinds = [kinds]
    if not isinstance(kinds, list):
        return []
    return [
        kind.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].removeprefix("schema:").strip()
        for kind in kinds
        if isinstance(kind, str)
    ]


def each(value: Any) -> list[Any]:
    """A property's values as a list: JSON-LD writes one value bare."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
