"""How a tree is cut into blocks."""

import lxml.html
import pytest

from tasks.extraction.body.blocks import segment
from tasks.extraction.body.tags import HIDDEN, IN_LINK


def texts(source: str) -> list[str]:
    return [block.text for block in segment(lxml.html.document_fromstring(source)).blocks]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One.</p><p>Two.</p>", ["One.", "Two."]),
        ("<div>Before <p>inside</p> after</div>", ["Before", "inside", "after"]),
        ("<p>A <b>bold</b> <a href=x>link</a> stays\n in   one run.</p>", ["A bold link stays in one run."]),
        (
            "<div>First line<br>second line<br><br>New paragraph<br/> <br>Third</div>",
            ["First line\nsecond line", "New paragraph", "Third"],
        ),
        ("<ul><li>One<ul><li>Nested</li></ul>tail</li><li>Two</li></ul>", ["One", "Nested", "tail", "Two"]),
        ("<table><tr><th>Port<th>Ships<tr><td>North<td>12</table>", ["Port | Ships", "North | 12"]),
        (
            "<table><tr><td><p>A layout table</p><p>holds paragraphs</p></td></tr></table>",
            ["A layout table", "holds paragraphs"],
        ),
        ("<dl><dt>Term<dd>Meaning</dl>", ["Term", "Meaning"]),
        ("<pre>  first\n    second\n</pre>", ["  first\n    second"]),
        ("<p>Seen<script>var a = '</p>'</script> once<style>p{}</style>.</p>", ["Seen once."]),
        ("<p>Text<!-- a remark --> goes on<?php echo 1 ?>.</p>", ["Text goes on."]),
        ("<p>See <x-tooltip>the word</x-tooltip> here.</p><x-card>Apart</x-card>", ["See the word here.", "Apart"]),
        ("<h2>Head</h2>text<blockquote>Quote</blockquote>", ["Head", "text", "Quote"]),
        ("<p>日本語の文章です。</p>", ["日本語の文章です。"]),
        ("<body>   \n\t  </body>", []),
    ],
)
def test_a_block_is_a_run_of_text_between_block_level_tags(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_navigation_and_footers_are_not_read() -> None:
    source = (
        "<nav><ul><li><a href=/>Home</a></ul></nav><ul class='main-menu'><li>Sport</ul>"
        "<p>Text.</p><footer><div>Imprint</div></footer>"
    )
    assert texts(source) == ["Text."]


def test_a_nav_left_open_does_not_swallow_the_article() -> None:
    assert texts("<nav><a href=/>Home</a><article><h1>Head</h1><p>Text.</p></article>")[-2:] == ["Head", "Text."]


def test_links_are_counted_by_their_characters() -> None:
    [block] = segment(lxml.html.document_fromstring("<p>See <a href=x>the list</a> now</p>")).blocks
    assert (block.links, block.link_chars) == (1, len("the list"))


def test_a_block_inside_a_link_knows_it() -> None:
    block = segment(lxml.html.document_fromstring("<a href=x><div>A teaser</div></a>")).blocks[0]
    assert block.flags & IN_LINK


@pytest.mark.parametrize("attribute", ["hidden", "style='display:none'", "aria-hidden=true"])
def test_a_hidden_block_knows_it(attribute: str) -> None:
    block = segment(lxml.html.document_fromstring(f"<div {attribute}><p>Out of sight</p></div>")).blocks[0]
    assert block.flags & HIDDEN


def test_containers_come_after_their_parents() -> None:
    segments = segment(lxml.html.document_fromstring("<div><section><p>a</p></section><p>b</p></div>"))
    assert all(parent < index for index, parent in enumerate(segments.parent))
    assert [segments.kind[block.container][0] for block in segments.blocks] == ["p", "p"]
