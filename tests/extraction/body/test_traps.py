"""Pages made to break an extractor: none raises, none hangs."""
# ruff: noqa: SIM905 (long lists of words are read best as words)

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tasks.extraction.body import BodyHints, extract_body

PROSE = (
    "<p>The harbour of Northport opened again on Monday after nine days of ice, and the first ships left at dawn.</p>"
)


def parse(source: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(source, parser=lxml.html.HTMLParser(huge_tree=True))


TRAPS = [
    "<div>" * 10_000 + "deep" + "</div>" * 10_000,
    "<b>" * 10_000 + PROSE,
    "<ul><li>" * 3_000 + "deep",
    "<table><tr><td>" * 1_000 + "deep",
    f"<p>{' ' * 5_000_000}a{chr(10) * 5_000_000}</p>{PROSE}",
    "<table>" + "<tr><td>1<td>2<td>3" * 30_000 + "</table>",
    "<p>" + "<br>" * 100_000 + "a",
    "<p>" + "a<br>b " * 50_000,
    "<a href=x>" * 20_000 + "a",
    PROSE * 20_000,
    "<div class='" + "content-" * 100_000 + "'>a</div>",
    "<p>" + "word " * 1_000_000 + "</p>",
    "<p>" + "a" * 3_000_000 + "</p>",
    "<p>\u00ad\u200b\ufeff</p>",
    "<frameset><frame src=x></frameset>",
    "<svg><text>only a drawing</text></svg>",
]


@pytest.mark.parametrize("source", TRAPS, ids=lambda source: source[:24])
def test_a_hostile_page_gives_a_body(source: str) -> None:
    body = extract_body(parse(source), BodyHints(json_ld_bodies=["x" * 1_000], headline="deep"))
    assert body.text is None or body.text.strip()


def test_an_element_alone_is_a_page() -> None:
    assert extract_body(etree.fromstring("<p/>"), BodyHints()).text is None


TAGS = st.sampled_from(
    "<p> </p> <div> </div> <td> <tr> <table> </table> <li> <ul> </ul> <br> <a href=x> </a> <b> </b> <pre> "
    "</pre> <nav> </nav> <h1> </h1> <noscript> </noscript> <script> </script> <x-y> </x-y> <!--x--> <svg> "
    "</svg> <footer> <article> <span class=dropcap> </span> &shy; &#0;".split()
)
WORDS = st.text(max_size=60)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(TAGS, WORDS), max_size=60).map("".join), st.text(max_size=30))
def test_whatever_the_page_holds_extraction_gives_a_body_and_leaves_the_tree(source: str, headline: str) -> None:
    try:
        tree = parse(f"<html><body>{source}")
    except (etree.ParserError, ValueError):
        return
    before = etree.tostring(tree)
    hints = BodyHints(json_ld_bodies=[source], headline=headline, authors=[headline])
    first = extract_body(tree, hints)
    assert etree.tostring(tree) == before
    assert extract_body(tree, hints) == first
    if first.text is not None:
        assert first.text.strip()
        assert "\n\n\n" not in first.text
