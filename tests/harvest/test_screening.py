"""Pages and domains that were taken out for good are not asked for, and what names them is not kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tasks.harvest import HarvestSettings, HarvestSource, harvest
from tasks.harvest.screening import answer_names, left_out, names, nothing_is, screened
from tasks.harvest.state import Found, Outcome, Page, State
from tasks.values.urls import host_of, normalise_url
from tests.harvest.conftest import AGENT, COURIER, TIMES, Harvest
from tests.harvest.site import Site
from tests.harvest.test_outcomes import response
from tests.harvest.warcs import check, finished, metadata, records, responses

PAGE = Page("key", "page", "times", TIMES, f"https://{TIMES}/a")


def removing(*urls: str, host: str | None = None) -> Callable[[str], bool]:
    gone = {normalise_url(url) for url in urls}

    def is_removed(url: str) -> bool:
        normal = normalise_url(url)
        return normal in gone or (normal is not None and host_of(normal) == host)

    return is_removed


def once(
    site: Site, folder: Path, is_removed: Callable[[str], bool], *locations: str, **words: object
) -> dict[str, int]:
    given = {"interval": 0.0, "delay": 0.0, "allow_hosts": frozenset({TIMES, COURIER}), **words}
    source = HarvestSource("times", "feed", locations, AGENT, **given)  # type: ignore[arg-type]  # what a test words
    hosts = dict.fromkeys((TIMES, COURIER), "127.0.0.1")
    state = given.pop("state", None)
    counts = harvest(
        [source], folder, HarvestSettings(hosts=hosts, patience=0.0, state=state), what_is_removed=lambda: is_removed
    )
    return dict(counts.total().as_dict())


def unpacked(folder: Path) -> str:
    """All that stands in the finished WARCs."""
    return "".join(f"{one.headers}{one.fields}{one.body.decode(errors='replace')}" for one in records(folder))


def test_a_removed_page_that_a_feed_names_is_not_asked_for_and_its_words_are_not_kept(
    site: Site, tmp_path: Path
) -> None:
    for name in ("/a", "/secret"):
        site.put(TIMES, name, f"<html>{name}</html>")
    feed = site.feed(TIMES, "/feed", ["/a", "/secret"])
    total = once(site, tmp_path, removing(site.url(TIMES, "/secret") + "?utm_source=x"), feed)
    assert (total["discovered"], total["asked"], total["fetched"], total["removed"]) == (1, 1, 1, 1)
    assert site.paths(TIMES) == ["/robots.txt", "/feed", "/a"]
    assert "secret" not in unpacked(tmp_path)
    assert b"secret" not in (tmp_path / "state.sqlite").read_bytes()
    assert metadata(tmp_path, feed)["removed"]
    (listing,) = [one for one in records(tmp_path) if one.kind == "response" and one.url == feed]
    assert (listing.headers["WARC-Truncated"], listing.body) == ("unspecified", b"")
    check(tmp_path)


def test_a_feed_that_names_a_removed_page_is_still_asked_for_by_its_validators(site: Site, tmp_path: Path) -> None:
    site.put(TIMES, "/a", "<html></html>")
    feed = site.feed(TIMES, "/feed", ["/a", "/secret"])
    site.answers[TIMES, "/feed"].etag = '"1"'  # type: ignore[attr-defined]  # an Answer, as was put there
    gone = removing(site.url(TIMES, "/secret"))
    once(site, tmp_path, gone, feed)
    once(site, tmp_path, gone, feed)
    assert [hit.status for hit in site.hits(TIMES, "/feed")] == [200, 304]
    check(tmp_path)


def test_a_redirect_to_a_removed_page_is_not_followed_nor_kept(site: Site, tmp_path: Path) -> None:
    site.put(TIMES, "/short", "", status=302, headers={"Location": "/secret"})
    feed = site.feed(TIMES, "/feed", ["/short"])
    gone = removing(site.url(TIMES, "/secret"))
    assert once(site, tmp_path, gone, feed)["reasons"] == {"removed": 1}
    assert once(site, tmp_path, gone, feed)["asked"] == 0
    assert len(site.hits(TIMES, "/short")) == 1
    assert not site.hits(TIMES, "/secret")
    assert "secret" not in unpacked(tmp_path)
    with sqlite3.connect(tmp_path / "state.sqlite") as state:  # the title would be that of the removed page
        assert state.execute("SELECT listed FROM harvest_pages WHERE role = 'page'").fetchall() == [(None,)]


def test_what_the_state_knew_before_it_was_removed_is_not_asked_for(site: Site, place: str, tmp_path: Path) -> None:
    feed = site.feed(TIMES, "/feed", [])
    state = State(place)
    state.add("times", [Found("page", site.url(TIMES, "/secret"), feed, {"in": "feed", "title": "x"})], 1.0)
    state.close()
    gone = removing(site.url(TIMES, "/secret"))
    source = HarvestSource("times", "feed", (feed,), AGENT, delay=0.0, allow_hosts=frozenset({TIMES}))
    settings = HarvestSettings(hosts={TIMES: "127.0.0.1"}, patience=0.0, state=place)
    counts = harvest([source], tmp_path / "folder", settings, what_is_removed=lambda: gone)
    assert counts.total().pages == {"refused": 1}
    assert not site.hits(TIMES, "/secret")
    state = State(place)
    assert state.reasons("times") == {"removed": 1}
    state.close()


def test_nothing_of_a_removed_domain_is_asked_for_not_even_its_robots_txt(site: Site, tmp_path: Path) -> None:
    site.put(TIMES, "/a", "<html></html>")
    ours, theirs = site.feed(TIMES, "/feed", ["/a"]), site.feed(COURIER, "/feed", ["/b"])
    site.put(TIMES, "/moved", "", status=301, headers={"Location": theirs})
    gone = removing(host=COURIER)
    words = {"urls": (site.url(COURIER, "/c"),)}
    total = once(site, tmp_path, gone, ours, theirs, site.url(TIMES, "/moved"), **words)
    assert (total["fetched"], total["removed"]) == (1, 3)
    assert not site.hits(COURIER)
    assert COURIER not in unpacked(tmp_path)


def test_a_robots_txt_that_lies_at_a_removed_domain_is_out_of_reach(site: Site, tmp_path: Path) -> None:
    site.put(TIMES, "/robots.txt", "", status=301, headers={"Location": site.url(COURIER, "/robots.txt")})
    feed = site.feed(TIMES, "/feed", ["/a"])
    once(site, tmp_path, removing(host=COURIER), feed)
    assert site.paths() == ["/robots.txt"]
    assert not finished(tmp_path)


def test_where_nothing_was_removed_all_is_as_ever(site: Site, run: Harvest, tmp_path: Path) -> None:
    site.put(TIMES, "/a", "<html></html>")
    feed = site.feed(TIMES, "/feed", ["/a"])
    assert run(feed).total().removed == 0
    assert responses(tmp_path, role="listing") == [feed]
    assert "removed" not in metadata(tmp_path, feed)


@pytest.mark.parametrize(
    "text",
    [
        "see https://times.example.org/a?x=1&amp;y=2.",
        '{"url": "https:\\/\\/times.example.org\\/a?x=1&y=2"}',
        "https://share.example/?u=https%3A%2F%2Ftimes.example.org%2Fa%3Fx%3D1%26y%3D2",
        "<link>HTTP://Times.example.org:80/a?y=2&amp;utm_source=rss&amp;x=1</link>",
        "[a](https://times.example.org/a?x=1&y=2)",
    ],
)
def test_a_url_is_found_however_it_is_written(text: str) -> None:
    assert names(text, removing("https://times.example.org/a?x=1&y=2"))
    assert not names(text, removing("https://times.example.org/b"))


def test_a_body_in_an_encoding_that_nobody_knows_names_nothing() -> None:
    answer = response(200, b"https://times.example.org/a", Content_Encoding="br")
    assert not answer_names(answer, removing("https://times.example.org/a"))
    assert not answer_names(response(200, b"https://times.example.org/a"), nothing_is)


def test_an_outcome_that_names_nothing_removed_is_left_as_it_is() -> None:
    outcome = Outcome(PAGE, "fetched", None, 1.0, found=(Found("page", f"https://{TIMES}/b"),))
    assert screened(outcome, nothing_is) is outcome
    assert asdict(screened(outcome, lambda _: True)) == asdict(outcome) | {"found": (), "removed": 1}
    assert left_out(PAGE, 1.0).earlier is None
