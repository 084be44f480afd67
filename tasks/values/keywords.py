"""Keywords: declared lists -> single keywords.

What belongs here: splitting, trimming, uniqueness. What does not: which declaration a page's keywords are taken
from (``tasks.extraction.fields.keywords``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

MAX_KEYWORDS = 200
_MAX_LENGTH = 120  # characters; longer is a sentence

# No white space around separators: pieces are trimmed, and runs of it would make the search quadratic.
_SEPARATORS = re.compile(r"[;|\n\r\t、；，]")
_COMMA = re.compile(r",(?![^()]{0,80}\))")  # not inside brackets: "Paris (Texas, USA)"
_TAG = re.compile(r"<[/a-zA-Z][^<>]{0,300}>")
_MACHINE = re.compile(
    r"^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{10,}|\d{5,}|https?://\S+|"
    r"[\w.-]+:[\w./:-]*\d[\w./:-]*|[a-z]+(?:_[a-z0-9]+){2,})$",
    re.I,
)
# Systems that write their fields into the list: "Subject: Storms" is a keyword, "Language: English" is none.
_SUBJECT_FIELD = re.compile(r"^(?:category|subject|topic|tag|keyword|seotag|nlp entity token)s?\s*:\s*(?=\S)", re.I)
_OTHER_FIELD = re.compile(
    r"^(?:section|sub-?section|nlp category|language|locale|page ?type|content ?type|article type|post ?type|post id"
    r"|type|day|time|date|year|month|partner|wc|word ?count|author|site|region|primary category|medium|format|template"
    r"|layout|source|channel|id|status|paywall|access)\s*:\s*\S",
    re.I,
)
_QUOTES = "\"“”„«»'‘’`"


def split_keywords(values: Iterable[str]) -> list[str]:
    """Keywords in their order, each once whatever its case.

    A value with separators is a list of keywords; machine names (UUIDs, numbers, URLs, ``key:value4``) are none.
    """
    kept: dict[str, str] = {}
    for value in values:
        text = html.unescape(value) if "&" in value else value
        text = _TAG.sub(" ", text) if "<" in text else text
        for piece in _SEPARATORS.split(text):
            for part in _COMMA.split(piece):
                keyword = _trimmed(part)
                if keyword and len(keyword) <= _MAX_LENGTH and not _MACHINE.match(keyword):
                    kept.setdefault(keyword.casefold(), keyword)
                if len(kept) >= MAX_KEYWORDS:
                    return list(kept.values())
    return list(kept.values())


def _trimmed(text: str) -> str:
    text = " ".join(text.split()).lstrip(" ,.:-–—*•[]{}#").rstrip(" ,:-–—*•[]{}")
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    if ":" in text:
        text = "" if _OTHER_FIELD.match(text) else _SUBJECT_FIELD.sub("", text)
    return text
