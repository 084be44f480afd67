from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.page import Page, Reject
from tasks.sources.html_files import own_url
from tests.sources.warcs import HTML, outcome, read


def _page(tmp_path: Path, **files: bytes | str) -> Page | Reject:
    for name, data in files.items():
        path = tmp_path / name.replace("__", ".")
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    [found] = read(tmp_path)
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page__html__url", "https://example.com/beside\n"),
        ("page__url", "https://example.com/beside"),
        ("page__url", "[InternetShortcut]\r\nURL=https://example.com/beside\r\n"),
        ("page__json", '{"url": "https://example.com/beside"}'),
        ("page__html__json", '{"url": "https://example.com/beside"}'),
    ],
)
def test_the_url_beside_a_file_comes_before_the_one_in_it(tmp_path: Path, name: str, content: str) -> None:
    html = b'<link rel="canonical" href="https://example.com/inside">' + HTML
    found = _page(tmp_path, page__html=html, **{name: content})
    assert isinstance(found, Page)
    assert (found.url, found.payload) == ("https://example.com/beside", html)


def test_a_sidecar_may_say_when_the_page_was_fetched_and_more(tmp_path: Path) -> None:
    said = {
        "url": "https://example.com/a",
        "retrieved_at": "2022-02-03T07:00:00+01:00",
        "language": "fr",
        "licence": "CC0-1.0",
        "copyright_year": 2022,
        "date": "2020-01-01",
        "section": "",
    }
    found = _page(tmp_path, a__html=HTML, a__json=json.dumps(said))
    assert isinstance(found, Page)
    assert found.origin.retrieved_at == datetime(2022, 2, 3, 6, tzinfo=UTC)
    assert found.declared == {"language_declared": "fr", "license": "CC0-1.0", "copyright_year": "2022"}


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<LINK href=https://example.com/a REL='nofollow canonical'>", "https://example.com/a"),
        ("<meta property='og:url' content='https://example.com/?a=1&amp;b=2'>", "https://example.com/?a=1&b=2"),
        (
            "<meta property='og:url' content='https://e.org/o'><link rel=canonical href='https://e.org/c'>",
            "https://e.org/c",
        ),
        ("<!-- saved from url=(0025)https://example.com/saved -->", "https://example.com/saved"),
        ("<link rel=canonical href=/relative>", None),
        ("<!-- <link rel=canonical href=https://example.com/a> -->", None),
        ("<script>'<link rel=canonical href=https://example.com/a>'</script>", None),
        ("</head><body><link rel=canonical href=https://example.com/a>", None),
        ("", None),
    ],
)
def test_a_page_may_say_its_own_url(html: str, url: str | None) -> None:
    assert own_url(b"<!doctype html><head>" + html.encode()) == url
    assert own_url(("\ufeff" + html).encode("utf-16-le")) == url


@pytest.mark.parametrize("unit", ["<!--", "<script", "<link ", "<link a=", "<link rel=canonical>", "<meta a='"])
def test_hostile_markup_ends_without_a_url(unit: str) -> None:
    assert own_url(unit.encode() * 100_000) is None


def test_a_page_without_any_url_is_rejected(tmp_path: Path) -> None:
    found = _page(tmp_path, page__html=HTML)
    assert isinstance(found, Reject)
    assert (found.reason, found.url) == ("no_url", None)
    assert found.detail == "no canonical link or og:url in the page and no sidecar with one"


def test_a_broken_sidecar_is_named(tmp_path: Path) -> None:
    found = _page(tmp_path, page__html=HTML, page__json="{")
    assert isinstance(found, Reject)
    assert found.reason == "no_url"
    assert "page.json: Expecting property name" in str(found.detail)


@pytest.mark.parametrize(
    ("data", "reason"), [(b" \n", "empty_payload"), (b"GIF89a..", "binary"), (HTML * 9, "too_large")]
)
def test_files_that_are_no_pages_are_rejected(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.html").write_bytes(data)
    (tmp_path / "a.url").write_text("https://example.com/a")
    assert outcome(read(tmp_path, max_payload_bytes=300)) == [reason]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\r\n  "])
def test_a_text_dump_has_its_url_on_its_first_line(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(start + b"https://example.com/a\r\n\r\nA headline\r\n")
    [found] = read(tmp_path)
    assert isinstance(found, Page)
    assert (found.url, found.kind) == ("https://example.com/a", "flat-text")


def test_a_text_dump_without_url_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A headline\n\nhttps://example.com/a\n")
    assert outcome(read(tmp_path)) == ["no_url"]
