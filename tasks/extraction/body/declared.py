"""What the page declares of the article, as its blocks are compared with it.

What belongs here: the comparison of texts by their letters and digits. What does not: reading declarations
(``tasks.extraction.structured``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OTHERS = re.compile(r"[\W_]+")
_ASCII_OTHERS = {code: None for code in range(128) if not chr(code).isalnum()}
_TYPOGRAPHIC = "’‘“”–—…«»•·\u00a0"  # the signs that keep most English texts from being ASCII, a hard blank among them
_APART = "\x00"  # between the texts of a page: no page holds it (``tree`` takes it out)
_APART_KEPT = {code: None for code in _ASCII_OTHERS if chr(code) != _APART}


@dataclass(slots=True)
class Known:
    """Each text :func:`reduced`; empty where the page declares none. ``is_news``: it calls itself an article."""

    bodies: str = ""
    headline: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    is_news: bool = False


def reduced(text: str) -> str:
    """Letters and digits alone, in lower case: for telling whether one text holds another."""
    lower = text.lower()
    # A table of ASCII is applied four times as fast as the pattern; for other texts it is slower.
    return lower.translate(_ASCII_OTHERS) if lower.isascii() else _OTHERS.sub("", lower)


def reduced_all(texts: Sequence[str]) -> list[str]:
    """Each text :func:`reduced`; those in ASCII all at once, since most of the time goes into reading the table."""
    joined = _APART.join(texts).lower()
    if not joined.isascii():
        for sign in _TYPOGRAPHIC:
            joined = joined.replace(sign, "")
    keys = joined.split(_APART)
    if len(keys) != len(texts):
        return [reduced(text) for text in texts]  # none at all, or a text that holds the sign
    ascii_keys = iter(_APART.join([key for key in keys if key.isascii()]).translate(_APART_KEPT).split(_APART))
    return [next(ascii_keys) if key.isascii() else _OTHERS.sub("", key) for key in keys]


def is_same(key: str, of: str) -> bool:
    """Whether two reduced texts are the same but for a part before or after."""
    return len(key) > 5 and bool(of) and (key in of or of in key) and len(key) < 2 * len(of)


def begins_alike(key: str, of: str) -> bool:
    """Whether one reduced text holds the beginning of the other (descriptions are often cut short)."""
    return len(key) > 20 and can_begin_alike(of) and (key[:60] in of or of[:60] in key)


def can_begin_alike(of: str) -> bool:
    """Whether a reduced text is long enough for others to begin like it."""
    return len(of) > 20
