"""Plain text from a declared value (entities, markup and white space gone), and what makes two of them the same.

What belongs here: what every reader of values needs. What does not: rules for one kind of value
(``tasks.values``) and the clean-up of whole columns (``tasks.normalisation``).
"""

from __future__ import annotations

import html
import re
from typing import Any

_TAG = re.compile(r"<[/a-zA-Z][^<>]{0,1000}>")
_SQUASH = re.compile(r"[\W_]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")


def plain(value: Any) -> str | None:
    """The text of a string or number on one line; null for anything else and for what is empty."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    if "&" in value:
        value = html.unescape(value)
        if "&" in value and ";" in value:  # written twice: &amp;quot;
            value = html.unescape(value)
    if "<" in value:
        value = _TAG.sub(" ", value)
    if not value.isascii():
        value = _INVISIBLE.sub("", value)
    return " ".join(value.split()) or None


def squash(text: str | None) -> str:
    """Letters and digits alone, lower case: what makes two writings of a name the same."""
    return _SQUASH.sub("", (text or "").casefold())
