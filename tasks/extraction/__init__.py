"""One page -> one record: structured data, visible signs, body, page type, and their merge.

What belongs here: everything read from one page. What does not: how bytes are fetched from an input
(``tasks.sources``), and what is done to whole columns afterwards (``tasks.normalisation``).

The tree is parsed once (``tree``) and walked once for what its elements are named for (``marks``). What the page
declares (``structured``) and shows (``visible``) is read from it; each field is chosen in a module of its own and put
together (``fields``). The body comes last, since it may change the tree.
"""

from __future__ import annotations

from tasks.extraction.body import BodyHints, extract_body
from tasks.extraction.body.second_voice import by_trafilatura
from tasks.extraction.fields.declared import fill_from_outside
from tasks.extraction.fields.merge import described
from tasks.extraction.fields.robots import joined, robots_of
from tasks.extraction.flat_text.extract import extract_flat_text
from tasks.extraction.marks import read_marks
from tasks.extraction.page_type.classify import classify
from tasks.extraction.structured import read_structured
from tasks.extraction.tree import parse
from tasks.page import Page, RejectError
from tasks.record import Record

__all__ = ["extract"]


def extract(page: Page) -> Record:
    """The record of one page. Stateless: the same page gives the same record.

    Raises :class:`RejectError` with ``binary`` or ``no_content``. A page that is no article is no error here: its
    ``page_type`` says so.
    """
    record = extract_flat_text(page) if page.kind == "flat-text" else _extract_html(page)
    record.robots = joined(record.robots, page.robots)
    return fill_from_outside(record, page)


def _extract_html(page: Page) -> Record:
    tree = parse(page.payload, page.http_charset)
    marks = read_marks(tree)
    structured = read_structured(tree, marks)
    record, view = described(tree, structured, marks, page.url)
    record.robots = robots_of(structured)
    hints = BodyHints(
        json_ld_bodies=structured.article_bodies(),
        headline=record.headline,
        description=record.description,
        authors=[author.name for author in record.authors],
        url=page.url,
        language=record.language_declared,
    )
    body = extract_body(tree, hints, marks.scripts)
    record.page_type, record.page_type_evidence = classify(view, record, body)
    record.text, record.field_sources["text"] = body.text, body.source
    if not record.text:
        record.text, record.field_sources["text"] = by_trafilatura(tree, page.url), "trafilatura"
    if not record.text:
        raise RejectError("no_content", record.page_type_evidence)
    record.field_sources["page_type"] = "detected"
    return record
