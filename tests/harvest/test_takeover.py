"""A harvester that stood still for longer than its lease: another took its hosts over, and no page is kept twice."""

import asyncio
import json
import os
import signal
import threading
import time
from pathlib import Path

import sqlalchemy as sa
from aiohttp import web

from tasks.harvest.state import State
from tasks.harvest.state.connection import open_database
from tests.flows.processes import eventually
from tests.harvest.conftest import AGENT, TIMES, Harvest
from tests.harvest.harvester import start
from tests.harvest.site import Answer, Site
from tests.harvest.warcs import check, finished, metadata, responses

PAGES = [f"/{number}" for number in range(6)]
HELD = "/2"


def let_leases_end(place: str) -> None:
    """As if five minutes had passed."""
    engine = open_database(place)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE harvest_hosts SET leased_until = 0"))
    engine.dispose()


def fetched_by(place: str) -> int:
    """The pages that the state has as fetched."""
    state = State(place)
    found = sum(source.fetched for source in state.by_source(0))
    state.close()
    return found


def test_what_a_harvester_fetched_whose_hosts_another_took_over_is_not_kept_twice(
    site: Site, place: str, tmp_path: Path
) -> None:
    """The first one is stopped while it waits for a page, and goes on when the second one has fetched everything."""
    let_go = threading.Event()

    async def held(request: web.Request) -> web.StreamResponse:
        if len(site.hits(TIMES, HELD)) == 1:
            await asyncio.to_thread(let_go.wait, 60)
        return await Answer(f"<html><body>{request.path}</body></html>")(request)

    for name in PAGES:
        site.put(TIMES, name, f"<html><body>{name}</body></html>")
    site.put(TIMES, HELD, held)
    words = {
        "name": "times", "kind": "feed", "locations": [site.feed(TIMES, "/feed", PAGES)], "user_agent": AGENT,
        "delay": 0.0, "interval": 3600.0, "hosts": [TIMES],
    }  # fmt: skip
    first = start(tmp_path, place, **words)
    assert eventually(lambda: site.hits(TIMES, HELD))
    # What it fetched before is kept: it holds no lock of the database.
    assert eventually(lambda: fetched_by(place) == PAGES.index(HELD))
    os.kill(first.pid, signal.SIGSTOP)
    try:
        let_leases_end(place)
        second = start(tmp_path, place, **words)
        out, err = second.communicate(timeout=120)
        assert second.returncode == 0, err
        let_go.set()
    finally:
        os.kill(first.pid, signal.SIGCONT)
    said, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert f"{TIMES}: another harvester took over" in " ".join(json.loads(said)["problems"])
    assert responses(tmp_path) == sorted(site.url(TIMES, name) for name in PAGES)
    assert len(finished(tmp_path)) == 2
    check(tmp_path)
    fetched = [json.loads(text)["total"]["fetched"] for text in (said, out)]
    assert fetched == [PAGES.index(HELD), len(PAGES) - PAGES.index(HELD)]
    state = State(place)
    (stands,) = state.by_source(0)
    state.close()
    assert (stands.fetched, stands.waiting) == (len(PAGES), 0)


def test_what_a_dead_harvester_left_is_cut_off_where_another_asked_for_the_page_since(
    site: Site, run: Harvest, tmp_path: Path
) -> None:
    """Its machine was away for longer than its lease; the other one writes into a folder of its own."""
    for name in ("/a", "/b"):
        site.put(TIMES, name, f"<html><body>{name}</body></html>")
    feed = site.feed(TIMES, "/feed", ["/a"])
    state = str(tmp_path / "state.sqlite")
    run(feed, settings={"state": str(tmp_path / "lost.sqlite")}, folder=tmp_path / "one")
    (path,) = finished(tmp_path / "one")
    path.rename(path.with_name(f".{path.name}.open"))  # as it is left by one that dies before it notes the page
    time.sleep(1.1)  # the time of a record has whole seconds
    site.feed(TIMES, "/feed", ["/a", "/b"])
    run(feed, settings={"state": state}, folder=tmp_path / "two")
    run(feed, settings={"state": state}, folder=tmp_path / "one", interval=3600.0)
    both = responses(tmp_path / "one") + responses(tmp_path / "two")
    assert sorted(both) == [site.url(TIMES, "/a"), site.url(TIMES, "/b")]
    assert metadata(tmp_path / "two", site.url(TIMES, "/a"))["role"] == "page"
    check(tmp_path / "one")
    assert not list((tmp_path / "one").glob(".*.open"))
