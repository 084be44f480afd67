from __future__ import annotations

import gzip

import pytest

from tasks.harvest.discovery import Entry, feeds_in_page, read_listing, sitemaps_in_robots

URL = "https://paper.example/sitemaps/news.xml"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="{SITEMAP}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml">
  <url><loc>https://paper.example/porto</loc><lastmod>2024-05-07</lastmod>
    <news:news><news:publication><news:name>O Jornal</news:name><news:language>pt</news:language></news:publication>
      <news:publication_date>2024-05-06T08:00:00-03:00</news:publication_date>
      <news:title>O porto reabre &amp; celebra</news:title>
      <news:keywords>porto, tempestade,  porto</news:keywords><news:access>Subscription</news:access></news:news>
    <image:image><image:loc>https://paper.example/a.jpg</image:loc></image:image></url>
</urlset>"""


def test_a_news_sitemap_gives_title_date_keywords_and_language() -> None:
    listing = read_listing(NEWS.encode(), URL, "application/xml")
    assert listing.kind == "sitemap"
    assert listing.entries == [
        Entry(
            "https://paper.example/porto",
            title="O porto reabre & celebra",
            published="2024-05-06T08:00:00-03:00",
            modified="2024-05-07",
            keywords=["porto", "tempestade"],
            language="pt",
            image="https://paper.example/a.jpg",
            publisher="O Jornal",
            access="Subscription",
        )
    ]
    assert listing.problems == []


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzipped_sitemap_is_unpacked_even_twice(layers: int) -> None:
    body = NEWS.encode()
    for _ in range(layers):
        body = gzip.compress(body)
    assert len(read_listing(body, URL + ".gz", "application/octet-stream").entries) == 1


def test_of_a_gzip_that_is_cut_off_the_whole_entries_are_kept_and_it_says_so() -> None:
    urls = "".join(f"<url><loc>https://paper.example/{n * 7919 % 10_007}</loc></url>" for n in range(5_000))
    body = gzip.compress(f"<urlset xmlns='{SITEMAP}'>{urls}</urlset>".encode())
    listing = read_listing(body[: len(body) // 2], URL, None)
    assert 1_000 < len(listing.entries) < 4_000
    assert listing.problems == [
        "gzip that is cut off; what came before it was read",
        "XML that is cut off; what was whole was read, the last entry was not",
    ]


def test_a_sitemap_index_gives_the_newest_sitemaps_first() -> None:
    body = f"""<sitemapindex xmlns="{SITEMAP}">
      <sitemap><loc>https://paper.example/2023.xml</loc><lastmod>2023-12-31</lastmod></sitemap>
      <sitemap><loc>/2024.xml.gz</loc><lastmod>2024-05-06T08:00:00Z</lastmod></sitemap>
      <sitemap><loc>/undated.xml</loc></sitemap><sitemap><loc>ftp://x.example/</loc></sitemap></sitemapindex>"""
    listing = read_listing(body.encode(), URL, None)
    assert (listing.kind, listing.entries) == ("sitemap-index", [])
    assert listing.listings == [f"https://paper.example/{name}" for name in ("2024.xml.gz", "2023.xml", "undated.xml")]
    assert listing.problems == ["left out, without an http or https URL: 1"]


def test_a_text_sitemap_has_one_url_a_line() -> None:
    body = "\ufeff# pages\nhttps://paper.example/a\r\n\n  https://paper.example/b  \nno url\n".encode()
    listing = read_listing(body, URL, "text/plain")
    assert [entry.url for entry in listing.entries] == ["https://paper.example/a", "https://paper.example/b"]
    assert listing.problems == ["left out, without an http or https URL: 1"]


def test_a_video_sitemap_says_of_its_pages_what_nothing_else_does() -> None:
    body = f"""<urlset xmlns="{SITEMAP}" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"><url>
      <loc>https://paper.example/v</loc><video:video><video:title>Film</video:title><video:tag>sea</video:tag>
      <video:thumbnail_loc>https://paper.example/t.jpg</video:thumbnail_loc><video:description>Waves.</video:description>
      <video:publication_date>2024-05-06</video:publication_date><video:tag>storm</video:tag></video:video></url></urlset>"""
    [entry] = read_listing(body.encode(), URL, None).entries
    assert entry == Entry(
        "https://paper.example/v",
        title="Film",
        published="2024-05-06",
        keywords=["sea", "storm"],
        description="Waves.",
        image="https://paper.example/t.jpg",
    )


def test_undeclared_and_absent_namespaces_read_alike() -> None:
    body = b"<urlset><url><loc>/a</loc><news:news><news:title>T</news:title></news:news></url></urlset>"
    assert read_listing(body, URL, None).entries == [Entry("https://paper.example/a", title="T")]


def test_robots_txt_names_sitemaps_in_any_spelling() -> None:
    text = "\ufeffUser-agent: *\nDisallow: /x\nSITEMAP:https://a.example/1.xml\n"
    text += "  Sitemap : https://a.example/2.xml # news\r\n# Sitemap: https://a.example/no.xml\n"
    text += "Sitemap: /3.xml\nSitemap: https://a.example/1.xml\nSitemap:\n"
    assert sitemaps_in_robots(text) == ["https://a.example/1.xml", "https://a.example/2.xml"]
    assert sitemaps_in_robots(text, "https://a.example/robots.txt")[-1] == "https://a.example/3.xml"


PAGE = """<!doctype html><html><head><base href="https://paper.example/"><title>Paper</title>
<link rel="alternate" type="application/rss+xml" title="News" href="/feed/">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel='Alternate home' type='application/atom+xml; charset=utf-8' href='atom.xml?a=1&amp;b=2'>
<link rel="alternate" type="application/feed+json" href="/feed.json"><link rel="alternate" hreflang="fr" href="/fr/">
<link rel="alternate" type="application/json" href="/api/posts/1"></head><body><a href="/rss">RSS</a></body></html>"""


def test_a_home_page_names_its_feeds_without_those_of_comments() -> None:
    expected = ["feed/", "atom.xml?a=1&b=2", "feed.json"]
    assert feeds_in_page(PAGE, "https://www.paper.example/index.html") == [
        f"https://paper.example/{x}" for x in expected
    ]


def test_a_page_taken_for_a_listing_gives_its_feeds_to_fetch() -> None:
    listing = read_listing(PAGE.encode(), "https://paper.example/", "application/rss+xml")
    assert (listing.kind, len(listing.listings), listing.entries) == ("html", 3, [])


def test_links_that_look_like_feeds_stand_in_where_no_element_names_one() -> None:
    page = '<body><a href="/about">About</a><a href="/rss.xml">RSS</a><a href="/feeds">all</a><a href="/feeding">x</a>'
    assert feeds_in_page(page, "https://paper.example/") == [
        "https://paper.example/rss.xml",
        "https://paper.example/feeds",
    ]
    assert feeds_in_page("", "https://paper.example/") == []
