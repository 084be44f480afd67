"""The body of whole pages."""

from pathlib import Path

import lxml.html

from tasks.extraction.body import Body, BodyHints, extract_body

ARTICLE = Path(__file__).parents[1] / "page_type" / "pages" / "article.html"


def body_of(source: str, hints: BodyHints | None = None) -> Body:
    return extract_body(lxml.html.document_fromstring(source), hints or BodyHints())


def test_the_body_holds_the_article_and_nothing_around_it() -> None:
    body = body_of(
        ARTICLE.read_text(), BodyHints(headline="Harbour of Northport opens again", authors=["Jane Example"])
    )
    assert body.text is not None
    paragraphs = body.text.split("\n\n")
    assert [text[:24] for text in paragraphs if len(text) > 150] == [
        "The harbour of Northport",
        "Harbour master Ida Examp",
        "Trade had come to a halt",
        "The council wants to buy",
        "Last winter the harbour ",
        "For the fishermen the se",
    ]
    assert "A second icebreaker" in paragraphs
    for other in (
        "Facebook",
        "Read more",
        "Two tugs damaged",
        "newsletter",
        "in your inbox",
        "More stories",
        "bakery",
        "Imprint",
    ):
        assert other not in body.text
    assert body.source == "html"
    assert body.long_paragraphs >= 6
    assert body.page_chars > body.chars > 1_000


def test_an_empty_page_has_no_text() -> None:
    assert body_of("<html><body><div></div></body></html>") == Body(None)


def test_what_is_declared_does_not_replace_a_text_that_was_found() -> None:
    body = body_of(ARTICLE.read_text(), BodyHints(json_ld_bodies=["Something else. " * 60]))
    assert body.text is not None
    assert "Something else" not in body.text
