"""A short text of a page as a byline: whether it says "By", and the names it holds where names are all of it.

What belongs here: one text. What does not: where on the page it stands and what that says for it (``bylines``,
``signatures``), splitting what was declared (``tasks.values.bylines``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.extraction.visible.text_rules import HAS_DIGIT
from tasks.values.byline_words import LEAD_INS
from tasks.values.bylines import split_byline
from tasks.values.months import month_number
from tasks.values.names import is_organisation, looks_like_person

_PREFIXES = (
    "written |posted |reported |story |words |article |published |text |guest post |created |authored "
    "|contributed |reviewed "
)
_LEADING = (
    "by|von|par|por|di|door|av|af|od|autor|autora|author|auteur|escrito por|scritto da"
    "|a cura di|texte|text|tekst|автор|بقلم|oleh|yazan|γράφει|skriven av|skrevet av|skrevet af|geschreven door"
    "|geschrieben von|écrit par|rédigé par|기자명"
)
_LEAD = rf"(?:{_PREFIXES})?(?:{_LEADING})"
LEADS = re.compile(_LEAD + r"(?:\s*:\s*|\s+|$)", re.I)
# The first two letters of all that begins a byline: a look at them takes a tenth of the time of the pattern.
_BEGINNINGS = frozenset(
    word[:2] for word in (*_PREFIXES.split("|"), *_LEADING.split("|"), *LEAD_INS) if word[:2].isascii()
)
# Any word that leads bylines in, where a colon follows; and reporters whose title comes first, without a space.
BY = re.compile(
    rf"^(?:{_LEAD}(?:\s*:\s*|\s+|$)|(?:{'|'.join(map(re.escape, LEAD_INS))})\s*[:：]\s*"
    r"|(?=(?:本报|本報|本刊|本网|特约|特約)?(?:首席|见习|实习)?(?:记者|記者)\s))(.*)$",
    re.I | re.S,
)
# "Posted on 5 March 2023 by Ada Marlow"
_DATED_BY = re.compile(
    r"^(?:posted|published|updated|written|on|geschrieben|publié|publicado)?\b.{0,50}?\d.{0,20}?\b(?:by|von|par|por)\s+(.+)$",
    re.I | re.S,
)
_TAIL = re.compile(
    r"\s*(?:[|•·*]|\s[–—-]\s|\bon\b|\d|published|updated|posted|last |,?\s*(?:min|minutes?)\s+read"
    r"|\s(?:in|for|at)(?:\s+[A-Z].*)?$).*$",
    re.I | re.S,
)
MAX_TEXT = 90  # characters; a byline is short
_MOST_KEPT = 4096  # texts whose names are remembered: links to the same people, the same texts beside them
NEVER = frozenset(
    {"script", "meta", "link", "body", "html", "img", "input", "form", "style", "noscript", "h1", "title"}
)
_NO_NAME_AT_ALL = re.compile(r"[:#?!/\\<>\[\]{}=]|\bposts?\b", re.I)


def names_of(text: str | None, sure: bool = False) -> list[str]:
    """The names in a short text, if names are all it holds; an empty list otherwise.

    ``sure``: something else says that this is the author, so that single words and desks pass too.
    """
    if not text or len(text) > MAX_TEXT:
        return []
    return list(_names_of(text, sure))


def by(text: str) -> re.Match[str] | None:
    """A text that begins with "By" in some language; the first group is what follows."""
    beginning = text[:2]
    return BY.match(text) if not beginning.isascii() or beginning.lower() in _BEGINNINGS else None


def dated_by(text: str) -> re.Match[str] | None:
    """A text that says when and then "by"; the first group is what follows."""
    return _DATED_BY.match(text) if HAS_DIGIT(text) else None


@lru_cache(_MOST_KEPT)
def _names_of(text: str, sure: bool) -> tuple[str, ...]:
    match = by(text)
    if match and match[1]:
        text, sure = match[1], True
    text = _TAIL.sub("", text).strip(" ,-–—:")
    words = text.split()
    while len(words) > 1 and month_number(words[-1]) and len(words[-1]) <= 9:
        words.pop()
    names = tuple(name.name for name in split_byline(" ".join(words)))
    if not names or any(_NO_NAME_AT_ALL.search(name) for name in names):
        return ()
    if all(looks_like_person(name.split(",")[0]) for name in names):
        return names
    short = all(
        len(name.split()) <= 4 and len(name) <= 40 and (name[:1].isupper() or not name.isascii() or len(names) == 1)
        for name in names
    )
    if sure and short and all(" " not in name or is_organisation(name) or looks_like_person(name) for name in names):
        return names
    return ()
