"""Language tags as pages write them ("fr_FR", "English", "zh-hans"), made BCP 47.

What belongs here: one declared value in, one tag out, and which languages are easily taken for each other. What does
not: the codes (``language_codes``) and the language of a text (``tasks.normalisation.languages``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.values.language_codes import (
    ALIKE,
    KINDS,
    MEANT,
    NAMES,
    REGIONS,
    SCRIPTS,
    SHORTER,
    THREE_LETTERS,
    TWO_LETTERS,
)

_FIRST = re.compile(r"[\s,;/|.@(]")


def primary(tag: str) -> str:
    """The language of a tag, without script and region."""
    return tag.partition("-")[0]


def alike(one: str, other: str) -> bool:
    """Whether texts of two languages (without region) are easily taken for each other."""
    return any(one in group and other in group for group in ALIKE)


def is_kind_of(one: str, other: str) -> bool:
    """Whether ``one`` is a kind of the language ``other``: Bokmål (``nb``) of Norwegian (``no``)."""
    return (other, one) in KINDS


def _language(code: str) -> str | None:
    code = SHORTER.get(code, code)
    if code in TWO_LETTERS or code in THREE_LETTERS:
        return code
    return MEANT.get(code)


def language_tag(raw: str | None) -> str | None:
    """The BCP 47 tag that ``raw`` means: language, script and region; null where it means no language.

    Names of languages are read in English and in the language itself. Of a list the first counts. Variants,
    extensions and regions that do not exist are left out.
    """
    return None if not raw or len(raw) > 100 else _language_tag(raw)


@lru_cache(maxsize=4096)
def _language_tag(raw: str) -> str | None:
    words = " ".join(raw.lower().replace("_", "-").split())
    if words in NAMES:
        return NAMES[words]
    first = _FIRST.split(words, maxsplit=1)[0].strip("-\"'")
    if first in NAMES:
        return NAMES[first]
    code, *subtags = first.split("-")
    language = _language(code)
    if language is None or language == "zxx":
        return None
    script, region = ("Latn" if code == "sh" else None), None
    for subtag in subtags:
        if len(subtag) == 1:  # an extension, or private use
            break
        if subtag.title() in SCRIPTS:
            script = script or subtag.title()
        elif subtag == "uk" and language != "uk":
            region = region or "GB"
        elif subtag.upper() in REGIONS:
            region = region or subtag.upper()
    return "-".join(part for part in (language, script, region) if part)
