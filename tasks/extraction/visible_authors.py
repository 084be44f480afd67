"""The byline that readers see: elements marked as such, and short texts that say "By" about the headline.

What belongs here: candidates for the authors, as text. What does not: declared authors and the choice (``authors``),
splitting a byline (``tasks.values.bylines``).
"""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from tasks.extraction.plain import plain
from tasks.extraction.visible import Surroundings, is_aside
from tasks.values.bylines import is_organisation, looks_like_person, split_byline

_MARKED = etree.XPath(
    "//*[@rel='author' or @itemprop='author' or contains(@class,'uthor') or contains(@class,'yline') or contains(@id,'uthor')"
    " or contains(@class,'by-line') or contains(@class,'riter') or contains(@class,'ontributor') or contains(@class,'utor') or contains(@data-testid,'uthor')"
    " or contains(@href,'/author') or contains(@href,'/auteur') or contains(@href,'/autor') or contains(@href,'/profile') or contains(@class,'vcard')]"
)
_NAME_CLASS = re.compile(r"name|link|^author$|^byline$|vcard|fn\b", re.I)
_NOT_A_NAME = re.compile(r"bio|avatar|image|img|photo|social|follow|twitter|desc|title|role|job|more|box-posts|date|time|share|comment|related|count|latest", re.I)
_BY = re.compile(
    r"^(?:written |posted |reported |story |words |article |published |text |guest post |created |authored |contributed )?(?:by|von|par|por|di|door|av|af|autor|author|auteur|written by|escrito por|scritto da|a cura di|texte|text|tekst)\b\s*:?\s*(.*)$",
    re.I,
)
_MAX_TEXT = 90
_MAX_MARKED = 150
_TAIL = re.compile(r"\s*(?:[|•·–—]|\bon\b|\d|published|updated|posted|last |,?\s*(?:min|minutes?)\s+read|in\s+[A-Z]|for\s+[A-Z]).*$", re.I)


def marked_bylines(tree: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None) -> list[tuple[float, str]]:
    """Score and text of elements that say of themselves that they hold the author."""
    found: list[tuple[float, str]] = []
    after = _follows(tree, headline)
    for position, element in enumerate(_MARKED(tree)[:_MAX_MARKED]):
        if element.tag in ("script", "meta", "link", "body", "html", "img", "input", "form", "style", "noscript"):
            continue
        text = plain(" ".join(element.itertext())[: _MAX_TEXT * 3])
        names = _names(text)
        if not names:
            continue
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        score = 1.0 - 0.04 * position
        score += 1.0 if element.get("rel") == "author" or element.get("itemprop") == "author" else 0.0
        score += 0.5 if _NAME_CLASS.search(label) else 0.0
        score += 0.6 if text and _BY.match(text) else 0.0
        score -= 1.0 if _NOT_A_NAME.search(label) else 0.0
        score -= 2.0 if is_aside(element) else 0.0
        score += 0.4 if after is not None and after(element) else 0.0
        found.append((score, text or ""))
    return found


def by_texts(surroundings: Surroundings) -> list[tuple[float, str]]:
    """Score and text of short pieces about the headline that begin with "By", or follow one that is "By" alone."""
    found: list[tuple[float, str]] = []
    pieces = surroundings.pieces
    for at, piece in enumerate(pieces):
        match = _BY.match(piece.text) if len(piece.text) <= _MAX_TEXT else None
        if match is None:
            continue
        text = match[1]
        if not _names(text) and at + 1 < len(pieces):
            text = pieces[at + 1].text
        if len(text) > _MAX_TEXT or not _names(text):
            continue
        distance = piece.offset if piece.offset > 0 else -piece.offset * 2
        score = 1.8 - distance * (0.05 if surroundings.anchored else 0.02) - (1.5 if is_aside(piece.element) else 0.0)
        found.append((score, text))
    return found


def _names(text: str | None) -> list[str]:
    """The names in a short text, if names are all it holds; an empty list otherwise."""
    if not text or len(text) > _MAX_TEXT:
        return []
    match = _BY.match(text)
    bare = match[1] if match and match[1] else text
    bare = _TAIL.sub("", bare)
    names = [name.name for name in split_byline(bare)]
    return names if names and all(looks_like_person(name) or (match and is_organisation(name)) for name in names) else []


def names_of(text: str) -> list[str]:
    """The names in a byline that was found; see ``_names``."""
    return _names(text)


def _follows(tree: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None):  # type: ignore[no-untyped-def]
    if headline is None or headline.sourceline is None:
        return None
    line = headline.sourceline
    return lambda element: (element.sourceline or 0) >= line
