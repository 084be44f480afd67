"""What kind of page it is. The pages in ``pages`` are each named by their kind; short news are made up here."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extraction.body import BodyHints, extract_body
from tasks.extraction.fields.merge import described
from tasks.extraction.marks import read_marks
from tasks.extraction.page_type.classify import classify
from tasks.extraction.structured import read_structured
from tasks.extraction.tree import parse
from tasks.schema import PAGE_TYPES

PAGES = Path(__file__).with_name("pages")


def type_of(source: str, url: str) -> tuple[str, str]:
    tree = parse(source.encode("utf-8", "replace"))
    marks = read_marks(tree)
    record, view = described(tree, read_structured(tree, marks), marks, url)
    return classify(view, record, extract_body(tree, BodyHints(url=url)))


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


NAVIGATION = "<nav><ul>" + "".join(f"<li><a href='/s/{n}'>Section {n}</a></li>" for n in range(14)) + "</ul></nav>"
OTHERS = (
    "<section class='more'><h2>More</h2>"
    + "".join(f"<div class='teaser'><a href='/n/{n}'><h3>Another story of the day {n}</h3></a></div>" for n in range(9))
    + "</section><footer><p>© 2024 The Coast Courier</p></footer>"
)
BRIEF = (
    "<p>A man of 54 was rescued from the harbour of Northport on Tuesday night. He had slipped on the icy quay.</p>"
    "<p>Two sailors pulled him out within minutes, the police said. He is in hospital with a broken arm.</p>"
)


def page(head: str, main: str) -> str:
    return (
        f"<html lang='en'><head><title>Man rescued from icy harbour - The Coast Courier</title>{head}</head><body>"
        f"<header><a href='/'>The Coast Courier</a>{NAVIGATION}</header><main>{main}</main>{OTHERS}</body></html>"
    )


def test_a_page_that_declares_a_discussion_is_an_article_only_by_better_signs() -> None:
    text = "<p>Boats that lie in the ice for a week lose their paint, and crews scrape the hulls before they sail.</p>"
    asked = '<script type="application/ld+json">{"@type": "QAPage", "mainEntity": {"@type": "Question"}}</script>'
    url = "https://ice.example.com/ice/is-it-gone"
    assert type_of(page("", f"<h1>Is the ice gone?</h1>{text * 12}"), url)[0] == "article"
    assert type_of(page(asked, f"<h1>Is the ice gone?</h1>{text * 12}"), url)[0] == "forum"


DATED = "<h1>Man rescued from icy harbour</h1><p class='meta'>7 February 2024, 22:14</p>"
NEWS = (
    '<script type="application/ld+json">{"@type": "%s", "headline": "Man rescued from icy harbour", '
    '"datePublished": "2024-02-07T22:14:00+01:00"}</script>'
)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (page("", DATED + BRIEF), "/local/man-rescued-from-icy-harbour-44712"),
        (page("", "<h1>Man rescued from icy harbour</h1>" + BRIEF), "/2024/02/07/man-rescued-from-icy-harbour"),
        (page("", DATED + BRIEF), "/news/articleView.html?idxno=44712"),
        (
            page(
                '<meta name="author" content="Ada Marlow">'
                '<meta property="article:published_time" content="2024-02-07T22:14:00+01:00">',
                "<h1>Man rescued from icy harbour</h1>" + BRIEF,
            ),
            "/news/44712",
        ),
        (page(NEWS % "NewsArticle", "<h1>Man rescued from icy harbour</h1>" + BRIEF[:108]), "/id/44712"),
        (
            page(NEWS % "LiveBlogPosting", DATED + "<h2>22:40</h2><p>He is in hospital.</p><h2>22:14</h2>" + BRIEF),
            "/live/44712",
        ),
        (
            page(
                '<meta property="og:type" content="article">'
                '<meta property="article:published_time" content="2024-02-07T22:14:00+01:00">',
                DATED + "<video src='a.mp4'></video>" + BRIEF,
            ),
            "/video/44712",
        ),
        (
            page(
                NEWS % "NewsArticle",
                DATED
                + BRIEF[:108]
                + "<div class='paywall'><h2>Read on with a subscription</h2><p>From 1 euro a month.</p></div>",
            ),
            "/plus/44712",
        ),
        (
            page(
                "",
                DATED
                + "".join(
                    f"<figure><img src='{n}.jpg'><figcaption>Ship {n} in the ice</figcaption></figure>"
                    for n in range(12)
                )
                + BRIEF,
            ),
            "/pictures/man-rescued-from-icy-harbour",
        ),
        (
            page(
                "",
                DATED
                + "<p>By Ada Marlow</p>"
                + "<p><b>What did you see?</b></p><p>I saw him fall. We ran to the quay and threw the rope.</p>" * 3,
            ),
            "/interview/44712",
        ),
    ],
    ids=[
        "brief",
        "brief with a date in its URL",
        "brief with a number in its URL",
        "brief with a declared date and author",
        "one sentence, declared",
        "live blog",
        "video",
        "paywall",
        "gallery",
        "interview",
    ],
)
def test_short_and_odd_pieces_of_news_are_articles(source: str, path: str) -> None:
    kind, evidence = type_of(source, f"https://courier.example.com{path}")
    assert kind == "article", evidence


def test_a_front_page_is_no_article_though_it_has_dates_and_declares_its_teasers() -> None:
    teasers = "".join(
        f"<article itemscope itemtype='https://schema.org/NewsArticle'><h2 itemprop='headline'>"
        f"<a href='/n/{n}'>Story number {n} of the day in Northport</a></h2>"
        f"<time itemprop='datePublished' datetime='2024-02-07T0{n}:00:00Z'>7 February 2024</time></article>"
        for n in range(9)
    )
    assert type_of(page("", "<h1>News</h1>" + teasers), "https://courier.example.com/")[0] != "article"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80))
def test_every_page_at_every_url_has_a_type(source: str, url: str) -> None:
    kind, evidence = type_of(f"<html><body><p>text{source.replace(chr(0), '')}", url)
    assert kind in PAGE_TYPES
    assert evidence
