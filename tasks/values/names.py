"""Names of people and of desks: whether a string is one, how it is written, and the one that an address spells.

What belongs here: one name. What does not: a string that may hold several, and what stands around them (``bylines``),
and the words themselves (``byline_words``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from tasks.values.byline_words import NOT_IN_NAMES, ORGANISATION_WORDS, PARTICLES, ROLE_WORDS

_MOST_KEPT = 4096  # short texts that are remembered: a page's parts repeat them, and so do a site's pages
_LONGEST_KEPT = 120  # characters

NAME_LETTER = re.compile(r"[^\W\d_]")
_LETTERS_ALONE = re.compile(r"[\W\d_]+")
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|aut(?:h?or(?:[aei]|[ae]s|en|in|er)?|eurs?)|profiles?|people|person|contributors?|staff|journalists?|users?|by|writers?|skribent|forfatter|columnist[as]?)/(?:[\w-]+/)?([\w%-]+?)/?(?:\.\w+)?$",
    re.I,
)


def name_in_address(address: str) -> str | None:
    """The name in a profile page's address, ``/authors/jane-doe``; null for addresses that name nobody."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return None
    match = _AUTHOR_PATH.search(path[:300])
    if match is None:
        return None
    words = re.split(r"[-_.+ ]+", match[1])
    if words and words[-1].isdigit():
        words.pop()
    if not 2 <= len(words) <= 4 or not all(len(word) > 1 and word.isalpha() for word in words):
        return None
    return " ".join(word if word in PARTICLES else word.capitalize() for word in words)


def in_profile_address(name: str, address: str) -> bool:
    """Whether a profile page's address is that of the person: ``/authors/jane-q-doe-123`` of "Jane Q. Doe"."""
    try:
        match = _AUTHOR_PATH.search(unquote(urlsplit(address).path)[:300])
    except ValueError:
        return False
    return match is not None and _LETTERS_ALONE.sub("", match[1]).casefold() == _LETTERS_ALONE.sub("", name).casefold()


def looks_like_person(text: str) -> bool:
    """Two to five words, each with a capital or a particle (scripts without capitals: two to twenty characters)."""
    return _is_like_person(text) if len(text) <= _LONGEST_KEPT else _is_like_person.__wrapped__(text)


@lru_cache(_MOST_KEPT)
def _is_like_person(text: str) -> bool:
    words = text.split()
    if not any(c.isupper() or c.islower() for c in text):
        return 2 <= len(text.replace(" ", "")) <= 20 and bool(NAME_LETTER.search(text))
    if not 2 <= len(words) <= 5:
        return False
    if any(word.strip(".,").casefold() in ROLE_WORDS or word.casefold() in NOT_IN_NAMES for word in words):
        return False
    letters = [word for word in words if NAME_LETTER.search(word)]
    return len(letters) == len(words) and all(_is_name_word(word) for word in words) and not is_organisation(text)


def is_organisation(text: str) -> bool:
    """Whether words say that this is a desk, an agency, a team."""
    return _is_desk(text) if len(text) <= _LONGEST_KEPT else _is_desk.__wrapped__(text)


@lru_cache(_MOST_KEPT)
def _is_desk(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return any(word in ORGANISATION_WORDS for word in words) or bool(
        re.search(r"\w\.(?:com|org|net|de|at|ch|lt|se|no)$", text, re.I)
    )


def all_name_words(text: str) -> bool:
    """Whether each word could stand in a name: with a capital, in a script without, or a particle."""
    return all(_is_name_word(word) for word in text.split())


def _is_name_word(word: str) -> bool:
    bare = word.lstrip("'’\"“(")
    if not bare or bare.casefold().strip(".,") in PARTICLES:
        return True
    return not bare[0].islower() or (len(bare) > 2 and bare[1] in "'’" and bare[2].isupper())


def recased(text: str) -> str:
    """Names in capitals or small letters alone as names are written; acronyms and single words stay."""
    words = text.split()
    if len(words) < 2 or len(words) > 4 or any(c.isdigit() for c in text) or "." in text or is_organisation(text):
        return text
    if (
        text.isupper()
        and all(len(word) > 1 and re.search("[AEIOUYÀ-ÿ]", word) for word in words)
        and max(map(len, words)) > 4
    ):
        return " ".join(_capitalised(word) for word in words)
    if text.islower() and all(word.isalpha() for word in words):
        return " ".join(word if word in PARTICLES else _capitalised(word) for word in words)
    return text


def _capitalised(word: str) -> str:
    return "".join(part[:1].upper() + part[1:].lower() for part in re.split(r"(-|'|’)", word))
