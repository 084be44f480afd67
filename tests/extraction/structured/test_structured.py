"""What pages declare: JSON-LD with its breakages, microdata, meta elements."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extraction.marks import read_marks
from tasks.extraction.structured import StructuredData, read_structured
from tasks.extraction.structured.json_ld import flatten, parse_lenient, types_of
from tasks.extraction.tree import parse

NODE = {"@type": "NewsArticle", "headline": "Harbour"}


@pytest.mark.parametrize(
    "text",
    [
        '{"@type":"NewsArticle","headline":"Harbour"}',
        '<!-- {"@type":"NewsArticle","headline":"Harbour"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Harbour"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Harbour",}',
        '{"@type":"NewsArticle","headline":"Harbour"};',
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Harbour&quot;}",
        '\ufeff{"@type":"NewsArticle","headline":"Harbour"}',
    ],
)
def test_broken_syntax_is_mended(text: str) -> None:
    assert parse_lenient(text) == [NODE]


def test_bare_quotes_and_line_breaks_inside_strings_are_kept() -> None:
    text = '{"@type":"NewsArticle",\n"headline":"She said "no" twice",\n"description":"one\ntwo"}'
    assert parse_lenient(text) == [
        {"@type": "NewsArticle", "headline": 'She said "no" twice', "description": "one\ntwo"}
    ]


def test_objects_one_after_the_other_are_all_read() -> None:
    assert parse_lenient('{"@type":"A"}\n{"@type":"B"}') == [{"@type": "A"}, {"@type": "B"}]


def test_a_script_cut_short_keeps_its_whole_objects() -> None:
    assert parse_lenient('[{"@type":"A","x":1},{"@type":"B","x":') == [{"@type": "A", "x": 1}]


def test_members_of_graphs_lists_and_main_entities_stand_in_one_row() -> None:
    page: dict[str, Any] = {"@type": "WebPage", "mainEntity": {"@type": "Article"}}
    kinds = [types_of(node) for node in flatten([{"@graph": [page, [NODE]]}])]
    assert kinds == [["WebPage"], ["Article"], ["NewsArticle"]]


def structured_of(source: bytes) -> StructuredData:
    tree = parse(source)
    return read_structured(tree, read_marks(tree))


def test_types_lose_their_namespace() -> None:
    assert types_of({"@type": ["http://schema.org/NewsArticle", "schema:Report"]}) == ["NewsArticle", "Report"]


def test_microdata_takes_the_form_of_json_ld() -> None:
    structured = structured_of(
        b'<div itemscope itemtype="https://schema.org/Article"><h1 itemprop="headline">Harbour</h1>'
        b'<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        b'<b itemprop="name">Ada Marlow</b></span>'
        b'<time itemprop="datePublished" datetime="2022-02-02">yesterday</time></div>'
    )
    assert structured.microdata == [
        {
            "@type": ["https://schema.org/Article"],
            "headline": ["Harbour"],
            "author": [{"@type": ["https://schema.org/Person"], "name": ["Ada Marlow"]}],
            "datePublished": ["2022-02-02"],
        }
    ]


def test_meta_names_are_lower_case_and_contents_keep_their_order() -> None:
    structured = structured_of(
        b'<meta property="Article:Tag" content="b"><meta property="article:tag" content="a">'
        b'<meta name=empty content=" "><svg><title>icon</title></svg>'
    )
    assert structured.meta == {"article:tag": ["b", "a"]}
    assert structured.title is None


@given(st.text(max_size=300))
def test_no_script_raises(text: str) -> None:
    flatten(parse_lenient(text))
