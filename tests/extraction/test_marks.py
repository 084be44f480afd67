"""The walk that finds the elements which say what they are."""

from __future__ import annotations

from tasks.extraction.marks import read_marks
from tasks.extraction.tree import parse

PAGE = b"""<!doctype html><html><body>
<h1>Harbour</h1>
<h2 class="entry-title">Harbour</h2><h3><a rel="bookmark" href="/b">Other</a></h3>
<p class="byline">By <a href="/authors/ada">Ada Marlow</a></p>
<p id="the-author">Ben Hale</p><span rel="author">Cy Dorn</span><i data-testid="author-name">Di Ems</i>
<a rel="tag" href="/t/sea">sea</a><a class="p-category" href="/c">local</a><a href="/people/ed">Ed</a>
<ul class="topics"><li>sea</li></ul><div id="tags-box"></div>
<div itemscope itemtype="https://schema.org/Article"><b itemprop="author">Flo Gray</b></div>
</body></html>"""


def texts(elements: list) -> list[str]:
    return ["".join(element.itertext()).strip() for element in elements]


def test_elements_are_found_by_what_they_are_named_for() -> None:
    marks = read_marks(parse(PAGE))
    assert texts(marks.bylines) == [
        "Harbour", "By Ada Marlow", "Ada Marlow", "Ben Hale", "Cy Dorn", "Di Ems", "Flo Gray"
    ]  # fmt: skip
    assert texts(marks.titles) == ["Harbour", "Other"]
    assert texts(marks.profiles) == ["Ada Marlow", "Ed"]
    assert texts(marks.tag_links) == ["sea", "local"]
    assert texts(marks.tagged) == ["sea", ""]
    assert [element.tag for element in marks.items] == ["div", "b"]


def test_elements_are_counted_by_tag() -> None:
    tags = read_marks(parse(PAGE)).tags
    assert (tags["a"], tags["h1"], tags["p"], tags["table"]) == (5, 1, 2, 0)


def test_a_page_without_a_class_has_no_marks() -> None:
    marks = read_marks(parse(b"<p>text</p>"))
    assert (marks.bylines, marks.tagged, marks.titles, marks.items) == ([], [], [], [])


def test_a_licence_is_a_link_and_a_date_in_json_may_be_in_any_attribute() -> None:
    page = b"""<a rel="license" href="/by">CC BY</a><a rel="license">no link</a><i data-a="datePublished">short</i>
    <div data-b='{"datePublished": "2024-02-03"}'></div>"""
    marks = read_marks(parse(page))
    assert [link.get("href") for link in marks.licenses] == ["/by"]
    assert [element.tag for element in marks.dated] == ["div"]
