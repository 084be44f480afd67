"""People who sign a page that declares nobody, or a newspaper, as its author."""

from __future__ import annotations

import json

import pytest

from tasks.extraction import extract
from tasks.page import Origin, Page

PROSE = "".join(
    f"<p>On {day} the ferry to the islands was full again, and the harbour master counted {number} more cars than on "
    "the busiest day of the year before; most of them came back in the evening.</p>"
    for number, day in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), 12)
)
DESK = json.dumps(
    {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Ferry to the islands is full again",
        "datePublished": "2026-03-02T07:15:00Z",
        "author": {"@type": "Organization", "name": "Westhaven Courier"},
        "publisher": {"@type": "Organization", "name": "Westhaven Courier"},
    }
)


def authors(body: str, *, declared: str = DESK) -> list[str]:
    html = (
        f'<!doctype html><html lang="en"><head><script type="application/ld+json">{declared}</script></head><body>'
        f"<main><article><h1>Ferry to the islands is full again</h1>{body}</article></main></body></html>"
    )
    record = extract(Page("https://courier.example/2026/ferry", html.encode(), Origin("a.warc")))
    return [author.name for author in record.authors]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (f"<p><strong>Ada Marlow</strong></p>{PROSE}", ["Ada Marlow"]),
        (f"<p>&nbsp;</p><p><b>Ada Marlow</b></p>{PROSE}", ["Ada Marlow"]),
        (f"{PROSE}<p style='text-align:right'><strong>Lê Minh Phương</strong></p>", ["Lê Minh Phương"]),
        (f"<p><strong>Ada Marlow/Jun Sato</strong></p>{PROSE}", ["Ada Marlow", "Jun Sato"]),
    ],
)
def test_who_signs_in_bold_is_believed_before_the_newspaper_that_is_declared(body: str, names: list[str]) -> None:
    assert authors(body) == names


@pytest.mark.parametrize(
    "body",
    [
        f"{PROSE}<p><strong>Island Ferry Timetable</strong></p>",  # words of the headline: a caption
        f"{PROSE}<p><strong>Ada Marlow</strong></p>{PROSE}",  # amid the text: who speaks
        f"<p><strong>Ada Marlow</strong> waited for an hour.</p>{PROSE}",
        f"<p><strong>What we know so far about the ferry</strong></p>{PROSE}",
    ],
)
def test_what_stands_in_bold_for_another_reason_is_no_author(body: str) -> None:
    assert authors(body) == ["Westhaven Courier"]


@pytest.mark.parametrize(
    "box",
    [
        "<div><h2>Article by</h2><div>Ada Marlow</div></div>",
        "<aside><h3>Author</h3><p> Ada Marlow</p></aside>",
        "<p>Written by <a href='/ada'>Ada Marlow</a></p>",
    ],
)
def test_a_box_that_names_the_author_is_read_where_nobody_is_declared(box: str) -> None:
    assert authors(PROSE + box, declared="{}") == ["Ada Marlow"]


def test_a_heading_that_speaks_of_an_author_names_none() -> None:
    assert authors(f"{PROSE}<h3>Author</h3><p>of the report on tides that the council ordered</p>", declared="{}") == []
