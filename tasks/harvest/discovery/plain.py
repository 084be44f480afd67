"""One line of plain text from what a listing holds: markup, entities and control characters gone.

What belongs here: text of titles, names, keywords. What does not: cleaning whole columns (``tasks.normalisation``).
"""

from __future__ import annotations

import re

from tasks.values.text import strip_tags, unescape

MAX_TITLE = 1_000
MAX_DESCRIPTION = 5_000
_LONGEST = 40_000  # characters looked at of one value: descriptions hold whole articles
_SILENT = re.compile(r"<(script|style)\b[^<>]{0,1000}>[\s\S]*?(?:</\1\s*>|\Z)", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[\s\S]*?(?:-->|\Z)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def one_line(text: str | None, limit: int = MAX_TITLE) -> str | None:
    """The text with white space folded and control characters gone, cut at ``limit``; ``None`` where none is left."""
    if not text:
        return None
    return " ".join(_CONTROL.sub(" ", text[:_LONGEST]).split())[:limit].rstrip() or None


def from_title(text: str | None) -> str | None:
    """A title's text. Tags of known elements go, other angle brackets are text: "if x < y"."""
    return one_line(unescape(strip_tags(unescape(text[:_LONGEST])))) if text else None


def from_html(text: str | None, limit: int = MAX_DESCRIPTION) -> str | None:
    """A description's text: it is HTML, whole articles with scripts at times."""
    if not text:
        return None
    start = text[:_LONGEST]
    if "<" not in start and "&lt;" in start:
        start = unescape(start)
    return one_line(unescape(strip_tags(_ANY_TAG.sub(_space_or_tag, _SILENT.sub(" ", start)))), limit)


def _space_or_tag(match: re.Match[str]) -> str:
    """Known elements are left to ``strip_tags``, which knows which of them divide words; others divide."""
    return match[0] if strip_tags(match[0]) != match[0] else " "
