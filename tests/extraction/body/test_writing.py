"""Chosen blocks as text."""

import lxml.html
import pytest

from tasks.extraction.body.blocks import segment
from tasks.extraction.body.writing import written


def text_of(source: str) -> str:
    return written(segment(lxml.html.document_fromstring(source)).blocks)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h2>Head</h2><p>One.<ul><li>a<li>b</ul><blockquote>Quote</blockquote>", "Head\n\nOne.\n\na\n\nb\n\nQuote"),
        ("<p><span class=dropcap>T</span>he harbour</p>", "The harbour"),
        ("<div class=dropcap>T</div><p>he harbour</p><p>was closed.</p>", "The harbour\n\nwas closed."),
        ("<p>A</p><p>The harbour</p>", "A\n\nThe harbour"),
        ("<p>Donau\u00addampf\u200bschiff</p>", "Donaudampfschiff"),
        ("<p>Road 1<br>Northport</p>", "Road 1\nNorthport"),
        ("<pre>if ice:\n    wait()\n</pre>", "if ice:\n    wait()"),
        ("<table><tr><td>a<td>1</table>", "a | 1"),
        (f"<p>{'Ships left at dawn. ' * 5}</p>" * 2, ("Ships left at dawn. " * 5).strip()),
        ("<p>Pros</p><p>Light</p><p>Pros</p>", "Pros\n\nLight\n\nPros"),
    ],
)
def test_each_block_is_a_paragraph(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_a_text_that_is_there_again_as_one_paragraph_is_written_once() -> None:
    paragraphs = [f"{number} ships left the harbour of Northport at dawn. " * 6 for number in range(12)]
    apart = "".join(f"<p>{text}</p>" for text in paragraphs)
    behind_the_wall = f"<div class=paywall>of the sea. {' '.join(paragraphs[1:])}</div>"
    expected = "\n\n".join(text.strip() for text in paragraphs)
    assert text_of(apart + behind_the_wall) == expected
    # A long paragraph of its own stays.
    of_its_own = "The ice held until the last days of March. " * 80
    assert text_of(f"{apart}<p>{of_its_own}</p>") == f"{expected}\n\n{of_its_own.strip()}"
