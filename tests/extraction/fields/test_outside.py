"""What is said of a page outside of it: the input, the listing that named it, its source; and robots."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.extraction import extract
from tasks.page import Origin, Page
from tasks.record import Record, Robots

BODY = "".join(
    f"<p>On {day} the harbour reopened after the storm had passed over, and {day} brought the boats home.</p>"
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
)


def record(head: str = "", h1: str = "", **values: Any) -> Record:
    html = f"<!doctype html><html><head>{head}</head><body><article>{h1}{BODY}</article></body></html>"
    return extract(Page("https://paper.example/a", html.encode(), Origin("a.warc"), **values))


LISTED = {
    "headline": "Harbour reopens",
    "published_raw": "Mon, 06 May 2024 08:00:00 +0200",
    "authors": ["Ada Marlow", "Jun Sato"],
    "keywords": ["harbour"],
    "description": "Ships return.",
    "language_declared": "en",
    "image": "https://paper.example/a.jpg",
    "publisher": "Paper",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "is_accessible_for_free": False,
}


@pytest.mark.parametrize("listed_in", ["feed", "sitemap"])
def test_what_the_page_leaves_empty_comes_from_the_listing_that_named_it(listed_in: Any) -> None:
    found = record(listed=LISTED, listed_in=listed_in)
    assert (found.headline, found.published_raw) == ("Harbour reopens", "Mon, 06 May 2024 08:00:00 +0200")
    assert [author.name for author in found.authors] == ["Ada Marlow", "Jun Sato"]
    assert [image.url for image in found.images] == ["https://paper.example/a.jpg"]
    assert found.publisher is not None
    assert (found.publisher.name, found.is_accessible_for_free) == ("Paper", False)
    filled = {name for name, source in found.field_sources.items() if source == listed_in}
    assert filled == {*LISTED} - {"image"} | {"images", "page_type"}


def test_the_input_is_believed_before_the_listing_and_the_listing_before_the_source() -> None:
    found = record(
        declared={"description": "the sidecar's"},
        listed={"description": "the feed's", "license": "the feed's"},
        defaults={"description": "the source's", "license": "the source's", "language_declared": "fr"},
    )
    assert (found.description, found.license, found.language_declared) == ("the sidecar's", "the feed's", "fr")
    names = ("description", "license", "language_declared")
    assert [found.field_sources[name] for name in names] == ["declared", "feed", "source"]


def test_a_page_that_its_listing_names_with_title_and_date_is_an_article() -> None:
    assert record().page_type == "service"
    found = record(listed=LISTED)
    assert (found.page_type, found.field_sources["page_type"]) == ("article", "feed")
    assert (found.page_type_evidence or "").startswith("its feed names it with a title and a date; by itself service")
    assert record(listed={"headline": "Harbour reopens"}).page_type == "service"


def test_the_pages_own_declarations_stand() -> None:
    found = record('<meta property="og:description" content="The page\'s own.">', listed=LISTED)
    assert (found.description, found.field_sources["description"]) == ("The page's own.", "opengraph")


def test_the_listings_title_says_which_of_the_pages_headlines_is_the_articles() -> None:
    head = '<title>Storm over</title><meta property="og:title" content="Harbour reopens">'
    assert record(head, "<h1>Storm over</h1>").headline == "Storm over"
    found = record(head, "<h1>Storm over</h1>", listed=LISTED)
    assert found.headline == "Harbour reopens"
    assert "Storm over" in found.alternative_headlines


def test_a_news_article_objects_headline_is_not_outvoted() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Storm over"}</script>'
        '<meta property="og:title" content="Harbour reopens">'
    )
    assert record(head, listed=LISTED).headline == "Storm over"


def test_a_title_that_the_page_does_not_have_is_one_more_alternative() -> None:
    found = record("", "<h1>Storm over</h1>", listed=LISTED)
    assert (found.headline, found.alternative_headlines[-1]) == ("Storm over", "Harbour reopens")


@pytest.mark.parametrize(
    ("own", "listed", "raw", "source"),
    [
        ("2024-05-06", "Mon, 06 May 2024 08:00:00 +0200", "Mon, 06 May 2024 08:00:00 +0200", "feed"),
        ("2024-05-06T08:00", "2024-05-06T08:00:00+02:00", "2024-05-06T08:00:00+02:00", "feed"),
        ("2024-05-06T08:00", "2024-05-06T09:30:00+02:00", "2024-05-06T08:00", "opengraph"),
        ("2024-05-06", "Wed, 08 May 2024 08:00:00 +0200", "2024-05-06", "opengraph"),
        ("2024-05-06", "2024-05-06", "2024-05-06", "opengraph"),
        ("2024-05-06T08:00Z", "2024-05-06T08:00:00+02:00", "2024-05-06T08:00Z", "opengraph"),
        ("2024-05-06", "last Monday", "2024-05-06", "opengraph"),
    ],
)
def test_a_listings_date_makes_the_pages_more_exact_and_never_another(
    own: str, listed: str, raw: str, source: str
) -> None:
    head = f'<meta property="article:published_time" content="{own}">'
    found = record(head, listed={"published_raw": listed})
    assert (found.published_raw, found.field_sources["published_raw"]) == (raw, source)


def test_meta_elements_say_what_the_page_asks_of_machines() -> None:
    head = (
        '<meta name="ROBOTS" content="noarchive, NoAI"><meta name="gptbot" content="noindex">'
        '<meta name="tdm-reservation" content="1">'
    )
    robots = record(head, robots=Robots("allowed", ["nosnippet"], ["robots:ccbot"])).robots
    assert robots == Robots(
        "allowed",
        ["noai", "noarchive", "nosnippet"],
        ["gptbot:noindex", "noai", "robots:ccbot", "tdm-reservation"],
    )


def test_a_page_that_asks_for_nothing_has_no_robots() -> None:
    assert record('<meta name="robots" content="index, follow">').robots is None
