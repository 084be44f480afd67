"""A harvest of a local site: what is asked for, what is kept, and what is not asked for again."""

import itertools
import json
import time
from pathlib import Path

import pytest
from aiohttp import web

from tasks.harvest.source import HarvestError
from tests.harvest.conftest import AGENT, COURIER, TIMES, Harvest
from tests.harvest.site import Site
from tests.harvest.warcs import check, finished, metadata, records, responses

PAGE = "<html><body><h1>News</h1></body></html>"


def test_a_feed_s_pages_become_warcs_that_both_readers_read(site: Site, run: Harvest, tmp_path: Path) -> None:
    for name in ("a", "b"):
        site.put(TIMES, f"/{name}", PAGE)
    counts = run(site.feed(TIMES, "/feed", ["/a", "/b"]))
    assert counts.total().discovered == 2
    assert counts.total().pages == {"fetched": 2}
    assert responses(tmp_path) == [site.url(TIMES, "/a"), site.url(TIMES, "/b")]
    kinds = [record.kind for record in records(tmp_path)]
    assert kinds == ["warcinfo", *["response", "metadata", "request"] * 4]  # robots.txt, the feed, two pages
    check(tmp_path)
    assert not list(tmp_path.glob(".*.open"))


def test_a_page_is_asked_for_once_though_feeds_name_it_again(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/a", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a", "/a?utm_source=feed", "/a#top"])
    for _ in range(3):
        run(feed)
    assert len(site.hits(TIMES, "/a")) == 1
    assert site.paths() == ["/robots.txt", "/feed", "/a", "/feed", "/feed"]


def test_the_metadata_says_what_the_feed_said_and_who_asked(site: Site, run: Harvest, tmp_path: Path) -> None:
    url = site.put(TIMES, "/a", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a"])
    run(feed)
    fields = metadata(tmp_path, url)
    assert fields["via"] == feed
    assert fields["source"] == "times"
    assert fields["role"] == "page"
    assert fields["robots"] == "no-robots-txt"
    assert json.loads(fields["listed"]) == {
        "in": "feed",
        "title": "Title of /a",
        "published": "Mon, 02 Mar 2026 08:15:00 +0100",
        "keywords": ["local"],
    }
    (info,) = [record for record in records(tmp_path) if record.kind == "warcinfo"]
    assert f"http-header-user-agent: {AGENT}" in info.body.decode()


def test_the_user_agent_is_ours_and_names_a_contact(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/a", PAGE)
    run(site.feed(TIMES, "/feed", ["/a"]), headers={"X-Purpose": "research"})
    assert {hit.headers["User-Agent"] for hit in site.log} == {AGENT}
    assert {hit.headers["X-Purpose"] for hit in site.log} == {"research"}
    with pytest.raises(HarvestError, match="names nobody to write to"):
        run(site.url(TIMES, "/feed"), user_agent="my-crawler/1")
    with pytest.raises(HarvestError, match="control character"):
        run(site.url(TIMES, "/feed"), headers={"X-Purpose": "a\r\nHost: evil"})


def test_what_is_known_of_a_listing_makes_its_request_conditional(site: Site, run: Harvest, tmp_path: Path) -> None:
    feed = site.feed(TIMES, "/feed", [])
    site.answers[TIMES, "/feed"].etag = '"1"'
    run(feed)
    counts = run(feed)
    assert [hit.status for hit in site.hits(TIMES, "/feed")] == [200, 304]
    assert counts.total().listings == {"unchanged": 1}
    revisit = [record for record in records(tmp_path) if record.kind == "revisit"][-1]
    assert revisit.headers["WARC-Profile"].endswith("/server-not-modified")
    assert revisit.headers["WARC-Refers-To-Target-URI"] == feed
    check(tmp_path)


def test_an_identical_page_is_a_revisit_and_a_changed_one_a_response(site: Site, run: Harvest, tmp_path: Path) -> None:
    url = site.put(TIMES, "/a", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a"])
    run(feed, revisit=0.0)
    assert run(feed, revisit=0.0).total().pages == {"unchanged": 1}
    site.put(TIMES, "/a", PAGE.replace("News", "Other news"))
    assert run(feed, revisit=0.0).total().pages == {"fetched": 1}
    kinds = [record.kind for record in records(tmp_path) if record.url == url and record.kind != "request"]
    assert kinds == ["response", "metadata", "revisit", "metadata", "response", "metadata"]
    (revisit,) = [record for record in records(tmp_path) if record.kind == "revisit" and record.url == url]
    (first, _) = [record for record in records(tmp_path) if record.kind == "response" and record.url == url]
    assert revisit.headers["WARC-Refers-To"] == first.headers["WARC-Record-ID"]
    assert revisit.headers["WARC-Profile"].endswith("/identical-payload-digest")
    check(tmp_path)


def test_a_page_that_its_listing_calls_modified_is_asked_for_again(site: Site, run: Harvest) -> None:
    def sitemap(modified: str) -> str:
        text = f"<urlset><url><loc>{site.url(TIMES, '/a')}</loc><lastmod>{modified}</lastmod></url></urlset>"
        return site.put(TIMES, "/sitemap.xml", text, content_type="application/xml")

    site.put(TIMES, "/a", PAGE)
    run(sitemap("2026-03-02"), kind="sitemap")
    run(sitemap("2026-03-02"), kind="sitemap")
    assert len(site.hits(TIMES, "/a")) == 1
    # Not at once: sites call pages modified that are not. An hour after the last time.
    counts = run(sitemap("2026-03-03"), kind="sitemap")
    assert len(site.hits(TIMES, "/a")) == 1
    assert counts.next_due is not None


def test_sitemaps_are_found_by_robots_txt_and_followed_through_their_index(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/robots.txt", f"User-agent: *\nSitemap: {site.url(TIMES, '/index.xml')}\n")
    child = site.url(TIMES, "/news.xml")
    site.put(TIMES, "/index.xml", f"<sitemapindex><sitemap><loc>{child}</loc></sitemap></sitemapindex>")
    site.put(TIMES, "/news.xml", f"<urlset><url><loc>{site.url(TIMES, '/a')}</loc></url></urlset>")
    site.put(TIMES, "/a", PAGE)
    counts = run(site.url(TIMES, "/"), kind="sitemap")
    assert site.paths() == ["/robots.txt", "/index.xml", "/news.xml", "/a"]
    assert counts.total().pages == {"fetched": 1}


def test_feeds_are_found_on_a_home_page(site: Site, run: Harvest) -> None:
    site.feed(TIMES, "/feed", ["/a"])
    site.put(TIMES, "/a", PAGE)
    home = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body></body></html>'
    assert run(site.put(TIMES, "/", home)).total().pages == {"fetched": 1}


def test_a_list_of_urls_is_fetched(site: Site, run: Harvest) -> None:
    urls = [site.put(TIMES, path, PAGE) for path in ("/a", "/b")]
    assert run(kind="urls", urls=tuple(urls)).total().pages == {"fetched": 2}


def test_a_source_takes_the_pages_it_includes_and_no_more_than_it_wants(site: Site, run: Harvest) -> None:
    names = ["/news/a", "/news/b", "/news/c", "/sport/d", "/news/live-e"]
    for name in names:
        site.put(TIMES, name, PAGE)
    feed = site.feed(TIMES, "/feed", names)
    counts = run(feed, include=("/news/*",), exclude=("*/live-*",), max_pages=2)
    assert counts.total().discovered == 3
    assert [path for path in site.paths() if path in names] == ["/news/a", "/news/b"]
    run(feed, include=("/news/*",), exclude=("*/live-*",), max_pages=2)
    assert [path for path in site.paths() if path in names] == ["/news/a", "/news/b", "/news/c"]


def test_a_source_that_has_no_time_left_asks_for_nothing_more_and_the_next_harvest_does(
    site: Site, run: Harvest
) -> None:
    names = [f"/{number}" for number in range(30)]
    for name in names:
        site.put(TIMES, name, PAGE)
    feed = site.feed(TIMES, "/feed", names)
    first = run(feed, delay=0.1, max_seconds=1.0, interval=3600.0).total().asked
    assert 0 < first < len(names)
    assert run(feed, interval=3600.0).total().pages == {"fetched": len(names) - first}
    assert len(site.hits(TIMES)) == len(names) + 2


def test_a_source_whose_time_ends_while_it_waits_for_its_turn_does_not_ask(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/robots.txt", "User-agent: *\nCrawl-delay: 2\n", content_type="text/plain")
    site.put(TIMES, "/a", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a"])
    run(feed, max_seconds=1.0)
    assert "/feed" not in site.paths()
    assert run(feed, robots=False).total().pages == {"fetched": 1}


def test_a_gone_page_is_not_asked_for_again_and_a_missing_one_a_day_later(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/gone", "", status=410)
    feed = site.feed(TIMES, "/feed", ["/gone", "/missing"])
    counts = run(feed)
    assert counts.total().pages == {"gone": 2}
    assert counts.total().reasons == {"http_410": 1, "http_404": 1}
    assert run(feed).total().pages == {}


def test_a_busy_host_is_left_alone_for_as_long_as_it_asks(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/a", "", status=429, headers={"Retry-After": "1"})
    site.put(TIMES, "/b", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a", "/b"])
    counts = run(feed)
    assert counts.total().pages["failed"] == 1
    assert site.paths(TIMES)[-1] == "/a"  # nothing was asked after the 429
    assert any("asks for a rest" in problem for problem in counts.problems)
    run(feed, settings={"patience": 2.0})
    (busy,), (after,) = site.hits(TIMES, "/a")[:1], site.hits(TIMES, "/b")
    assert after.at - busy.done_at >= 1.0


def test_a_server_error_is_tried_again_later_and_longer_each_time(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/a", "", status=500)
    before = time.time()
    counts = run(site.feed(TIMES, "/feed", ["/a"]), interval=3600.0)
    assert counts.total().reasons == {"http_500": 1}
    assert counts.next_due is not None
    assert 20 < counts.next_due - before < 45


def test_two_requests_to_a_host_are_never_closer_than_its_delay(site: Site, run: Harvest) -> None:
    pages = [f"/{number}" for number in range(5)]
    for page in pages:
        site.put(TIMES, page, PAGE)
    site.put(COURIER, "/x", PAGE)
    feed = site.feed(TIMES, "/feed", pages)
    run(feed, delay=0.1, concurrency=8)
    hits = site.hits(TIMES)
    assert len(hits) == 7  # robots.txt too
    assert min(later.at - earlier.done_at for earlier, later in itertools.pairwise(hits)) >= 0.1


def test_robots_txt_is_obeyed_and_the_decision_kept(site: Site, run: Harvest, tmp_path: Path) -> None:
    rules = (
        "User-agent: *\nDisallow: /private/\nCrawl-delay: 0.05\n\nUser-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n"
    )
    site.put(TIMES, "/robots.txt", rules, content_type="text/plain")
    url = site.put(TIMES, "/a", PAGE, headers={"X-Robots-Tag": "noai, noimageai", "TDM-Reservation": "1"})
    site.put(TIMES, "/private/b", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a", "/private/b"])
    counts = run(feed)
    assert counts.total().pages == {"fetched": 1, "refused": 1}
    assert not site.hits(TIMES, "/private/b")
    fields = metadata(tmp_path, url)
    assert fields["robots"] == "allowed"
    assert fields["ai-opt-out"] == "robots:ccbot robots:gptbot noai noimageai tdm-reservation"
    hits = site.hits(TIMES)
    assert min(later.at - earlier.done_at for earlier, later in itertools.pairwise(hits)) >= 0.05
    run(feed)
    assert len(site.hits(TIMES, "/robots.txt")) == 1  # good for a day


def test_robots_txt_is_passed_over_only_where_the_source_says_so(site: Site, run: Harvest, tmp_path: Path) -> None:
    site.put(TIMES, "/robots.txt", "User-agent: *\nDisallow: /\n")
    url = site.put(TIMES, "/a", PAGE)
    feed = site.feed(TIMES, "/feed", ["/a"])
    assert run(feed).total().listings == {"refused": 1}
    assert run(kind="urls", urls=(url,), robots=False).total().pages == {"fetched": 1}
    assert metadata(tmp_path, url)["robots"] == "ignored"


def test_a_host_whose_robots_txt_cannot_be_had_is_not_asked(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/robots.txt", "", status=503)
    counts = run(site.feed(TIMES, "/feed", []))
    assert site.paths() == ["/robots.txt"]
    assert any("robots.txt cannot be had" in problem for problem in counts.problems)


def test_a_redirect_is_followed_once_and_the_target_fetched_once(site: Site, run: Harvest, tmp_path: Path) -> None:
    target = site.put(COURIER, "/there", PAGE)
    for name in ("/old", "/older"):
        site.put(TIMES, name, "", status=301, headers={"Location": target})
    counts = run(site.feed(TIMES, "/feed", ["/old", "/older"]))
    assert counts.total().pages == {"redirected": 2, "fetched": 1}
    assert responses(tmp_path) == [target]
    assert len(site.hits(COURIER, "/there")) == 1


def test_redirects_that_go_round_or_on_and_on_end(site: Site, run: Harvest) -> None:
    site.put(TIMES, "/a", "", status=302, headers={"Location": "/b"})
    site.put(TIMES, "/b", "", status=302, headers={"Location": "/a"})
    site.put(TIMES, "/self", "", status=302, headers={"Location": "/self"})
    for number in range(20):
        site.put(TIMES, f"/{number}", "", status=302, headers={"Location": f"/{number + 1}"})
    counts = run(site.feed(TIMES, "/feed", ["/a", "/self", "/0"]))
    assert len(site.log) < 20
    assert counts.total().reasons == {"redirect_loop": 2}
    assert counts.total().pages["redirected"] == 2 + 5


def test_a_feed_that_moved_is_found_at_its_new_address_each_time(site: Site, run: Harvest) -> None:
    new = site.feed(TIMES, "/new", ["/a"])
    site.put(TIMES, "/a", PAGE)
    old = site.put(TIMES, "/old", "", status=301, headers={"Location": new})
    run(old)
    run(old)
    assert site.paths() == ["/robots.txt", "/old", "/new", "/a", "/old", "/new"] or site.paths() == [
        "/robots.txt", "/old", "/new", "/a", "/new", "/old",
    ]  # fmt: skip


def test_a_feed_that_is_none_is_a_failure_that_says_so(site: Site, run: Harvest) -> None:
    counts = run(site.put(TIMES, "/feed", b"\x00\x01\x02 not a feed"))
    assert counts.total().reasons == {"not_a_listing": 1}
    assert any("/feed" in problem for problem in counts.problems)


def test_the_charset_and_the_encoding_are_kept_as_served(site: Site, run: Harvest, tmp_path: Path) -> None:
    import gzip

    body = gzip.compress("<html><body>Żółć</body></html>".encode("iso-8859-2"))
    url = site.put(
        TIMES, "/a", body, content_type="text/html; charset=ISO-8859-2", headers={"Content-Encoding": "gzip"}
    )
    run(kind="urls", urls=(url,))
    (path,) = finished(tmp_path)
    raw = gzip.decompress(path.read_bytes())
    assert b"Content-Type: text/html; charset=ISO-8859-2\r\n" in raw
    assert b"Content-Encoding: gzip\r\n" in raw
    assert body in raw


def test_a_chunked_response_is_read_whole_by_every_reader(site: Site, run: Harvest, tmp_path: Path) -> None:
    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for part in (b"<html><body>", b"one", b"two", b"</body></html>"):
            await response.write(part)
        return response

    url = site.put(TIMES, "/a", chunked)
    run(kind="urls", urls=(url,))
    (page,) = [record for record in records(tmp_path) if record.kind == "response" and record.url == url]
    assert page.body == b"<html><body>onetwo</body></html>"
    check(tmp_path)


def test_a_full_disk_is_one_clear_error_and_loses_nothing(
    site: Site, run: Harvest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [f"/{number}" for number in range(3)]
    for page in pages:
        site.put(TIMES, page, PAGE)
    feed = site.feed(TIMES, "/feed", pages)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("tasks.harvest.warc_file.os.fdatasync", full)
        with pytest.raises(HarvestError, match="No space left on device"):
            run(feed)
    assert run(feed).total().pages == {"fetched": 3}
    assert len(responses(tmp_path)) == 3
    check(tmp_path)


def test_no_source_is_an_error_that_says_what_to_do(run: Harvest, tmp_path: Path) -> None:
    from tasks.harvest.harvest import harvest

    with pytest.raises(HarvestError, match="declare one"):
        harvest([], tmp_path)
