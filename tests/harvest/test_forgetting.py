"""The state forgets what was taken out for good, and is not told of it again."""

from __future__ import annotations

from dataclasses import replace

from tasks.harvest.records import Earlier
from tasks.harvest.state import Found, Outcome, Page, Scope, State, key_of
from tests.harvest.conftest import COURIER, TIMES
from tests.harvest.test_screening import removing

FEED = f"https://{TIMES}/feed"
TITLE = {"in": "feed", "title": "Secret"}


def page_of(state: State, url: str) -> Page:
    page = state.page(str(key_of("page", url, "times")))
    assert page is not None
    return page


def led(state: State, start: str, end: str) -> None:
    """A redirect from one page to another, as a harvest notes it."""
    page = page_of(state, start)
    step = Found("page", end, start, page.listed, 0, page.hops + 1)
    state.record([Outcome(page, "redirected", None, 5.0, found=(step,))])


def test_rows_go_and_those_that_led_there_lose_what_listings_said(place: str) -> None:
    state = State(place)
    short, middle, secret, other = (f"https://{TIMES}/{name}" for name in ("short", "middle", "secret", "other"))
    state.add("times", [Found("page", short, FEED, TITLE), Found("page", other, secret)], 1.0)
    led(state, short, middle)
    led(state, middle, f"{secret}?utm_source=x")
    assert state.known([secret, other], []) == {f"{secret}?utm_source=x", other}
    assert state.forget(removing(secret), frozenset(), frozenset()) == 1
    assert state.leave_no_byte()
    assert state.page(str(key_of("page", secret, ""))) is None
    assert page_of(state, other).via is None
    for url in (short, middle):
        assert page_of(state, url).listed == {}
    assert state.reasons("times") == {"removed": 2}
    # A feed says its title again each time.
    state.add("times", [Found("page", short, FEED, TITLE | {"modified": "2026"})], 9.0)
    assert page_of(state, short).listed == {}
    assert [page.url for page in state.due(TIMES, Scope(["times"], 0.0), 1e9)] == [other]
    assert state.forget(removing(secret), frozenset(), frozenset()) == 0
    state.close()


def test_a_domain_goes_with_its_hosts_and_robots_txt_files(place: str) -> None:
    state = State(place)
    state.add("times", [Found("page", f"https://{COURIER}/a"), Found("page", f"https://{TIMES}/a")], 1.0)
    state.add("times", [Found("listing", f"https://{COURIER}/feed")], 1.0)
    for host in (COURIER, TIMES):
        state.keep_robots(f"https://{host}", 1.0, "rules", "Disallow: /")
    assert state.known([], [COURIER]) == {f"https://{COURIER}/a", f"https://{COURIER}/feed"}
    assert state.known([], ["example"]) == set()
    assert state.forget(removing(host=COURIER), frozenset(), frozenset()) == 2
    assert state.robots(f"https://{COURIER}") is None
    assert state.robots(f"https://{TIMES}") is not None
    assert [host.host for host in state.lease_hosts("one", Scope(["times"], 0.0), 9.0, 9)] == [TIMES]
    state.close()


def test_nothing_refers_to_a_record_that_is_gone(place: str) -> None:
    state = State(place)
    state.add("times", [Found("page", f"https://{TIMES}/a"), Found("page", f"https://{TIMES}/b")], 1.0)
    for name in "ab":
        page = page_of(state, f"https://{TIMES}/{name}")
        earlier = Earlier(f"<urn:uuid:{name}>", "2026-03-02T12:00:00Z", page.url, "sha1:X")
        state.record([Outcome(page, "fetched", 2.0, 1.0, etag='"1"', fetched_at=1.0, earlier=earlier)])
    before = page_of(state, f"https://{TIMES}/b")
    state.forget(removing(), frozenset(), frozenset({"<urn:uuid:a>"}))
    page = page_of(state, f"https://{TIMES}/a")
    assert (page.earlier, page.etag, page.fetched_at) == (None, None, 1.0)
    assert page_of(state, f"https://{TIMES}/b") == replace(before)
    state.close()


def test_pages_that_the_warcs_told_of_lead_there_too(place: str) -> None:
    state = State(place)
    state.add("times", [Found("page", f"https://{TIMES}/short", FEED, TITLE)], 1.0)
    state.forget(removing(), {str(key_of("page", f"https://{TIMES}/short", ""))}, frozenset())
    assert page_of(state, f"https://{TIMES}/short").listed == {}
    state.close()


def test_who_holds_a_lease_is_at_work_until_it_ends(place: str) -> None:
    state = State(place)
    state.add("times", [Found("page", f"https://{TIMES}/a")], 1.0)
    state.lease_hosts("one", Scope(["times"], 0.0), 9.0, 9)
    assert state.at_work(10.0) == ["one"]
    assert state.at_work(10.0, but=["one"]) == []
    assert state.at_work(10_000.0) == []
    state.release("one")
    assert state.at_work(10.0) == []
    state.close()
