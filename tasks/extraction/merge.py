"""One record from what a page declares and shows.

What belongs here: which module fills which field. What does not: the choice itself (``headline``, ``authors``, ...).
"""

from __future__ import annotations

from functools import cache

import lxml.html

from tasks.extraction.article_node import own_nodes
from tasks.extraction.authors import choose_authors
from tasks.extraction.dates import choose_modified, choose_published
from tasks.extraction.headline import choose_headline
from tasks.extraction.keywords import choose_keywords
from tasks.extraction.plain import plain
from tasks.extraction.site_name import site_names, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.visible import read_h1s, read_surroundings
from tasks.record import Record


def describe(tree: lxml.html.HtmlElement, structured: StructuredData, url: str) -> Record:
    """Everything of a record but its text and page type."""
    record = Record()
    sources = record.field_sources
    h1s = read_h1s(tree)
    titles = [plain(structured.first_meta("og:title")), plain(structured.title)]
    nodes = own_nodes(structured, url, [*h1s, *(title for title in titles if title)])
    names = site_names(structured, url)
    record.language_declared, source = _language(structured)
    _note(sources, "language_declared", source)
    record.headline, record.alternative_headlines, source = choose_headline(structured, nodes, h1s, names)
    _note(sources, "headline", source)
    surroundings = cache(lambda: read_surroundings(tree, record.headline))
    record.authors, source = choose_authors(tree, structured, nodes, surroundings, record.headline, names, url)
    _note(sources, "authors", source)
    record.published_raw, source = choose_published(tree, structured, nodes, surroundings, url, record.language_declared)
    _note(sources, "published_raw", source)
    record.modified_raw, source = choose_modified(structured, nodes, record.language_declared)
    _note(sources, "modified_raw", source)
    record.keywords, source = choose_keywords(
        tree, structured, nodes, record.headline, names, {squash(author.name) for author in record.authors}
    )
    _note(sources, "keywords", source)
    return record


def _note(sources: dict[str, str], field: str, source: str | None) -> None:
    if source:
        sources[field] = source


def _language(structured: StructuredData) -> tuple[str | None, str | None]:
    if structured.html_lang and structured.html_lang.strip():
        return structured.html_lang.strip(), "html"
    for name, source in (("og:locale", "opengraph"), ("content-language", "meta"), ("language", "meta"), ("dc.language", "meta")):
        value = plain(structured.first_meta(name))
        if value:
            return value, source
    return None, None
