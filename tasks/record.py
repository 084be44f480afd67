"""What extraction hands to normalisation: one page's values as the page wrote them.

What belongs here: the shape of an extracted record. What does not: the tables of the dataset
(``tasks.schema``); a record has no ids, no instants and no cluster yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Author:
    """One author as declared. ``type`` is the schema.org type: ``Person``, ``Organization`` or null."""

    name: str
    type: str | None = None
    url: str | None = None
    image_url: str | None = None


@dataclass(slots=True)
class Image:
    """One image of the article, largest first where sizes are known. Sizes in pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(slots=True)
class Publisher:
    """Who publishes the page, as declared."""

    name: str | None = None
    legal_name: str | None = None
    url: str | None = None
    logo_url: str | None = None
    email: str | None = None
    telephone: str | None = None


@dataclass(slots=True)
class Robots:
    """What the page and its site ask of machines: see the column ``robots``. Tokens are lower case."""

    robots_txt: str | None = None
    directives: list[str] = field(default_factory=list)
    ai_opt_outs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """One page's values. ``text``: paragraphs separated by one blank line.

    ``published_raw`` and ``modified_raw`` are the strings as found; ``tasks.values.dates`` reads them.
    ``field_sources`` names the origin of each filled field: one of :data:`tasks.schema.FIELD_SOURCES`.
    ``page_type`` is one of :data:`tasks.schema.PAGE_TYPES`; ``page_type_evidence`` says in words why.
    """

    headline: str | None = None
    alternative_headlines: list[str] = field(default_factory=list)
    description: str | None = None
    text: str | None = None
    language_declared: str | None = None
    section: str | None = None
    keywords: list[str] = field(default_factory=list)
    article_type: str | None = None
    page_type: str = "article"
    page_type_evidence: str | None = None
    authors: list[Author] = field(default_factory=list)
    published_raw: str | None = None
    modified_raw: str | None = None
    canonical_url: str | None = None
    images: list[Image] = field(default_factory=list)
    publisher: Publisher | None = None
    copyright_year: int | None = None
    license: str | None = None
    is_accessible_for_free: bool | None = None
    robots: Robots | None = None
    field_sources: dict[str, str] = field(default_factory=dict)
