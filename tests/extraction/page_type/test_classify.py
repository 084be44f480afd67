"""What kind of page it is. The pages are in ``pages``, each named by its kind."""

from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extraction.body import BodyHints, extract_body
from tasks.extraction.page_type.classify import classify
from tasks.extraction.structured import read_structured
from tasks.schema import PAGE_TYPES

PAGES = Path(__file__).with_name("pages")


def type_of(source: str, url: str) -> tuple[str, str]:
    tree = lxml.html.document_fromstring(source)
    return classify(tree, read_structured(tree), extract_body(tree, BodyHints(url=url)), url)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("article", "https://news.example.com/2022/02/07/harbour-of-northport-opens-again"),
        ("listing", "https://example.com/category/news/"),
        ("product", "https://shop.example.com/products/sea-boots"),
        ("forum", "https://forum.example.com/threads/ice-in-northport.4711/"),
    ],
)
def test_a_page_is_told_by_what_it_declares_and_holds(kind: str, url: str) -> None:
    assert type_of((PAGES / f"{kind}.html").read_text(), url)[0] == kind


def test_the_evidence_is_in_words() -> None:
    evidence = type_of((PAGES / "listing.html").read_text(), "https://example.com/category/news/")[1]
    assert "og:type=website" in evidence
    assert "schema.org CollectionPage" in evidence
    assert "no publication date declared" in evidence
    assert "URL words of: " in evidence
    assert "87 links" in evidence


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80))
def test_every_page_at_every_url_has_a_type(source: str, url: str) -> None:
    kind, evidence = type_of(f"<html><body>{source.replace(chr(0), '')}", url)
    assert kind in PAGE_TYPES
    assert evidence
