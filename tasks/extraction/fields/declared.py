"""What others say of a page, where the page itself says nothing: its input, the listing that named it, its source.

What belongs here: their values as the last candidates, and the few that they make better. What does not: reading
those (``tasks.sources``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tasks.extraction.plain import plain, squash
from tasks.page import Page
from tasks.record import Author, Image, Publisher, Record
from tasks.values.dates import ParsedDate, parse_date

_TEXTS = (
    "headline",
    "description",
    "language_declared",
    "section",
    "article_type",
    "published_raw",
    "modified_raw",
    "license",
)
_MAY_BE_ARTICLE = ("service", "documentation", "other")
_LEAST_WORDS = 60
_ONE_DAY = timedelta(hours=36)
"""How far a listing's instant may lie from the page's day and still mean it: zones, and midnight written as UTC."""


def fill_from_outside(record: Record, page: Page) -> Record:
    """The record with what is said of its page outside of it; each value says so in ``field_sources``.

    The page's own word stands, with three exceptions that make it better: a headline of the listing's that the page
    has among its own candidates is taken before them; a day becomes the listing's instant of that day; a time without
    a zone becomes the listing's where both are the same on the clock. After the page comes its input, then the
    listing, then the source's declaration.
    """
    _break_ties(record, page)
    _believe_article(record, page)
    fill_declared(record, page.declared)
    fill_declared(record, page.listed, page.listed_in)
    return fill_declared(record, page.defaults, "source")


def fill_declared(record: Record, declared: Mapping[str, Any], source: str = "declared") -> Record:
    """The record with its empty fields filled from ``declared``, in the name of ``source``.

    ``declared`` has the names of :class:`tasks.record.Record` fields; ``authors`` and ``keywords`` may be one
    string, as a column of a table holds them; ``image`` and ``publisher`` are a URL and a name. Names it does not
    know are passed over.
    """
    for name in _TEXTS:
        value = declared.get(name)
        if value and not getattr(record, name):
            setattr(record, name, str(value))
            record.field_sources[name] = source
    if declared.get("keywords") and not record.keywords:
        record.keywords = _list(declared["keywords"])
        record.field_sources["keywords"] = source
    if declared.get("authors") and not record.authors:
        record.authors = [Author(name) for name in _list(declared["authors"])]
        record.field_sources["authors"] = source
    if declared.get("image") and not record.images:
        record.images = [Image(str(declared["image"]))]
        record.field_sources["images"] = source
    if declared.get("publisher") and record.publisher is None:
        record.publisher = Publisher(name=str(declared["publisher"]))
        record.field_sources["publisher"] = source
    if isinstance(declared.get("is_accessible_for_free"), bool) and record.is_accessible_for_free is None:
        record.is_accessible_for_free = declared["is_accessible_for_free"]
        record.field_sources["is_accessible_for_free"] = source
    return record


def _break_ties(record: Record, page: Page) -> None:
    title = plain(page.listed.get("headline"))
    if title and record.headline:
        _settle_headline(record, title)
    for name in ("published_raw", "modified_raw"):
        written = page.listed.get(name)
        if written and getattr(record, name) and _is_better(str(written), getattr(record, name), record):
            setattr(record, name, str(written))
            record.field_sources[name] = page.listed_in


def _believe_article(record: Record, page: Page) -> None:
    """A page that its listing names with a title and a publication date is an article, unless it is a list, a shop or
    a forum: short news without any declaration looks like a page of any company. Not measured: no evaluation page
    came with its feed.
    """
    dated = page.listed.get("headline") and page.listed.get("published_raw")
    if dated and record.page_type in _MAY_BE_ARTICLE and len((record.text or "").split()) >= _LEAST_WORDS:
        seen = f"{record.page_type}: {record.page_type_evidence}"
        record.page_type = "article"
        record.page_type_evidence = f"its {page.listed_in} names it with a title and a date; by itself {seen}"
        record.field_sources["page_type"] = page.listed_in


def _settle_headline(record: Record, title: str) -> None:
    """The listing's title says which of the page's headlines is the article's; another is one more alternative."""
    known = {squash(text): text for text in (record.headline, *record.alternative_headlines) if text}
    chosen = known.get(squash(title))
    if chosen is None:
        record.alternative_headlines = [*record.alternative_headlines, title]
    elif chosen != record.headline and record.field_sources.get("headline") in _WEAK_HEADLINES:
        others = [text for text in record.alternative_headlines if text != chosen]
        record.alternative_headlines = [record.headline or "", *others]
        record.headline = chosen


_WEAK_HEADLINES = ("html", "meta", "opengraph", "microdata")
"""Not json-ld: where a news article object has a headline, it is the true one in 90%."""


def _is_better(written: str, own: str, record: Record) -> bool:
    """Whether a listing's date says the same as the page's own, more exactly: with a time, or with a zone."""
    theirs, ours = parse_date(written), parse_date(own, language=record.language_declared)
    if theirs is None or ours is None or theirs.precision == "day" or not theirs.zone:
        return False
    if ours.precision == "day":
        return abs(theirs.instant - ours.instant) <= _ONE_DAY and _day(theirs) == ours.instant.date()
    return not ours.zone and _clock(theirs).replace(second=0) == ours.instant.replace(second=0)


def _day(date: ParsedDate) -> object:
    return _clock(date).date()


def _clock(date: ParsedDate) -> Any:
    """What the clocks showed where it was written."""
    zone = date.zone or "+00:00"
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return date.instant + timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
