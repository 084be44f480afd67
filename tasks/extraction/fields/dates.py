"""When the page was published and changed: declarations, visible times, the URL, and a search as the last resort.

What belongs here: the choice among a page's dates. What does not: reading one (``tasks.values.dates``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tasks.extraction.fields.view import View
from tasks.extraction.plain import plain
from tasks.extraction.structured.json_ld import each, types_of
from tasks.extraction.visible.dates import (
    anywhere,
    in_attributes,
    in_scripts,
    near_headline,
    said_to_be_first,
    url_date,
)
from tasks.extraction.visible.surroundings import Surroundings
from tasks.values.dates import ParsedDate, parse_date

Node = dict[str, Any]
_PUBLISHED_META_NAMES = """
    article:published_time og:article:published_time og:published_time published_time article:published
    parsely-pub-date datepublished date pubdate publish-date publish_date publication_date publishdate
    sailthru.date dc.date.issued dcterms.issued dc.date dcterms.date dcterms.created dc.date.created dc.created
    article.published cxenseparse:recs:publishtime article:post_time rnews:datepublished originalpublicationdate
    displaydate created date.created article:created published citation_date citation_publication_date
    citation_online_date last-published pub_date published-date published_date
"""
_PUBLISHED_META = tuple(_PUBLISHED_META_NAMES.split())
_MODIFIED_META_NAMES = """
    article:modified_time og:updated_time article:modified datemodified dcterms.modified dc.date.modified
    last-modified lastmod lastupdate revised updated_time modified last_updated_date
"""
_MODIFIED_META = tuple(_MODIFIED_META_NAMES.split())
_LEAST_SCORE = 0.0
_LEAST_SCORE_ANYWHERE = -2.0
_SURE_SCORE = 0.8


@dataclass(slots=True)
class Found:
    """One date as found."""

    raw: str
    parsed: ParsedDate
    source: str


def choose_published(view: View) -> tuple[str | None, str | None]:
    """The string and its source; nulls where the page has no date."""
    found = _declared(view, ("datePublished", "dateCreated", "uploadDate"), _PUBLISHED_META)
    if found:
        best = _best(found)
        if not any("News" in kind for node in view.nodes[:1] for kind in types_of(node)):
            earlier = _shown_earlier(view.surroundings, best.parsed, view.language)
            if earlier:
                return earlier, "html"
        return best.raw, best.source
    return _undeclared(view)


def _undeclared(view: View) -> tuple[str | None, str | None]:
    """Said to be the first, shown at the headline, in the URL, in scripts' data, shown anywhere: in this order."""
    shown = [*view.times, *near_headline(view.surroundings, view.language)]
    shown.sort(key=lambda entry: -entry[0])
    raw = said_to_be_first(view.text, view.language)
    if raw is None and (in_island := plain(view.island.get("datePublished"))) and parse_date(in_island):
        return in_island, "html"
    in_url = url_date(view.url)
    if raw is None and in_url is not None:
        return _of_the_day(shown, in_url, view.language)
    if raw is None and shown and shown[0][0] >= _LEAST_SCORE:
        raw = shown[0][1]
    # A library's search of the whole page (htmldate) cost 12 CPU-s on 698 pages, and what it found rightly beyond this
    # were no dates.
    raw = raw or in_attributes(view.marks.dated) or in_scripts(view.marks.scripts)
    if raw is None:
        rest = max([*anywhere(view.tree, view.language), *shown], key=lambda entry: entry[0], default=None)
        raw = rest[1] if rest and rest[0] > _LEAST_SCORE_ANYWHERE else None
    return (raw, "html") if raw else (None, None)


def _of_the_day(shown: list[tuple[float, str]], in_url: str, language: str | None) -> tuple[str, str]:
    """The shown date that agrees with the URL's, which may have a time; else the URL's own."""
    day = parse_date(in_url)
    for _, raw in shown:
        parsed = parse_date(raw, language=language)
        if day is not None and parsed is not None and abs(parsed.instant - day.instant) <= timedelta(hours=36):
            return raw, "html"
    return in_url, "url"


def _shown_earlier(surroundings: Surroundings, declared: ParsedDate, language: str | None) -> str | None:
    """A date shown right at the headline that is days before the declared one.

    Sites that moved to another system declare the day of the move, and some stamp each change as a publication; what
    they show is right. News sites' declarations are not doubted.
    """
    shown = near_headline(surroundings, language, before=6, after=12) if surroundings.anchored else []
    dated = [(score, raw, parsed) for score, raw in shown if (parsed := parse_date(raw, language=language)) is not None]
    if not dated or any(
        score > 0 and abs(parsed.instant - declared.instant) <= timedelta(hours=48) for score, _, parsed in dated
    ):
        return None  # the declared day is shown too
    score, raw, parsed = max(dated, key=lambda entry: entry[0])
    return raw if score >= _SURE_SCORE and parsed.instant < declared.instant else None


def choose_modified(view: View) -> tuple[str | None, str | None]:
    """The string and its source; nulls where the page declares no change."""
    found = _declared(view, ("dateModified",), _MODIFIED_META)
    if not found:
        in_island = plain(view.island.get("dateModified")) if not view.nodes else None
        return (in_island, "html") if in_island and parse_date(in_island) else (None, None)
    best = _best(found)
    return best.raw, best.source


def _declared(view: View, properties: tuple[str, ...], metas: tuple[str, ...]) -> list[Found]:
    found: list[Found] = []

    def add(value: Any, source: str) -> None:
        raw = plain(value)
        parsed = parse_date(raw, language=view.language) if raw else None
        if raw and parsed:
            found.append(Found(raw, parsed, source))

    for name in properties:
        for node in view.nodes:
            source = view.source_of(node)
            for value in each(node.get(name)):
                add(value, source)
    for name in metas:
        for value in view.structured.meta.get(name, ()):
            add(value, "opengraph" if name.startswith(("og:", "article:")) else "meta")
    return found


def _best(found: list[Found]) -> Found:
    """The first, unless another says the same more exactly: with a time, with its zone, with a zone that is not Z."""
    first = found[0]
    if first.parsed.precision != "day" and first.parsed.zone:
        if first.parsed.zone == "+00:00":
            # One clock time, declared once with Z and once with an offset: systems that forget the zone write Z.
            same_clock = (o for o in found[1:] if o.parsed.zone not in (None, "+00:00") and _clock(o) == _clock(first))
            return next(same_clock, first)
        return first
    for other in found[1:]:
        near = abs(other.parsed.instant - first.parsed.instant) <= timedelta(hours=26)
        if near and other.parsed.precision != "day" and other.parsed.zone:
            return other
    if first.parsed.precision == "day":
        for other in found[1:]:
            if other.parsed.precision != "day" and other.parsed.instant.date() == first.parsed.instant.date():
                return other
    return first


def _clock(found: Found) -> datetime:
    """What the clocks showed where it was written."""
    zone = found.parsed.zone or "+00:00"
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return found.parsed.instant + timedelta(minutes=-minutes if zone[0] == "-" else minutes)
