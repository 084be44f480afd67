"""When the page was published and changed: declarations, visible times, the URL, and a search as the last resort.

What belongs here: the choice among a page's dates. What does not: reading one (``tasks.values.dates``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import lxml.html

from tasks.extraction.plain import plain
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.json_ld import each, types_of
from tasks.extraction.visible import Surroundings
from tasks.extraction.visible_dates import anywhere, in_attributes, in_scripts, near_headline, time_elements, url_date
from tasks.values.dates import ParsedDate, parse_date

Node = dict[str, Any]
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "published_time", "article:published", "parsely-pub-date",
    "datepublished", "date", "pubdate", "publish-date", "publish_date", "publication_date", "publishdate", "sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "dcterms.created", "dc.date.created", "dc.created", "article.published", "cxenseparse:recs:publishtime", "article:post_time", "rnews:datepublished",
    "originalpublicationdate", "displaydate", "created", "date.created", "article:created", "published", "citation_date", "citation_publication_date", "citation_online_date", "last-published", "pub_date", "published-date", "published_date",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "article:modified",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
    "lastupdate",
    "revised",
    "updated_time",
    "modified",
    "last_updated_date",
)
_LEAST_SCORE = 0.0
_SURE_SCORE = 0.8


@dataclass(slots=True)
class Found:
    """One date as found."""

    raw: str
    parsed: ParsedDate
    source: str


def choose_published(
    tree: lxml.html.HtmlElement,
    structured: StructuredData,
    nodes: list[Node],
    surroundings: Callable[[], Surroundings],
    url: str,
    language: str | None,
) -> tuple[str | None, str | None]:
    """The string and its source; nulls where the page has no date. ``surroundings`` is called where needed."""
    found = _declared(structured, nodes, ("datePublished", "dateCreated", "uploadDate"), _PUBLISHED_META, language)
    if found:
        best = _best(found)
        if not any("News" in kind for node in nodes[:1] for kind in types_of(node)):
            earlier = _shown_earlier(surroundings(), best.parsed, language)
            if earlier:
                return earlier, "html"
        return best.raw, best.source
    in_url = url_date(url)
    day = parse_date(in_url) if in_url else None
    seen = sorted(
        [*time_elements(tree, language), *near_headline(surroundings(), language)], key=lambda entry: -entry[0]
    )
    if day is not None:
        for _, raw in seen:
            parsed = parse_date(raw, language=language)
            if parsed is not None and abs(parsed.instant - day.instant) <= timedelta(hours=36):
                return raw, "html"
        return in_url, "url"
    if seen and seen[0][0] >= _LEAST_SCORE:
        return seen[0][1], "html"
    # Nothing near the headline. A library's search of the whole page (htmldate) cost 12 CPU-s on 698 pages, and what it
    # found rightly beyond this were no dates.
    raw = in_attributes(tree) or in_scripts(tree)
    if raw:
        return raw, "html"
    rest = sorted([*anywhere(tree, language), *seen], key=lambda entry: -entry[0])
    if rest and rest[0][0] > -2.0:
        return rest[0][1], "html"
    return None, None


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


def choose_modified(
    structured: StructuredData, nodes: list[Node], language: str | None
) -> tuple[str | None, str | None]:
    """The string and its source; nulls where the page declares no change."""
    found = _declared(structured, nodes, ("dateModified",), _MODIFIED_META, language)
    if not found:
        return None, None
    best = _best(found)
    return best.raw, best.source


def _declared(
    structured: StructuredData,
    nodes: list[Node],
    properties: tuple[str, ...],
    metas: tuple[str, ...],
    language: str | None,
) -> list[Found]:
    found: list[Found] = []

    def add(value: Any, source: str) -> None:
        raw = plain(value)
        parsed = parse_date(raw, language=language) if raw else None
        if raw and parsed:
            found.append(Found(raw, parsed, source))

    for name in properties:
        for node in nodes:
            source = "json-ld" if any(node is other for other in structured.json_ld) else "microdata"
            for value in each(node.get(name)):
                add(value, source)
    for name in metas:
        for value in structured.meta.get(name, ()):
            add(value, "opengraph" if name.startswith(("og:", "article:")) else "meta")
    return found


def _best(found: list[Found]) -> Found:
    """The first, unless another says the same more exactly: with a time, or with its zone."""
    first = found[0]
    if first.parsed.precision != "day" and first.parsed.zone:
        return first
    for other in found[1:]:
        near = abs(other.parsed.instant - first.parsed.instant) <= timedelta(hours=26)
        if near and other.parsed.precision != "day" and other.parsed.zone:
            return other
    for other in found[1:]:
        if (
            first.parsed.precision == "day"
            and other.parsed.precision != "day"
            and other.parsed.instant.date() == first.parsed.instant.date()
        ):
            return other
    return first
