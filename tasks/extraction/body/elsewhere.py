"""The text of pages whose HTML holds none: declared bodies, data for scripts, ``noscript``.

What belongs here: what to read where the blocks of the page are no article (a page that a script fills in
the browser). What does not: the usual way (``blocks``, ``extract``).
"""
# ruff: noqa: SIM905 (long lists of words are read best as words)

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]{0,2000}>")
_BREAKING: Final = frozenset(
    "p div br li ul ol h1 h2 h3 h4 h5 h6 blockquote tr table section article figure pre dd dt".split()
)
MAX_JSON: Final = 5_000_000  # characters of one script
MAX_NODES: Final = 200_000
MIN_TEXT: Final = 400  # characters; less is a description, not a body
# Keys under which content systems keep a body. Values are text, HTML, or lists of blocks that hold text.
_BODY_KEYS: Final = frozenset(
    "articlebody body content bodyhtml body_html bodytext contenthtml content_html html text fulltext "
    "richtext rendered paragraphs blocks elements components maincontent storybody".split()
)
_TEXT_KEYS: Final = frozenset("text content html value data body rendered paragraph".split())


def plain_paragraphs(source: str) -> str:
    """HTML or text in a string as paragraphs apart by one blank line; tags and entities undone."""
    text = source
    if "&lt;" in text and "<" not in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BREAKING else "", text)
    if "&" in text:
        text = html.unescape(text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n\n".join(line for line in lines if line)


def declared_body(bodies: list[str]) -> str | None:
    """The longest declared body of some length, as paragraphs; null where there is none."""
    texts = [plain_paragraphs(body) for body in bodies]
    longest = max(texts, key=len, default="")
    return longest if len(longest) >= MIN_TEXT else None


def script_body(scripts: Sequence[etree._Element]) -> str | None:
    """The longest body in the page's JSON for scripts; null where there is none."""
    best = ""
    for script in scripts:
        kind = (script.get("type") or "").lower()
        source = script.text
        if not source or len(source) > MAX_JSON or "json" not in kind or "ld+json" in kind:
            continue
        try:
            data = json.loads(source)
        except (ValueError, RecursionError):
            continue
        best = max(best, _longest_body(data), key=len)
    return best if len(best) >= MIN_TEXT else None


def _longest_body(data: Any) -> str:
    best, stack, seen = "", [data], 0
    while stack and seen < MAX_NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, dict):
            for key, value in node.items():
                if key.lower() in _BODY_KEYS:
                    found = value if isinstance(value, str) else "\n".join(_texts(value))
                    if len(found) > len(best) and _is_prose(found):
                        text = plain_paragraphs(found)
                        best = max(best, text, key=len)
                if isinstance(value, dict | list):
                    stack.append(value)
        elif isinstance(node, list):
            stack += [value for value in node if isinstance(value, dict | list)]
    return best


def _texts(value: Any) -> list[str]:
    """The strings under text-like keys of a list of blocks, in order."""
    found: list[str] = []
    stack: list[Any] = [value]
    while stack and len(found) < 5000:
        node = stack.pop()
        if isinstance(node, str):
            found.append(node)
        elif isinstance(node, list):
            stack += reversed([item for item in node if isinstance(item, dict | list)])
        elif isinstance(node, dict):
            stack += reversed(
                [item for key, item in node.items() if isinstance(item, dict | list) or (key.lower() in _TEXT_KEYS)]
            )
    return [text for text in found if " " in text or not text.isascii()]


def _is_prose(text: str) -> bool:
    """Whether a string is written for readers: sentences, few braces."""
    sample = text[:4000]
    return sample.count(". ") + sample.count("。") + sample.count(".<") >= 3 and sample.count("{") < 4


def unscripted(tree: etree._Element) -> etree._Element | None:
    """What readers without scripts see: the longest ``noscript``; null where it holds little text."""
    best, length = None, MIN_TEXT
    for element in tree.iter("noscript"):
        size = sum(map(len, element.itertext()))
        if size > length:
            best, length = element, size
    return best
