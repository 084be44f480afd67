"""One record from what a page declares and shows.

What belongs here: which module fills which field. What does not: the choice itself (``headline``, ``authors``, ...).
"""

from __future__ import annotations

from typing import TypeVar

from lxml import etree

from tasks.extraction.fields import details
from tasks.extraction.fields.authors import choose_authors
from tasks.extraction.fields.dates import choose_modified, choose_published
from tasks.extraction.fields.headline import choose_headline
from tasks.extraction.fields.images import choose_images
from tasks.extraction.fields.keywords import choose_keywords
from tasks.extraction.fields.publisher import choose_publisher
from tasks.extraction.fields.site_name import site_names
from tasks.extraction.fields.view import View
from tasks.extraction.mark_rules import Marks
from tasks.extraction.plain import plain, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.article_node import own_nodes
from tasks.extraction.visible.surroundings import marked_heading, read_h1s, site_headings
from tasks.record import Record

_Value = TypeVar("_Value")


def describe(tree: etree._Element, structured: StructuredData, marks: Marks, url: str) -> Record:
    """Everything of a record but its text and page type. Reads the tree, does not change it."""
    return described(tree, structured, marks, url)[0]


def described(tree: etree._Element, structured: StructuredData, marks: Marks, url: str) -> tuple[Record, View]:
    """Likewise, and the view of the page that the fields were chosen from."""
    record = Record()

    def filled(field: str, found: tuple[_Value, str | None]) -> _Value:
        value, source = found
        if source is not None and value not in (None, [], ""):
            record.field_sources[field] = source
        return value

    h1s = read_h1s(marks.headings)
    titles = [plain(structured.first_meta("og:title")), plain(structured.title)]
    nodes = own_nodes(structured, url, [*h1s, *(title for title in titles if title)])
    names = site_names(structured, url) | {squash(name) for name in site_headings(marks.headings, url)}
    plain_h1 = len(h1s) == 1 and squash(h1s[0]) not in names
    view = View(tree, structured, marks, nodes, names, url)

    view.language = record.language_declared = filled("language_declared", details.language(structured, nodes))
    headline, record.alternative_headlines, source = choose_headline(
        structured, nodes, h1s, names, None if plain_h1 else marked_heading(marks.titles)
    )
    view.headline = record.headline = filled("headline", (headline, source))
    record.authors = filled("authors", choose_authors(view))
    record.published_raw = filled("published_raw", choose_published(view))
    record.modified_raw = filled("modified_raw", choose_modified(view))
    author_names = {squash(author.name) for author in record.authors}
    record.keywords = filled("keywords", choose_keywords(view, author_names))
    record.description = filled("description", details.description(structured, nodes))
    record.section = filled("section", details.section(view))
    record.article_type = filled("article_type", details.article_type(structured, nodes))
    record.canonical_url = filled("canonical_url", details.canonical_url(structured, url))
    record.images = filled("images", choose_images(marks.figures, structured, nodes, url))
    record.publisher = filled("publisher", choose_publisher(structured, nodes, url))
    record.copyright_year = filled("copyright_year", details.copyright_year(structured, nodes))
    record.license = filled("license", details.license_of(marks, structured, nodes, url))
    record.is_accessible_for_free = filled("is_accessible_for_free", details.is_free(structured, nodes))
    return record, view
