"""Text of pages whose HTML holds none."""

import json

import lxml.html
import pytest

from tasks.extraction.body import BodyHints, extract_body
from tasks.extraction.body.elsewhere import plain_paragraphs

PARAGRAPHS = [
    "The harbour of Northport opened again on Monday after nine days of ice, and the first ships left at dawn.",
    "Harbour master Ida Example said that the crews had worked through the night. Nobody was hurt, she added.",
    "Trade had come to a halt in the first week of February. Shops in the old town ran out of fresh fish.",
    "The council wants to buy a second icebreaker. A decision is expected before the summer, a spokesman said.",
]
TEXT = "\n\n".join(PARAGRAPHS)


def page(head: str, body: str = "<div id=root></div>") -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(
        f"<html><head><title>Harbour opens</title>{head}</head><body>{body}</body></html>"
    )


def test_a_declared_body_is_taken_where_the_html_has_none() -> None:
    body = extract_body(page(""), BodyHints(json_ld_bodies=["".join(f"<p>{text}</p>" for text in PARAGRAPHS)]))
    assert (body.text, body.source) == (TEXT, "json-ld")


def test_data_for_scripts_is_taken_where_nothing_is_declared() -> None:
    data = {
        "props": {
            "pageProps": {
                "menu": ["Home"],
                "story": {"title": "x", "body": [{"type": "p", "text": text} for text in PARAGRAPHS]},
            }
        }
    }
    body = extract_body(
        page(f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'), BodyHints()
    )
    assert body.text == TEXT


def test_noscript_is_taken_where_there_is_nothing_else() -> None:
    inside = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    body = extract_body(
        page("", f"<div id=root></div><noscript><h1>Harbour opens</h1>{inside}</noscript>"), BodyHints()
    )
    assert body.text is not None
    assert PARAGRAPHS[1] in body.text


@pytest.mark.parametrize("data", ["{", "[" * 100_000, '{"body": 1}', '{"body": "short"}', "null"])
def test_other_data_gives_nothing(data: str) -> None:
    assert extract_body(page(f"<script type='application/json'>{data}</script>"), BodyHints()).text is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One &amp; two</p><p>Three</p>", "One & two\n\nThree"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\n\nTwo"),
        ("One<br>Two <b>bold</b>", "One\n\nTwo bold"),
        ("a < b and b > c", "a < b and b > c"),
        ("First\n\n\n  Second", "First\n\nSecond"),
        ("One\r\nTwo", "One\n\nTwo"),
        ("One" + " " * 1_000_000 + "two", "One two"),
        ("", ""),
    ],
)
def test_html_in_a_string_becomes_paragraphs(source: str, expected: str) -> None:
    assert plain_paragraphs(source) == expected
