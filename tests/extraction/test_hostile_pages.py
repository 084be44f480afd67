"""Pages made to break extraction: each ends as a record or a reject, and none takes long."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tasks.extraction import extract
from tasks.page import Origin, Page, RejectError
from tasks.record import Record

PAGES = sorted((Path(__file__).parent / "fields" / "pages").glob("*.html"))
PROSE = (
    b"<p>"
    + b"The harbour reopened on Monday, three days after the storm had closed it, and ships came in. " * 6
    + b"</p>"
)


def outcome(payload: bytes) -> Record | str:
    try:
        return extract(Page("https://example.com/a", payload, Origin("test")))
    except RejectError as reject:
        return reject.reason


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_mutated_page_gives_a_record_or_a_reject(page: Path) -> None:
    whole = page.read_bytes() + PROSE
    dice = random.Random(page.stem)
    for _ in range(12):
        payload = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(payload))
            kind = dice.randrange(4)
            if kind == 0:
                del payload[at : at + dice.randint(1, 200)]  # bytes cut
            elif kind == 1:
                payload[at:at] = dice.choice(
                    [b"</div>", b"<table>", b"</html>", b"<script>", b"<!--", b'"', b"\x00", b"\xff\xfe", b"]]>"]
                )
            elif kind == 2:
                payload[at] = dice.randrange(256)
            else:
                payload += payload[at : at + 500]
        assert isinstance(outcome(bytes(payload)), (Record, str))


@pytest.mark.parametrize("tag", [b"div", b"b", b"table", b"ul"])
def test_ten_thousand_levels_of_nesting(tag: bytes) -> None:
    assert isinstance(outcome(b"<html><body>" + PROSE * 3 + (b"<" + tag + b">") * 10_000 + b"deep"), (Record, str))


def test_ten_thousand_levels_of_json() -> None:
    script = b'<script type="application/ld+json">' + b'{"@graph":[' * 10_000 + b"</script>"
    assert isinstance(outcome(b"<html><body><h1>Harbour reopens</h1>" + script + PROSE * 3), (Record, str))


@pytest.mark.parametrize(
    "value",
    [
        '"author":' + "[" * 900 + '"Ada Marlow"' + "]" * 900,
        '"image":' + '{"url":' * 900 + '"/a.jpg"' + "}" * 900,
        '"publisher":' + '{"publisher":' * 900 + '"Example"' + "}" * 900,
    ],
    ids=["author", "image", "publisher"],
)
def test_a_value_nested_nine_hundred_deep(value: str) -> None:
    node = '{"@type":"NewsArticle","headline":"Harbour reopens",' + value + "}"
    script = f'<script type="application/ld+json">{node}</script>' * 2
    assert isinstance(outcome(b"<html><body><h1>Harbour reopens</h1>" + script.encode() + PROSE * 3), (Record, str))


def test_items_nested_in_items() -> None:
    items = b'<div itemscope itemprop="image" itemtype="https://schema.org/ImageObject"><i itemprop="url">' * 900
    page = b'<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Harbour</h1>' + items
    assert isinstance(outcome(b"<html><body>" + PROSE * 3 + page), (Record, str))


def test_fifty_megabytes_of_white_space() -> None:
    record = outcome(b"<html><body><h1>Harbour reopens</h1>" + b" \n\t" * 17_000_000 + PROSE * 3)
    assert isinstance(record, Record)
    assert record.headline == "Harbour reopens"


def test_an_end_tag_inside_a_script_does_not_end_the_page() -> None:
    record = outcome(
        b"<html><body><script>var a = '</html>';</script><h1>Harbour reopens</h1>" + PROSE * 3 + b"</body></html>"
    )
    assert isinstance(record, Record)
    assert record.headline == "Harbour reopens"


def test_white_space_alone_is_no_content() -> None:
    assert outcome(b" \n" * 1_000) == "no_content"


def test_an_image_is_binary() -> None:
    assert outcome(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8) == "binary"


def test_many_elements_that_claim_to_be_the_author() -> None:
    crowd = b"".join(b'<span class="author" itemprop="author">By Ada Marlow %d</span>' % i for i in range(20_000))
    assert isinstance(outcome(b"<html><body><h1>Harbour reopens</h1>" + crowd + PROSE * 3), (Record, str))


def test_extraction_keeps_nothing_from_one_page_to_the_next() -> None:
    payload = PAGES[0].read_bytes() + PROSE * 3
    first = outcome(payload)
    for page in PAGES:
        outcome(page.read_bytes() + PROSE)
    assert outcome(payload) == first
