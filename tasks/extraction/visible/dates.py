"""Dates that readers see: time elements and short texts about the headline, and the date in the URL.

What belongs here: candidates for the day of publication where nothing is declared. What does not: declared dates and
the choice (``dates``), reading a string (``tasks.values.dates``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from tasks.extraction.plain import plain
from tasks.extraction.tree import text_of
from tasks.extraction.visible.surroundings import Surroundings, is_aside
from tasks.extraction.visible.text_rules import HAS_DIGIT
from tasks.extraction.visible.texts import dated_texts
from tasks.values.dates import parse_date

_URL_DATE = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_.-]|$)")
_URL_DATE_SLUG = re.compile(r"[/_-]((?:19|20)\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[/_.-]|$)")
# These are asked of text in lower case: that takes an eighth of the time of ignoring case.
_DATED = re.compile(r"date|time|publish|posted|byline|meta|datum|fecha|tid\b|when")
_PUBLISHED = re.compile(
    r"publish|posted|written|created|first|veröffentlicht|erschienen|stand|publié|mis en ligne|publicad|pubblicat|"
    r"gepubliceerd|publicer|opublikowan|опубликован|julkaistu|yay[ıi]n|vydán|objav|掲載|公開|発表|등록|입력|发布|時間"
)
_CHANGED = re.compile(
    r"updat|modif|edited|revis|review|aktualisiert|actuali|aggiornat|bijgewerkt|"
    r"oppdatert|uppdaterad|opdateret|päivitetty|zaktualizowan|обновл|更新|수정|"
    r"mis à jour|last changed|as of"
)
_OTHER_DAY = re.compile(r"©|copyright|all rights|expire|deadline|born|event|starts?\b|ends?\b|valid|since")
_MAX_TEXT = 110  # characters; what is longer is prose, whose dates are the story's
_MAX_TIMES = 60
_MAX_SCRIPT = 3_000_000  # characters
_IN_SCRIPT = re.compile(
    r"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publishedDate|publicationDate|publishedOn"
    r"|firstPublished\w{0,12}|first_published_at|datePublication|published_time)"
    r"\\{0,3}[\"']?\s*[:=]\s*\\{0,3}[\"']?([0-9][0-9T:.+Z /-]{7,40})"
)


def url_date(url: str) -> str | None:
    """The day in the URL's path, ``2022-02-03``; null where there is none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    match = _URL_DATE.search(path[:500]) or _URL_DATE_SLUG.search(path[:500])
    return f"{match[1]}-{match[2]}-{match[3]}" if match else None


def time_elements(tree: etree._Element, language: str | None) -> list[tuple[float, str]]:
    """Score and raw date of the page's time elements that say or can be taken to say when it was published."""
    found: list[tuple[float, str]] = []
    h1 = next(iter(tree.iter("h1")), None)
    passed = h1 is None
    for count, element in enumerate(tree.iter("h1", "time")):
        if count > _MAX_TIMES:
            break
        if element.tag == "h1":
            passed = True
            continue
        raw = _raw_time(element, language)
        if raw is None:
            continue
        score = 2.0 - 0.1 * count + (0.5 if passed else 0.0)
        label = f"{element.get('class') or ''} {element.get('itemprop') or ''} {_context(element)}".lower()
        if element.get("pubdate") is not None or _PUBLISHED.search(label):
            score += 2.0
        if _CHANGED.search(label):
            score -= 1.5
        if _in_article(element):
            score += 0.5
        if is_aside(element):
            score -= 2.5
        found.append((score, raw))
    return found


def near_headline(
    surroundings: Surroundings, language: str | None, before: int = 40, after: int = 90
) -> list[tuple[float, str]]:
    """Score and raw date of the short texts about the headline that hold one.

    ``before`` and ``after``: how many pieces of text away from the headline are looked at.
    """
    found: list[tuple[float, str]] = []
    dated = surroundings.dated
    for at, piece in enumerate(surroundings.pieces):
        if not -before <= piece.offset <= after:
            continue
        if (at, language) not in dated:
            dated[at, language] = _of_piece(surroundings, at, language)
        if (one := dated[at, language]) is not None:
            found.append(one)
    return found


def _of_piece(surroundings: Surroundings, at: int, language: str | None) -> tuple[float, str] | None:
    pieces = surroundings.pieces
    piece, text = pieces[at], pieces[at].text
    if len(text) > _MAX_TEXT or not HAS_DIGIT(text):
        return None
    raw = text if parse_date(text, language=language) else None
    if raw is None and len(text) <= 30:
        raw = _pieced_together(piece.element, language)
    if raw is None:
        return None
    label = " ".join(filter(None, (pieces[at - 1].text[-60:] if at else "", text))).lower()
    names = f"{piece.element.get('class') or ''} {piece.element.get('id') or ''}"
    parent = piece.element.getparent()
    if parent is not None:
        names += f" {parent.get('class') or ''}"
    distance = piece.offset if piece.offset > 0 else -piece.offset * 3
    score = 2.0 - distance * (0.05 if surroundings.anchored else 0.02) - len(text) / 80
    score += 0.7 if _DATED.search(names.lower()) else 0.0
    score += 1.0 if _PUBLISHED.search(label) else 0.0
    score -= 1.0 if _CHANGED.search(label) else 0.0
    score -= 2.0 if _OTHER_DAY.search(label) else 0.0
    score -= 1.5 if not 0 < piece.offset <= 4 and is_aside(piece.element) else 0.0
    return score, raw


def in_scripts(scripts: Sequence[etree._Element]) -> str | None:
    """The one date of publication that scripts and data attributes give in JSON of any kind; null where they differ."""
    found: dict[str, str] = {}
    for script in scripts:
        text = script.text
        if not text or len(text) > _MAX_SCRIPT or "ublish" not in text:
            continue
        for match in _IN_SCRIPT.finditer(text):
            parsed = parse_date(match[1])
            if parsed is not None:
                found.setdefault(parsed.instant.date().isoformat(), match[1])
        if len(found) > 1:
            return None
    return next(iter(found.values()), None)


def in_attributes(marked: list[etree._Element]) -> str | None:
    """Likewise for JSON-LD put into attributes by scripts that would have written it later."""
    for element in marked[:20]:
        for value in element.attrib.values():
            match = _IN_SCRIPT.search(value) if "atePublished" in value else None
            if match and parse_date(match[1]):
                return str(match[1])
    return None


def said_to_be_first(text: str, language: str | None) -> str | None:
    """The date after "first published" or "originally published" in the page's text."""
    for words in ("irst published", "riginally published"):
        at = text.find(words)
        if at >= 0:
            raw = " ".join(text[at + len(words) : at + len(words) + 60].split())
            if parse_date(raw, language=language):
                return f"published {raw}"
    return None


def anywhere(tree: etree._Element, language: str | None) -> list[tuple[float, str]]:
    """Score and raw date of short texts that say "published", wherever they stand."""
    found: list[tuple[float, str]] = []
    body = tree.find("body")
    for text, before in dated_texts(tree if body is None else body):
        line = " ".join(text.split())
        if len(line) > _MAX_TEXT:
            continue
        label = f"{' '.join(before.split())} {line}".lower()
        if _OTHER_DAY.search(label):
            continue
        published, changed = _PUBLISHED.search(label), _CHANGED.search(label)
        if (published or changed) and parse_date(line, language=language):
            found.append(((1.0 if published else 0.0) - 0.02 * len(found) - (1.0 if changed else 0.0), line))
    return found


def _raw_time(element: etree._Element, language: str | None) -> str | None:
    for value in (
        element.get("datetime"),
        element.get("content"),
        element.get("title"),
        text_of(element)[:_MAX_TEXT],
    ):
        raw = plain(value)
        if raw and parse_date(raw, language=language):
            return raw
    return None


def _pieced_together(element: etree._Element, language: str | None) -> str | None:
    """A date whose day, month and year stand in elements of their own."""
    for above in (element, element.getparent()):
        if above is not None:
            raw = plain(" ".join(islice(above.itertext(), 20))[: _MAX_TEXT + 1])
            if raw and len(raw) <= 40 and parse_date(raw, language=language):
                return raw
    return None


def _context(element: etree._Element) -> str:
    """The words right before a time element: "Published:", "Updated on"."""
    previous = element.getprevious()
    before = (previous.tail if previous is not None and previous.tail else None) or (
        text_of(previous)[-60:] if previous is not None else None
    )
    parent = element.getparent()
    if before is None or not before.strip():
        before = parent.text if parent is not None else None
    names = (parent.get("class") or "") if parent is not None else ""
    return f"{(before or '')[-60:]} {names}"


def _in_article(element: etree._Element) -> bool:
    return any(above.tag in ("article", "main", "header") for above in element.iterancestors())
