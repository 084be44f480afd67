"""What harvest remembers; every test runs on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.harvest.records import Earlier
from tasks.harvest.source import HarvestError
from tasks.harvest.state import LEASE_SECONDS, Found, Host, LeaseLostError, Outcome, Page, Scope, State, key_of

URL, OTHER = "https://times.example.org/a", "https://courier.example.org/b"
SCOPE = Scope(["times"], since=1000.0)


@pytest.fixture
def state(place: str) -> Iterator[State]:
    opened = State(place)
    yield opened
    opened.close()


def page(state: State, url: str = URL) -> Page:
    found = state.page(key_of("page", url, "times") or "")
    assert found is not None
    return found


def test_a_page_is_new_once_in_however_many_ways_it_is_written(state: State) -> None:
    assert (
        state.add("times", [Found("page", URL), Found("page", f"{URL}?utm_source=x"), Found("page", OTHER)], 1000) == 2
    )
    assert state.add("times", [Found("page", f"{URL}#top"), Found("page", "mailto:nobody")], 1001) == 0
    assert state.add("times", [Found("listing", URL)], 1001) == 1  # a listing at the same address is another thing


def test_what_is_due_comes_in_the_order_it_was_named_listings_first(state: State) -> None:
    urls = [f"{URL}/{number}" for number in range(5)]
    state.add("times", [Found("page", url) for url in urls], 1000)
    state.add("times", [Found("listing", f"{URL}/feed")], 1001)
    due = state.due("times.example.org", SCOPE, 1002)
    assert [item.url for item in due] == [f"{URL}/feed", *urls]
    assert state.due("times.example.org", Scope(["others"], 1000), 1002) == []
    assert [item.url for item in state.due("times.example.org", SCOPE, 1002, {due[0].key, due[1].key})] == urls[1:]
    assert state.due("times.example.org", SCOPE, 999) == []


def test_an_outcome_is_remembered_whole(state: State) -> None:
    state.add("times", [Found("page", URL, "https://times.example.org/feed", {"title": "Ünïcode \x01"}, hops=1)], 1000)
    earlier = Earlier("<urn:uuid:1>", "2026-03-02T00:00:00Z", URL, "sha1:ABC")
    before = page(state)
    outcome = Outcome(
        before, "fetched", 2000.0, 1001.0, fetched_at=1001.0, etag='"x"', last_modified="Mon", earlier=earlier, quiet=2
    )
    state.record([outcome], "file.warc.gz", 123)
    after = page(state)
    assert (after.fetched_at, after.etag, after.last_modified, after.earlier) == (1001.0, '"x"', "Mon", earlier)
    assert (after.quiet, after.hops, after.via) == (2, 1, "https://times.example.org/feed")
    assert after.listed == {"title": "Ünïcode \x01"}
    assert state.committed("file.warc.gz") == 123
    assert state.committed("other.warc.gz") == 0
    assert state.next_due(SCOPE) is None  # it was asked for in this harvest
    assert state.next_due(Scope(["times"], since=1500.0)) == 2000.0


def test_an_outcome_and_what_it_names_are_noted_together_or_not_at_all(state: State) -> None:
    state.add("times", [Found("listing", URL)], 1000)
    listing = state.due("times.example.org", SCOPE, 1000)[0]
    bad = Found("page", OTHER, listed={"title": object()})  # cannot be JSON
    with pytest.raises(TypeError):
        state.record([Outcome(listing, "fetched", 2000.0, 1001.0, found=(Found("page", URL), bad))], "f", 5)
    assert state.page(key_of("page", URL, "times") or "") is None
    assert state.committed("f") == 0
    assert state.record([Outcome(listing, "fetched", 2000.0, 1001.0, found=(Found("page", OTHER),))], "f", 5) == [1]


def test_a_host_is_leased_to_one_harvester_until_it_gives_it_back(state: State) -> None:
    state.add("times", [Found("page", URL), Found("page", OTHER)], 1000)
    first = state.lease_hosts("one", SCOPE, 1000, 1)
    second = state.lease_hosts("two", SCOPE, 1000, 5)
    assert {host.host for host in first + second} == {"times.example.org", "courier.example.org"}
    assert len(first) == len(second) == 1
    assert state.lease_hosts("three", SCOPE, 1000, 5) == []
    state.release("one", replace(first[0], next_at=1234.5, paused_until=999.0, failures=2))
    (again,) = state.lease_hosts("three", SCOPE, 1000, 5)
    assert again == Host(first[0].host, next_at=1234.5, paused_until=999.0, failures=2, lease=2)


def test_the_hosts_of_a_dead_harvester_are_free_after_their_lease_and_known_as_dropped(state: State) -> None:
    state.add("times", [Found("page", URL)], 1000)
    state.lease_hosts("one", SCOPE, 1000, 1)
    state.renew("one", 1100)
    assert state.lease_hosts("two", SCOPE, 1100 + LEASE_SECONDS - 1, 1) == []
    (host,) = state.lease_hosts("two", SCOPE, 1100 + LEASE_SECONDS + 1, 1)
    assert host.was_dropped
    state.drop("two")
    assert state.lease_hosts("three", SCOPE, 1101, 1)[0].was_dropped


def test_nothing_is_noted_under_a_lease_that_is_another_harvesters_now(state: State) -> None:
    state.add("times", [Found("page", URL), Found("page", OTHER)], 1000)
    mine = {host.host: host for host in state.lease_hosts("one", SCOPE, 1000, 2)}
    lost, kept = (replace(page(state, url), lease=mine[host].lease) for url, host in (
        (URL, "times.example.org"), (OTHER, "courier.example.org"),
    ))  # fmt: skip
    assert state.lease_hosts("two", SCOPE, 1000 + LEASE_SECONDS + 1, 1, without=["courier.example.org"])
    outcomes = [Outcome(one, "fetched", None, 1001.0, fetched_at=1001.0) for one in (kept, lost)]
    with pytest.raises(LeaseLostError, match=r"took over times\.example\.org") as told:
        state.record(outcomes, "file", 99)
    assert told.value.leases == {("times.example.org", 1)}
    assert page(state, OTHER).fetched_at is None
    assert state.committed("file") == 0
    state.record(outcomes[:1], "file", 99)
    assert page(state, OTHER).fetched_at == 1001.0
    # The one that lost it neither renews it nor gives it back, not even where it is its own again by another lease.
    assert state.renew("one", 1400) == {"courier.example.org": 1}
    state.release("one", mine["times.example.org"])
    assert state.renew("two", 1400) == {"times.example.org": 2}
    state.release("two")
    (again,) = state.lease_hosts("one", SCOPE, 1400, 5)
    state.release("one", mine["times.example.org"])
    assert state.renew("one", 1400)[again.host] == again.lease == 3


def test_a_host_that_rests_is_not_leased(state: State) -> None:
    state.add("times", [Found("page", URL)], 1000)
    (host,) = state.lease_hosts("one", SCOPE, 1000, 1)
    state.release("one", replace(host, paused_until=1500.0))
    assert state.lease_hosts("two", SCOPE, 1499, 1) == []
    assert state.next_due(SCOPE) == 1500.0
    assert len(state.lease_hosts("two", SCOPE, 1501, 1)) == 1


def test_many_harvesters_at_once_never_share_a_host(place: str) -> None:
    first = State(place)
    first.add("times", [Found("page", f"https://h{number}.example.org/a") for number in range(40)], 1000)
    taken: list[str] = []
    errors: list[BaseException] = []

    def work(owner: str) -> None:
        state = State(place)
        try:
            while hosts := state.lease_hosts(owner, SCOPE, 1000, 3):
                taken.extend(host.host for host in hosts)
                pages = [state.due(host.host, SCOPE, 1000)[0] for host in hosts]
                named = tuple(Found("page", f"https://h{number}.example.org/b") for number in range(40))
                state.record([Outcome(one, "fetched", None, 1000.0, found=named) for one in pages])
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)
        finally:
            state.close()

    threads = [threading.Thread(target=work, args=(f"owner{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    first.close()
    assert not errors
    assert len(taken) == len(set(taken)) == 40


def test_where_each_source_stands(state: State) -> None:
    state.add("times", [Found("listing", URL), Found("page", URL), Found("page", OTHER)], 1000)
    state.add("courier", [Found("listing", OTHER)], 1003)
    listing, first = state.due("times.example.org", SCOPE, 1002)
    state.record(
        [
            Outcome(listing, "fetched", 2000.0, 1001.0, fetched_at=1001.0),
            Outcome(first, "failed", 3000.0, 1002.0, reason="http_500"),
        ]
    )
    courier, times = state.by_source(1002)
    assert (courier.source, courier.pages, courier.last_asked, courier.next_due) == ("courier", 0, None, 1003.0)
    assert (times.pages, times.fetched, times.waiting, times.failing) == (2, 0, 1, 1)
    assert (times.last_asked, times.last_fetched, times.next_due) == (1002.0, 1001.0, 1000.0)
    assert times.last_found == pytest.approx(1000.0)
    assert state.reasons("times") == {"http_500": 1}
    assert state.reasons("courier") == {}
    (host,) = state.lease_hosts("one", Scope(["courier"], 1000), 1004, 1)
    state.release("one", replace(host, paused_until=1800.0))
    # The host of the other source's only listing, and of a page of this one.
    assert [(one.resting, one.next_due) for one in state.by_source(1004)] == [(1, 1800.0), (1, 1800.0)]


def test_a_page_goes_to_another_source_as_long_as_none_fetched_it(state: State) -> None:
    state.add("old-name", [Found("page", URL)], 1000)
    assert state.add("times", [Found("page", URL)], 1001) == 0
    assert page(state).source == "times"
    state.record([Outcome(page(state), "fetched", None, 1002.0, fetched_at=1002.0)])
    state.add("courier", [Found("page", URL)], 1003)
    assert page(state).source == "times"


def test_a_way_on_to_another_host_is_asked_for_there(state: State) -> None:
    state.add("times", [Found("page", "http://times.example.org/a")], 1000)
    (asked,) = state.due("times.example.org", SCOPE, 1000)
    onward = Found("page", "https://times.example.org./a", again=True, hops=1)
    state.record([Outcome(asked, "redirected", None, 1001.0, found=(onward,))])
    assert [host.host for host in state.lease_hosts("one", SCOPE, 1002, 5)] == ["times.example.org"]
    assert state.due("times.example.org", SCOPE, 1002)[0].url == "https://times.example.org./a"


def test_robots_txt_is_kept(state: State) -> None:
    assert state.robots("https://times.example.org") is None
    state.keep_robots("https://times.example.org", 1000, "rules", "User-agent: *\x00")
    state.keep_robots("https://times.example.org", 1001, "absent", "")
    assert state.robots("https://times.example.org") == (1001, "absent", "")


def test_a_state_that_cannot_be_opened_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "no.sqlite").write_bytes(b"this is no database, but it is long enough to look like one " * 40)
    with pytest.raises(HarvestError, match="cannot be opened"):
        State(tmp_path / "no.sqlite")
    with pytest.raises(HarvestError, match="not mysql"):
        State("mysql://localhost/x")
    with pytest.raises(HarvestError, match="cannot be opened"):
        State(f"postgresql://nobody@/none?host={tmp_path}")
