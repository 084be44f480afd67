"""From bytes to one tree: charsets, and pages that end too early."""

from __future__ import annotations

import pytest

from tasks.extraction.tree import as_utf8, parse, text_of
from tasks.page import RejectError

TEXT = "Müller liest „Das Meer“ im Café, wo größere Wörter schöner klängen."


@pytest.mark.parametrize(
    ("payload", "http_charset"),
    [
        (TEXT.encode("utf-8"), None),
        (TEXT.encode("utf-8"), "iso-8859-1"),
        (b"\xef\xbb\xbf" + TEXT.encode("utf-8"), None),
        (TEXT.encode("utf-16"), None),
        (TEXT.encode("utf-16-le"), None),
        (TEXT.encode("cp1252"), "iso-8859-1"),
        (TEXT.encode("cp1252"), "windows-1252"),
        (b"<meta charset='windows-1252'>" + TEXT.encode("cp1252"), None),
        (b'<meta http-equiv=content-type content="text/html; charset=iso-8859-1">' + TEXT.encode("cp1252"), "nonsense"),
    ],
)
def test_the_text_is_read_whatever_was_declared(payload: bytes, http_charset: str | None) -> None:
    assert TEXT in as_utf8(payload, http_charset).decode()


def test_east_asian_charsets_are_read_as_browsers_read_them() -> None:
    for text, written, declared in (
        ("嵐の後①", "cp932", "shift_jis"),
        ("风暴过后", "gb18030", "gb2312"),
        ("폭풍 후", "cp949", "euc-kr"),
    ):
        assert text in as_utf8(b"<p>" + text.encode(written), declared).decode()


def test_one_bad_byte_costs_one_character() -> None:
    assert as_utf8(TEXT.encode() * 20 + b"\xff" + TEXT.encode()).decode().count("\ufffd") == 1


def test_markup_after_the_end_of_html_is_kept() -> None:
    tree = parse(b"<html><body><p>one</p></body></html><html><body><p>two</p></body></html>")
    assert [p.text for p in tree.iter("p")] == ["one", "two"]


def test_nul_bytes_are_dropped() -> None:
    assert b"\x00" not in as_utf8(b"<p>" + b"a" * 2000 + b"\x00b</p>")


@pytest.mark.parametrize("payload", [b"%PDF-1.7 ...", b"\xff\xd8\xff\xe0JFIF", b"PK\x03\x04"])
def test_other_formats_are_binary(payload: bytes) -> None:
    with pytest.raises(RejectError, match="binary"):
        parse(payload)


@pytest.mark.parametrize("payload", [b"", b"  \n", b"<!-- -->"])
def test_a_page_without_an_element_has_no_content(payload: bytes) -> None:
    with pytest.raises(RejectError, match="no_content"):
        parse(payload)


def test_an_element_with_a_hundred_thousand_attributes_loses_them() -> None:
    flood = b" ".join(b"a%d=1" % number for number in range(100_000))
    tree = parse(b"<html><body><div " + flood + b"><p>text</p></div></body></html>")
    assert [(div.attrib, text_of(div)) for div in tree.iter("div")] == [({}, "text")]


def test_a_long_value_of_one_attribute_is_kept() -> None:
    value = "a b " * 20_000
    assert parse(f"<html><body><div data-x='{value}'>text</div>".encode()).find(".//div").get("data-x") == value


@pytest.mark.parametrize("tag", ["font", "div", "blockquote", "span", "ul><li"])
def test_what_stands_deeper_than_the_parser_goes_is_read_all_the_same(tag: str) -> None:
    sentences = [f"Sentence number {n} of the page." for n in range(3_000)]
    page = "<html><body>" + "".join(f"<{tag}><i>{sentence}</i>" for sentence in sentences)
    read = text_of(parse(page.encode()))
    assert sentences[0] in read
    assert sentences[-1] in read
