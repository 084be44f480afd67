"""What the page declares of the article, as its blocks are compared with it.

What belongs here: the comparison of texts by their letters and digits. What does not: reading declarations
(``tasks.extraction.structured``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OTHERS = re.compile(r"[\W_]+")
_ASCII_OTHERS = {code: None for code in range(128) if not chr(code).isalnum()}


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


def is_same(key: str, of: str) -> bool:
    """Whether two reduced texts are the same but for a part before or after."""
    return len(key) > 5 and bool(of) and (key in of or of in key) and len(key) < 2 * len(of)


def begins_alike(key: str, of: str) -> bool:
    """Whether one reduced text holds the beginning of the other (descriptions are often cut short)."""
    return len(key) > 20 and len(of) > 20 and (key[:60] in of or of[:60] in key)
