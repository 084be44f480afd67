"""The byline that readers see: elements marked as such, texts that say "By", names beside the headline.

What belongs here: candidates for the authors from about the headline, as text. What does not: those from the rest of
the page (``signatures``), what a byline's text says (``byline_texts``), declared authors and the choice
(``fields.authors``).
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from tasks.extraction.plain import plain, squash
from tasks.extraction.visible.byline_texts import LEADS, MAX_TEXT, NEVER, by, dated_by, names_of
from tasks.extraction.visible.surroundings import Piece, Surroundings, is_aside
from tasks.values.dates import parse_date
from tasks.values.names import looks_like_person

# The next three are asked of names in lower case: that takes an eighth of the time of ignoring case.
_NAME_CLASS = re.compile(
    r"(?:author|byline|writer)s?(?:[\s_-]+(?:name|link|title))|name|^(?:author|byline|writer)s?$|vcard|\bfn\b"
)
_SURE_CLASS = re.compile(r"(?:author|writer|byline|creator)s?[\s_-]*(?:__|-)?name|post-?author(?:\s|$)|^author$")
# "/auto-insurance/" is marked as "/author/" is.
_OTHER_ADDRESS = re.compile(r"/aut(?!h?or(?:[^a-z]|[aei]|s\b|en\b|in\b|es\b)|eu)")
_NOT_A_NAME = re.compile(
    r"bio|avatar|image|img|photo|social|follow|twitter|desc|title|role|job|more|posts|date|time|share|comment|related|count|latest"
)
_MAX_MARKED = 200
_MAX_PARTS = 40  # texts within one element
_NEAR = 6  # pieces
_NEAR_LABEL = 12  # pieces
_FIRST = 0.46  # a name right under the headline needs no other evidence


def marked_bylines(marked: list[etree._Element], headline: etree._Element | None) -> list[tuple[float, str]]:
    """Score and names' text of elements that say of themselves that they hold the author, h1 elements among them."""
    found: list[tuple[float, str]] = []
    elements = marked[:_MAX_MARKED]
    anchor = next((at for at, element in enumerate(elements) if element is headline), 0)
    for at, element in enumerate(elements):
        if element.tag in NEVER or not isinstance(element.tag, str):
            continue
        text = plain(" ".join(islice(element.itertext(), _MAX_PARTS))[: MAX_TEXT * 3])
        label = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        if _OTHER_ADDRESS.search(element.get("href") or "") and not label.strip() and not element.get("rel"):
            continue
        declared = element.get("rel") == "author" or element.get("itemprop") == "author"
        names = names_of(text, sure=declared or bool(_SURE_CLASS.search(label)))
        if len(names) == 1 and len(names[0].split()) > 2:
            # A name and a role in elements of their own.
            first = next(
                (alone for part in islice(element.itertext(), _MAX_PARTS) if (alone := names_of(plain(part)))), names
            )
            names = first if names[0].startswith(first[0]) else names
        if not names:
            continue
        distance = at - anchor
        score = 1.0 - (0.05 * distance if distance >= 0 else -0.1 * distance)
        score += 0.7 if declared else 0.0
        score += 0.5 if _NAME_CLASS.search(label) else 0.0
        score += 0.6 if text and by(text) else 0.0
        score -= 1.0 if _NOT_A_NAME.search(label) else 0.0
        parent = element.getparent()
        score -= 2.0 if parent is not None and is_aside(parent) else 0.0
        found.append((score, ", ".join(names)))
    return found


def by_texts(surroundings: Surroundings) -> list[tuple[float, str]]:
    """Score and names' text of short pieces about the headline that begin with "By", or follow a "By" alone."""
    found: list[tuple[float, str]] = []
    pieces = surroundings.pieces
    for at, piece in enumerate(pieces):
        match = (by(piece.text) or dated_by(piece.text)) if len(piece.text) <= MAX_TEXT else None
        if match is None:
            continue
        names = names_of(match[1], sure=True) if match[1] else []
        if not names and len(match[1]) < 3 and at + 1 < len(pieces):
            names = names_of(pieces[at + 1].text, sure=True)
            if not names and match[0].strip(" :").lower() in ("author", "autor") and at > 0:
                names = names_of(pieces[at - 1].text)
            if at + 3 < len(pieces) and pieces[at + 2].text.strip(" ,").lower() in _JOINS:
                names += names_of(pieces[at + 3].text, sure=True)
        if not names or (
            len(names) == 1 and " " not in names[0] and not match[0].lower().startswith(("by", "written", "posted"))
        ):
            continue
        distance = piece.offset if piece.offset > 0 else -piece.offset * 2
        score = 1.9 - distance * (0.05 if surroundings.anchored else 0.02)
        # "Authors: ..." in an article's text names those of something else.
        score -= 1.0 if distance > _NEAR_LABEL and not LEADS.match(piece.text) else 0.0
        score -= 1.5 if not 0 < piece.offset <= _NEAR and is_aside(piece.element) else 0.0
        found.append((score, ", ".join(names)))
    return found


def bare_names(surroundings: Surroundings, headline: str | None, language: str | None) -> list[tuple[float, str]]:
    """Score and names' text of pieces right by the headline that are a person's name, or a name and a date.

    A title-case tag looks the same: it takes a date, a reading time or the name again elsewhere to believe it.
    """
    found: list[tuple[float, str]] = []
    if not surroundings.anchored:
        return found
    pieces = surroundings.pieces
    for at, piece in enumerate(pieces):
        if not -4 <= piece.offset <= _NEAR or len(piece.text) > MAX_TEXT:
            continue
        names = names_of(piece.text)
        if not names or not all(looks_like_person(name) for name in names) or _links_to_topic(piece):
            continue
        if squash(names[0]) in squash(headline) or not any(c.islower() for c in piece.text):
            continue  # a breadcrumb; a script without capitals, in which every short word looks like a name
        reach = range(at - 2, at + 4) if piece.offset > 0 else range(at - 1, at + 2)
        around = [pieces[i].text for i in reach if 0 <= i < len(pieces)]
        score = 0.1 - 0.05 * abs(piece.offset)
        if any(len(text) <= MAX_TEXT and (_READING_TIME.search(text) or _has_date(text, language)) for text in around):
            score += 0.7
        again = [
            other
            for other in pieces
            if other is not piece and other.offset > piece.offset + 1 and names[0] in other.text
        ]
        score += 0.5 if again and piece.offset > 0 else 0.0
        score += _FIRST if piece.offset == 1 else 0.0
        found.append((score, ", ".join(names)))
    return found


_JOINS = frozenset({"and", "&", "und", "et", "y", "e", "", "en", "och", "og"})
_READING_TIME = re.compile(r"\bmin(?:ute)?s?\b.{0,3}read|\bread(?:ing)? time|lesezeit|min\.? de lect", re.I)
_TOPIC = re.compile(
    r"/(?:tags?|topics?|categor\w+|sections?|themen?|tema|rubri\w+|search|hashtag)/|[?&](?:tag|cat|q)=", re.I
)


def _links_to_topic(piece: Piece) -> bool:
    for element in (piece.element, piece.element.getparent()):
        if element is not None and element.tag == "a" and _TOPIC.search(element.get("href") or ""):
            return True
    return False


def _has_date(text: str, language: str | None) -> bool:
    return any(c.isdigit() for c in text) and parse_date(text, language=language) is not None
