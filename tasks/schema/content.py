"""The columns of what a page says: its addresses, text, authors, dates, images, publisher, and where each came from.

What belongs here: that group of columns. What does not: the groups beside it (``columns``), and the tables
(``tables``).
"""

from __future__ import annotations

import dataframely as dy

from tasks.schema.column_kinds import example, instant, one_of, text_item
from tasks.schema.vocabulary import FIELD_SOURCES, PAGE_TYPES, PRECISIONS, ROBOTS_TXT


class Content(dy.Schema):
    """What the page says."""

    url = dy.String(
        description="The URL as fetched.",
        metadata=example("https://fr.example.com/actus/2022/harbour.html?utm_source=feed"),
    )
    canonical_url = dy.String(
        regex="^https?://",
        description="The normalised URL: tracking parameters, default ports and fragments removed; the page's "
        "declared canonical URL where it can be believed.",
        metadata=example("https://fr.example.com/actus/2022/harbour.html"),
    )
    host = dy.String(description="Host of canonical_url, lower case.", metadata=example("fr.example.com"))
    domain = dy.String(
        description="Registrable domain of host by the public suffix list (the host itself where it has none).",
        metadata=example("example.com"),
    )
    source = dy.String(
        nullable=True,
        description="Name of the declared source the page came from; null for inputs given by path.",
        metadata=example("example-news"),
    )
    headline = dy.String(
        nullable=True,
        min_length=1,
        description="The page's own headline, without the site's name.",
        metadata=example("Harbour reopens after the storm"),
    )
    alternative_headlines = dy.List(
        text_item("One other headline."),
        description="Other headlines the page declares (Open Graph, JSON-LD, h1, title element, alternateName) "
        "where they differ from headline.",
        metadata=example(["Harbour reopens"]),
    )
    description = dy.String(
        nullable=True,
        min_length=1,
        description="The summary the page declares for itself.",
        metadata=example("Ships return three days after the storm."),
    )
    text = dy.String(
        min_length=1,
        description="The article's text. Paragraphs are separated by a blank line; headings, list items and "
        "quotes are their own paragraphs; a single line break stands inside of one (verse, code, an address).",
        metadata=example("The harbour reopened on Monday.\n\nThree ships were waiting."),
    )
    word_count = dy.Int32(
        min=0,
        description="Words in text: runs of letters and digits; in scripts written without spaces, characters.",
        metadata=example(412),
    )
    language = dy.String(
        nullable=True,
        description="BCP 47 tag of the language detected in text.",
        metadata=example("fr"),
    )
    language_declared = dy.String(
        nullable=True,
        description="BCP 47 tag the page declares (html lang, inLanguage, og:locale).",
        metadata=example("fr-FR"),
    )
    section = dy.String(
        nullable=True,
        min_length=1,
        description="The section the page files itself under (articleSection, article:section, breadcrumb).",
        metadata=example("Local news"),
    )
    keywords = dy.List(
        text_item("One keyword."),
        description="Keywords and tags as declared: split, trimmed, unique, order kept; empty where none.",
        metadata=example(["harbour", "storms"]),
    )
    article_type = dy.String(
        nullable=True,
        min_length=1,
        description="The schema.org type or genre the page declares for itself.",
        metadata=example("NewsArticle"),
    )
    page_type = one_of(
        PAGE_TYPES,
        nullable=False,
        description="What kind of page this is; anything but article only with --keep-all-pages.",
        value="article",
    )
    authors = dy.List(
        text_item("One author's name."),
        description="Names of the authors in the page's order: roles, e-mails and 'By' removed; empty where none.",
        metadata=example(["Ada Marlow", "Jun Sato"]),
    )
    author_details = dy.List(
        dy.Struct(
            {
                "name": dy.String(description="The name, as in authors."),
                "type": dy.String(nullable=True, description="schema.org type: Person or Organization."),
                "url": dy.String(nullable=True, description="Profile page."),
                "image_url": dy.String(nullable=True, description="Portrait."),
            },
            description="One author.",
        ),
        description="What the page declares of each author, in the order of authors.",
        metadata=example(
            [{"name": "Ada Marlow", "type": "Person", "url": "https://example.com/ada", "image_url": None}]
        ),
    )
    published_at = instant(
        "When the article was first published, as a UTC instant; see published_precision and published_zone.",
        value="2022-02-02T18:14:00Z",
    )
    published_raw = dy.String(
        nullable=True,
        description="The string published_at was read from.",
        metadata=example("2022-02-02T19:14+0100"),
    )
    published_precision = one_of(
        PRECISIONS, nullable=True, description="How exactly published_raw gives the time.", value="minute"
    )
    published_zone = dy.String(
        nullable=True,
        regex=r"^[+-]\d\d:\d\d$",
        description="Offset from UTC as the page gave it; null when it gave none (published_at then takes the "
        "page's local time as UTC).",
        metadata=example("+01:00"),
    )
    modified_at = instant(
        "When the page says the article was last changed, as a UTC instant.", value="2022-02-02T18:58:00Z"
    )
    modified_raw = dy.String(
        nullable=True,
        description="The string modified_at was read from.",
        metadata=example("2022-02-02T19:58+0100"),
    )
    modified_precision = one_of(
        PRECISIONS, nullable=True, description="How exactly modified_raw gives the time.", value="minute"
    )
    modified_zone = dy.String(
        nullable=True,
        regex=r"^[+-]\d\d:\d\d$",
        description="Offset from UTC as the page gave it for modified_at, or null.",
        metadata=example("+01:00"),
    )
    images = dy.List(
        dy.Struct(
            {
                "url": dy.String(description="Where the image lies."),
                "width": dy.Int32(nullable=True, description="Width in pixels."),
                "height": dy.Int32(nullable=True, description="Height in pixels."),
                "caption": dy.String(nullable=True, description="Caption as declared."),
                "credit": dy.String(nullable=True, description="Photographer or agency as declared."),
            },
            description="One image.",
        ),
        description="Images the page declares for the article, in its order.",
        metadata=example(
            [
                {
                    "url": "https://example.com/a.jpg",
                    "width": 1920,
                    "height": 1080,
                    "caption": None,
                    "credit": None,
                }
            ]
        ),
    )
    publisher = dy.Struct(
        {
            "name": dy.String(nullable=True, description="Name."),
            "legal_name": dy.String(nullable=True, description="Legal name."),
            "url": dy.String(nullable=True, description="Home page."),
            "logo_url": dy.String(nullable=True, description="Logo."),
            "email": dy.String(nullable=True, description="E-mail address."),
            "telephone": dy.String(nullable=True, description="Telephone number."),
        },
        nullable=True,
        description="Who publishes the page, as declared; null where nothing is declared.",
        metadata=example({"name": "Example News", "legal_name": "Example News Ltd"}),
    )
    copyright_year = dy.Int32(
        nullable=True, min=1800, max=2200, description="Copyright year as declared.", metadata=example(2022)
    )
    license = dy.String(
        nullable=True,
        min_length=1,
        description="Licence as declared: a URL or a name.",
        metadata=example("https://creativecommons.org/licenses/by/4.0/"),
    )
    is_accessible_for_free = dy.Bool(
        nullable=True,
        description="Whether the page declares itself readable without payment; null where it says nothing.",
        metadata=example(True),
    )
    robots = dy.Struct(
        {
            "robots_txt": one_of(
                ROBOTS_TXT,
                nullable=True,
                description="What robots.txt said to the harvester; null where the page was not harvested.",
                value="allowed",
            ),
            "directives": dy.List(
                text_item("One directive, lower case."),
                description="What X-Robots-Tag headers and meta robots elements of the page ask for (noindex, "
                "noarchive, nosnippet, ...); index, follow and all, which ask for nothing, are left out.",
            ),
            "ai_opt_outs": dy.List(
                text_item("One sign."),
                description="Signs that the page is not to be used for AI training or text and data mining: noai, "
                "noimageai, noml, tdm-reservation; robots:NAME where robots.txt shuts out that AI crawler, "
                "NAME:noindex where the page does.",
            ),
        },
        nullable=True,
        description="What the page and its site ask of machines: whoever uses the dataset for training can leave out "
        "rows with ai_opt_outs. From the page's meta elements and HTTP headers, and from what the harvester saw of "
        "robots.txt. Null where nothing was said, and in rows written before schema 1.1.0.",
        metadata=example({"robots_txt": "allowed", "directives": ["noarchive"], "ai_opt_outs": ["robots:gptbot"]}),
    )
    field_sources = dy.List(
        dy.Struct(
            {
                "field": dy.String(description="Column name."),
                "source": one_of(
                    FIELD_SOURCES, nullable=False, description="Where its value came from.", value="json-ld"
                ),
            },
            description="One field's source.",
        ),
        description="For each filled field, where its value came from.",
        metadata=example([{"field": "headline", "source": "json-ld"}]),
    )
