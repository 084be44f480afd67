"""Whatever a server sends: an answer or a ``DiscoveryError``, of bounded size."""

from __future__ import annotations

import contextlib
import gzip
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.harvest.discovery import DiscoveryError, Listing, feeds_in_page, read_listing, read_opml, sitemaps_in_robots
from tasks.harvest.discovery.listing import MAX_BYTES, MAX_ENTRIES

URL = "https://paper.example/feed.xml"
_MARKUP = """<rss> </rss> <channel> </channel> <item> </item> <title> </title> <link> </link> <feed> <entry> </entry>
<urlset> <url> </url> <loc> </loc> <sitemapindex> <sitemap> <news:news> <news:title> <media:content <link/> <link href=
"/a" <![CDATA[ ]]> <!-- --> & &amp; &lol; &#0; &#xD800; < > <? ?> <!DOCTYPE <!ENTITY [ ] https://a.example/ \ud83d \x00
é <opml> <outline xmlUrl=" "> <guid> </guid> { "items" : [ ] } , xml:base="http://[" xmlns="" xmlns:x='"""
_PIECES = st.sampled_from(_MARKUP.split())
_TEXTS = st.lists(_PIECES | st.text(max_size=8), max_size=40).map("".join)
_BODIES = st.binary(max_size=400) | _TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))


def outcome(body: bytes, content_type: str | None = None) -> Listing | DiscoveryError:
    try:
        return read_listing(body, URL, content_type)
    except DiscoveryError as error:
        return error


@settings(max_examples=400, deadline=None)
@given(_BODIES, st.none() | st.text(max_size=40))
@example(b"\xff\xfe<\x00r\x00", None)
@example(b"\x1f\x8b\x08", None)
@example(b"<rss xml:base='//[' ><item><link>//[</link></item></rss>", "x; charset=idna")
def test_any_bytes_give_a_listing_or_the_one_error(body: bytes, content_type: str | None) -> None:
    found = outcome(body, content_type)
    if isinstance(found, DiscoveryError):
        assert str(found)
        assert "\n" not in str(found)
        return
    assert Listing.from_json(found.to_json()) == found
    for entry in found.entries:
        assert entry.url.startswith(("http://", "https://"))
        assert not set(entry.url) & set(' \r\n\t<>"')
        json.dumps(entry.to_dict()).encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(_TEXTS | st.text())
def test_pages_robots_files_and_outlines_never_raise_anything_else(text: str) -> None:
    assert all(address.startswith("http") for address in feeds_in_page(text, URL) + sitemaps_in_robots(text, URL))
    with contextlib.suppress(DiscoveryError):
        read_opml(text.encode("utf-8", "surrogatepass"))


def test_entities_of_the_document_are_never_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for bomb in (
        f'<!ENTITY l0 "ha">{laughs}',
        '<!ENTITY l11 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % l11 SYSTEM "http://x">',
    ):
        body = (
            f"<?xml version='1.0'?><!DOCTYPE rss [{bomb}]><rss><item><title>&l11;</title><link>/a</link></item></rss>"
        )
        found = outcome(body.encode())
        assert isinstance(found, Listing)
        assert [entry.title for entry in found.entries] == ["&l11;"]


def test_a_document_type_in_the_middle_declares_nothing() -> None:
    found = outcome(
        b"<rss><!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><item><title>&x;</title><link>/a</link></item></rss>"
    )
    assert "root:" not in (found.to_json() if isinstance(found, Listing) else str(found))


def test_gzip_that_unpacks_a_thousandfold_is_refused() -> None:
    body = gzip.compress(b"<urlset>" + b" " * (MAX_BYTES + 1))
    assert len(body) < MAX_BYTES / 900
    assert str(outcome(body)) == "gzip that unpacks to more than 52,428,800 bytes"


def test_a_listing_larger_than_the_limit_is_refused() -> None:
    assert str(outcome(b"<rss>" + b" " * MAX_BYTES)) == "52,428,805 bytes; a listing has 52,428,800 at most"


def test_of_too_many_entries_the_first_are_kept_and_it_says_so() -> None:
    found = outcome(b"<urlset>" + b"<url><loc>/a</loc></url>" * (MAX_ENTRIES + 10) + b"</urlset>")
    assert isinstance(found, Listing)
    assert len(found.entries) == MAX_ENTRIES
    assert found.problems == ["more than 50,000 entries; the rest was left out"]


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<a>" * 300_000,
        b"<rss " + b"a='1' " * 100_000 + b">",
        b"<rss>" + b"&a;" * 300_000,
        b"<rss>" + b"<![CDATA[" * 100_000,
        b"<!--" * 300_000,
        b"{" * 300_000,
        b"[" * 300_000,
        b'{"items": ' + b"9" * 100_000 + b"}",
        b"<rss><item>" + b"<link>" * 1000 + b"</item></rss>",
        b"<rss><item><link>/a</link><title>" + b"<b" * 100_000 + b"</title></item></rss>",
        b"<rss><item><link>/a</link><description>" + b"&lt;script&gt;" * 50_000 + b"</description></item></rss>",
        b"#" + b"\n#" * 200_000,
        b"<html>" + b"<link rel=alternate type=application/rss+xml href=/" + b"x" * 500_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_pathological_listings_end_with_a_small_answer(body: bytes) -> None:
    found = outcome(body)
    assert len(found.to_json() if isinstance(found, Listing) else str(found)) < 20_000


def test_long_values_are_cut() -> None:
    words = "word " * 100_000
    body = f"<rss><item><link>/a</link><title>{words}</title><description>{words}</description>"
    body += "".join(f"<category>{n}</category>" for n in range(5_000)) + "</item></rss>"
    found = outcome(body.encode())
    assert isinstance(found, Listing)
    [entry] = found.entries
    assert (len(entry.title or ""), len(entry.description or ""), len(entry.keywords)) == (999, 4999, 100)
