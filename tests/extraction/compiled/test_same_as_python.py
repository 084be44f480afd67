"""The compiled walks give what the walks in Python give, page for page. Texts and chances: ``test_same_sums``."""
# ruff: noqa: SIM905 (long lists of words are read best as words)

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tasks.extraction import marks
from tasks.extraction import tree as trees_of
from tasks.extraction.body import blocks, segments
from tasks.extraction.body.class_cues import CLASS_CUES, class_bits
from tasks.extraction.tree import parse
from tasks.extraction.visible import text_rules, texts
from tasks.page import Page, RejectError
from tasks.sources import Shard, read_pages
from tests.extraction.body.test_traps import TAGS, TRAPS, WORDS

sys.path.append(str(Path(__file__).parents[3] / "bench"))

from mutations import broken_page

HERE = Path(__file__).parents[1]
PAGES = sorted((*HERE.glob("fields/pages/*.html"), *HERE.glob("page_type/pages/*.html")))
PAYLOADS = [page.read_bytes() for page in PAGES]
DEV = Path(__file__).parents[3] / "../shared/eval/dev/pages.warc.gz"

pytestmark = pytest.mark.skipif(
    blocks.compiled is None or marks.compiled is None or texts.compiled is None,
    reason="the compiled walks were not built",
)
OVER_ALL = (texts.short_lists, texts.dated_texts)
FROM_A_PLACE = (texts.texts_within, texts.texts_after, texts.texts_before)


def assert_same(root: etree._Element, whole: bool = False) -> None:
    """All walks, over all of the tree: they must not hand it over to the walk in Python."""
    assert blocks.compiled is not None
    assert marks.compiled is not None
    assert blocks.compiled(root, whole) == blocks.segment_in_python(root, whole=whole)
    assert marks.compiled(root) == marks.read_marks_in_python(root)
    assert_same_texts(root)


def assert_same_texts(root: etree._Element) -> None:
    """Likewise of the walks over texts, outwards from several places too. They hand over trees with comments."""
    has_comments = any(not isinstance(element.tag, str) for element in root.getroottree().getroot().iter())
    for walk in OVER_ALL:
        assert_same_walk(walk, has_comments, root)
    elements = list(root.iter(etree.Element))
    for element in elements[:: len(elements) // 4 + 1]:
        for walk in FROM_A_PLACE:
            for most in (3, 90):
                assert_same_walk(walk, has_comments, element, most)
        assert_same_walk(texts.texts_saying_who, has_comments, element, 40)
        assert trees_of.compiled is not None
        assert trees_of.compiled(element) == trees_of.text_of_in_python(element)


def assert_same_walk(walk: Any, may_hand_over: bool, *given: Any) -> None:
    found = getattr(texts.compiled, walk.__name__)(*given)
    if found is not None or not may_hand_over:
        assert found == walk.__wrapped__(*given)


def trees(payload: bytes) -> Iterator[etree._Element]:
    """The tree as extraction reads it, and with comments and processing instructions."""
    try:
        yield parse(payload)
        yield lxml.html.document_fromstring(payload, parser=lxml.html.HTMLParser(huge_tree=True))
    except (RejectError, etree.ParserError, etree.XMLSyntaxError, ValueError):
        return


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_of_each_golden_page(page: Path) -> None:
    for tree in trees(page.read_bytes()):
        assert_same(tree)


@pytest.mark.parametrize("source", TRAPS, ids=lambda source: source[:24])
def test_of_each_page_made_to_break_an_extractor(source: str) -> None:
    for tree in trees(source.encode("utf-8", "replace")):
        assert_same(tree)


@settings(max_examples=300)
@given(st.integers(0, 1 << 32))
def test_of_broken_pages(case: int) -> None:
    for tree in trees(broken_page(PAYLOADS, case)[0]):
        assert_same(tree)


@settings(max_examples=500)
@given(st.lists(st.one_of(TAGS, WORDS), max_size=60), st.randoms(use_true_random=False))
def test_of_any_tags_and_words(parts: list[str], dice: random.Random) -> None:
    for tree in trees("".join(parts).encode("utf-8", "replace")):
        assert_same(tree)
        assert_same(dice.choice(list(tree.iter(etree.Element))), whole=True)


ATTRIBUTES = st.sampled_from(
    """class="BylineAuthor"; class="nav"; class; id="nav"; id="tags"; id=author; hidden; class="article-body Post";
    style="display:none"; aria-hidden=true; role=navigation; role=x; itemprop=articleBody; itemprop=author; itemscope;
    rel=tag; rel="author"; rel=license; rel=bookmark; href=/author/ada; href="/people/ed"; href=/p; href;
    data-testid=author; data-x='{"datePublished":"2024-02-03"}'; data-x=datePublishedäöüäöü; alt;
    alt="Ships in the harbour"; alt="Ships in the old harbour at dawn"; xml:lang=en""".split(";")
)
NAMES = st.sampled_from(
    "a p div ul nav footer dialog li td tr table pre h1 h2 h3 b strong span img br button x-box x:y o:p svg em "
    "noscript header aside article".split()
)


@settings(max_examples=500)
@given(st.lists(st.tuples(NAMES, st.lists(ATTRIBUTES, max_size=3), WORDS, st.booleans()), max_size=30))
def test_of_any_attributes(elements: list[tuple[str, list[str], str, bool]]) -> None:
    source = "".join(
        f"<{name} {' '.join(given)}>{text}" + (f"</{name}>" if closed else "") for name, given, text, closed in elements
    )
    for tree in trees(source.encode("utf-8", "replace")):
        assert_same(tree)


@settings(max_examples=500)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["-", " ", "_", "A", "HTML", "É", "ß", "\u00a0", "9"]),
            st.sampled_from([word for words in CLASS_CUES.values() for word in words.replace("\\w*", "x").split("|")]),
            st.text("abcXYZ -", max_size=8),
        ),
        max_size=50,
    )
)
def test_the_cues_of_any_class(parts: list[str]) -> None:
    tree = lxml.html.document_fromstring("<div><p>a</p></div>")
    names = "".join(parts).replace("(?:", "")
    tree.find(".//div").set("class", names)
    assert_same(tree)
    assert blocks.segment(tree).cues[-2] == class_bits(names)


def test_each_kind_of_white_space_is_white_space() -> None:
    for sign in filter(str.isspace, map(chr, range(sys.maxunicode))):
        for text in (sign, f"a{sign}b", f"{sign}{sign}a <br>{sign}", f"<pre>{sign}a{sign}</pre>"):
            assert_same(parse(f"<p>x<i>{text}</i>{sign}<a href=x>{sign}y{sign}</a>".encode()))


WORDS_OF_TEXTS = st.sampled_from(
    [
        *(*text_rules.SAYING_WHO, *text_rules.LABELS, " Author\n", "\tAuthors ", "3 May 2021", "٣", "²", "7"),
        *("&amp;amp;lt;b&gt;", " ", "\u00a0", "ß" * 90, "word " * 9, "x" * 41, "x" * 121, "é\u2003" * 450),
        *("a  " * 300, "w" * 110 + " é", "1" * 331),
    ]
)
PLACES = st.sampled_from("a a a p li span dd ul h2 dt div script style option svg noscript time b".split())


@settings(max_examples=700)
@given(st.lists(st.tuples(PLACES, st.lists(WORDS_OF_TEXTS, max_size=3), WORDS_OF_TEXTS, st.booleans()), max_size=40))
def test_of_texts_that_are_looked_for(elements: list[tuple[str, list[str], str, bool]]) -> None:
    source = "".join(
        f"<{name}>{''.join(inside)}" + (f"</{name}>{behind}" if closed else "")
        for name, inside, behind, closed in elements
    )
    for tree in trees(source.encode()):
        assert_same_texts(tree)


def test_the_limits_of_texts_are_the_same() -> None:
    many = "<i>1</i> " * (text_rules.MAX_TEXTS // 2 + 9) + "<li><a>b</a>" * (text_rules.MAX_LINKS + 9)
    assert_same_texts(parse(f"<h1>a</h1>{'<b></b>' * text_rules.MAX_STEPS}{many}<p>By Ada</p>".encode()))


def test_neighbouring_texts_are_one() -> None:
    joined = lxml.html.document_fromstring(
        "<div><h2>Aut<b>h</b>or</h2><p>Writ<i>ten b</i>y <a>Ada</a></p>é<b> </b>x</div>"
    )
    etree.strip_tags(joined, "b", "i")
    assert_same_texts(joined)
    assert [text for text, _ in texts.texts_saying_who(joined, 9)] == ["Author", "Written by "]


def test_signs_that_are_no_white_space_are_text() -> None:
    signs = "\u0084\u0086\u00a1\u1681\u167f\u200b\u2060\u202e\u2030\u205e\u3001\u2fff\ufeff\U0001f600"
    assert not any(map(str.isspace, signs))
    for sign in signs:
        assert_same(parse(f"<p>{sign}<b>{sign}</b> {sign}a".encode()))


@pytest.mark.parametrize(
    ("limit", "source"),
    [
        ("MAX_BLOCKS", "<p>a" * (segments.MAX_BLOCKS + 5)),
        ("MAX_ELEMENTS", "<div>b<p>a</p>" + "<i>a</i><p>" * segments.MAX_ELEMENTS),
        ("MAX_CHARS", "<p>ä" + ("word " * 100_000 + "<p>é") * 11),
    ],
    ids=["blocks", "elements", "characters"],
)
def test_the_limits_are_the_same(limit: str, source: str) -> None:
    tree = parse(source.encode())
    assert_same(tree)


def test_text_in_parts_and_children_of_a_br_are_read_alike() -> None:
    tree = lxml.html.document_fromstring("<p>one <!--x-->two<?x y?> three<br>four</p><p>five</p>")
    line_break = tree.find(".//br")
    line_break.text = "unread"
    etree.SubElement(line_break, "i").tail = "read"
    body = tree.find(".//body")
    body.text = etree.CDATA("data")
    for element in (body, line_break):
        element.append(etree.Comment("c"))
    assert_same(tree)
    joined = lxml.html.document_fromstring("<p>a<i> </i>b<b>c</b>d</p>")
    etree.strip_tags(joined, "i", "b")  # leaves neighbouring text nodes
    assert_same(joined)


@pytest.mark.parametrize(
    "source",
    [
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>a</p></body></html>',
        '<html xmlns:x="urn:x"><body x:class="nav"><p>a</p></body></html>',
        '<!DOCTYPE html [<!ENTITY e "text">]><html><body><p>a &e; b</p></body></html>',
    ],
    ids=["namespace", "attribute of a namespace", "entity"],
)
def test_what_no_html_parser_makes_is_left_to_the_walk_in_python(source: str) -> None:
    tree = etree.fromstring(source, etree.XMLParser(resolve_entities=False))
    assert blocks.compiled is not None
    assert marks.compiled is not None
    assert None in (blocks.compiled(tree, False), marks.compiled(tree))
    assert marks.read_marks(tree) == marks.read_marks_in_python(tree)
    if "&e;" not in source:  # the tag of an entity is no string: no page of ours has one
        assert blocks.segment(tree) == blocks.segment_in_python(tree)


@pytest.mark.skipif(not DEV.exists(), reason="the evaluation pages (../shared/eval) are not there")
def test_of_the_evaluation_pages() -> None:
    read = 0
    for page in read_pages(Shard("warc", (str(DEV),))):
        if isinstance(page, Page) and page.kind != "flat-text":
            assert_same(parse(page.payload, page.http_charset))
            read += 1
    assert read > 600
