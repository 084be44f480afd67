"""``sources check``: what each location gives now, asked once and kept nowhere."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tasks.harvest.checking import LocationCheck, check_sources
from tasks.harvest.source import HarvestSource
from tests.harvest.conftest import AGENT, COURIER, TIMES
from tests.harvest.site import Site


def check(*locations: str, **given: Any) -> list[LocationCheck]:
    words: dict[str, Any] = {"delay": 0.0, "allow_hosts": frozenset({TIMES, COURIER}), "kind": "feed", **given}
    source = HarvestSource(name="times", locations=locations, user_agent=AGENT, **words)
    return check_sources([source], dict.fromkeys((TIMES, COURIER, "private.example.org"), "127.0.0.1"))["times"]


def test_a_feed_that_works_has_its_entries_and_the_newest_date(site: Site) -> None:
    [found] = check(site.feed(TIMES, "/feed", ["/a", "/b"]))
    assert (found.problem, found.kind, found.entries, found.wanted) == (None, "feed", 2, 2)
    assert found.newest == "2026-03-02T07:15:00+00:00"
    assert site.paths() == ["/robots.txt", "/feed"]
    assert {hit.headers["User-Agent"] for hit in site.log} == {AGENT}


def test_a_home_page_is_looked_through_to_its_feed(site: Site) -> None:
    feed = site.feed(TIMES, "/feed", ["/a"])
    home = site.put(TIMES, "/", '<html><link rel="alternate" type="application/rss+xml" href="/feed"></html>')
    [found] = check(home)
    assert (found.problem, found.entries, found.through) == (None, 1, feed)


def test_a_sites_root_as_a_sitemap_leads_through_robots_txt_and_the_index(site: Site) -> None:
    page = f"<urlset><url><loc>{site.url(TIMES, '/a')}</loc><lastmod>2026-03-02</lastmod></url></urlset>"
    news = site.put(TIMES, "/news.xml.gz", gzip.compress(page.encode()))
    index = site.put(TIMES, "/index.xml", f"<sitemapindex><sitemap><loc>{news}</loc></sitemap></sitemapindex>")
    site.put(TIMES, "/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {index}\n")
    [found] = check(site.url(TIMES, "/"), kind="sitemap")
    assert (found.problem, found.entries, found.through) == (None, 1, news)
    assert found.newest == "2026-03-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("path", "answer", "more", "problem"),
    [
        ("/gone", "", {"status": 404}, "the server answers 404 Not Found"),
        ("/page", "<html>nothing</html>", {}, "a web page, and it names no feed"),
        ("/empty", "<rss><channel/></rss>", {}, "no entries"),
        ("/noise", b"\x89PNG\r\n", {}, "no feed, sitemap or web page: the text begins with"),
        ("/private/feed", "<rss/>", {}, "robots.txt forbids it: "),
    ],
)
def test_what_is_wrong_is_said_in_words(site: Site, path: str, answer: Any, more: dict[str, Any], problem: str) -> None:
    site.put(TIMES, "/robots.txt", "User-agent: *\nDisallow: /private/\n")
    [found] = check(site.put(TIMES, path, answer, **more))
    assert found.problem
    assert found.problem.startswith(problem)
    assert found.entries == 0


def test_a_private_address_is_refused_where_the_source_does_not_allow_it(site: Site) -> None:
    [found] = check(site.feed("private.example.org", "/feed", ["/a"]))
    assert found.problem
    assert found.problem.startswith("refused_address")
    assert site.log == []


def test_patterns_that_leave_nothing_are_told(site: Site) -> None:
    [found] = check(site.feed(TIMES, "/feed", ["/a"]), include=("/news/*",))
    assert (found.entries, found.wanted, found.problem) == (1, 0, "include and exclude leave none of its entries")


def test_redirects_that_never_end_are_given_up(site: Site) -> None:
    site.put(TIMES, "/loop", "", status=302, headers={"Location": site.url(TIMES, "/loop")})
    [found] = check(site.url(TIMES, "/loop"))
    assert found.problem == "more than 5 redirects"


def test_one_location_that_fails_leaves_the_others(site: Site) -> None:
    feed = site.feed(TIMES, "/feed", ["/a"])
    bad, good = check(site.url(TIMES, "/nowhere"), feed)
    assert bad.problem
    assert (good.problem, good.entries) == (None, 1)
