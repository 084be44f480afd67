"""``kill -9`` at any moment: each page is fetched again or in a WARC, and none is in two."""

import json
import random
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tasks.harvest.state import Found, Scope, State
from tasks.harvest.state.connection import open_database
from tests.harvest.conftest import AGENT, COURIER, TIMES, Harvest
from tests.harvest.harvester import start
from tests.harvest.site import Site
from tests.harvest.warcs import check, finished, responses

PAGES = [f"/{number}" for number in range(80)]


def a_slow_site(site: Site) -> list[str]:
    for host in (TIMES, COURIER):
        for page in PAGES:
            site.put(host, page, f"<html><body>{host} {page} {'x' * 3000}</body></html>")
    return [site.feed(host, "/feed", PAGES) for host in (TIMES, COURIER)]


def test_a_harvest_killed_at_random_moments_ends_with_each_page_once(site: Site, place: str, tmp_path: Path) -> None:
    feeds = a_slow_site(site)
    words = {
        "name": "times", "kind": "feed", "locations": feeds, "user_agent": AGENT, "delay": 0.0, "concurrency": 2,
        "interval": 3600.0, "hosts": [TIMES, COURIER],
    }  # fmt: skip
    moments = random.Random(7)
    killed = 0
    for _ in range(4):
        seen = len(site.log)
        process = start(tmp_path, place, **words)
        until = seen + moments.randint(1, 40)
        while process.poll() is None and len(site.log) < until:
            time.sleep(0.002)
        time.sleep(moments.uniform(0, 0.05))
        killed += process.poll() is None
        process.kill()
        process.communicate()
    assert killed >= 2
    process = start(tmp_path, place, **words)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert responses(tmp_path) == sorted(site.url(host, page) for host in (TIMES, COURIER) for page in PAGES)
    assert len(responses(tmp_path, role="listing")) == 2
    check(tmp_path)
    assert not list(tmp_path.glob(".*.open"))
    again = json.loads(start(tmp_path, place, **words).communicate(timeout=120)[0])
    assert again["total"]["asked"] == 0


def test_a_record_cut_in_the_middle_is_cut_off_and_its_page_fetched_again(
    site: Site, run: Harvest, tmp_path: Path
) -> None:
    for name in ("/a", "/b"):
        site.put(TIMES, name, "<html></html>")
    run(site.feed(TIMES, "/feed", ["/a", "/b"]))
    (path,) = finished(tmp_path)
    whole = path.read_bytes()
    for cut in random.Random(1).sample(range(1, len(whole)), 5):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / f".{path.name}.open").write_bytes(whole[:cut])
        before = len(site.log)
        counts = run(site.feed(TIMES, "/feed", ["/a", "/b"]), folder=folder)
        assert responses(folder) == [site.url(TIMES, "/a"), site.url(TIMES, "/b")]
        assert counts.recovered + len(site.log) - before >= 4
        check(folder)


def test_what_is_in_the_warc_but_not_in_the_state_is_read_back(site: Site, run: Harvest, tmp_path: Path) -> None:
    site.put(TIMES, "/a", "<html></html>", etag='"1"')
    feed = site.feed(TIMES, "/feed", ["/a"])
    run(feed)
    (path,) = finished(tmp_path)
    path.rename(path.with_name(f".{path.name}.open"))
    for file in tmp_path.glob("state.sqlite*"):
        file.unlink()
    counts = run(feed, interval=3600.0)
    assert counts.recovered == 3  # robots.txt, the feed, the page
    assert len(site.hits(TIMES, "/a")) == 1
    assert responses(tmp_path) == [site.url(TIMES, "/a")]


def test_a_file_whose_writer_lives_is_left_alone(site: Site, run: Harvest, tmp_path: Path) -> None:
    from tasks.harvest.warc_file import Shelf, WarcFile

    alive = WarcFile(Shelf(tmp_path, "abcd", AGENT), 1)
    run(site.feed(TIMES, "/feed", []))
    assert alive.path.exists()
    alive.abandon()
    run(site.feed(TIMES, "/feed", []))
    assert not alive.path.exists()


def test_two_harvesters_share_the_work_and_no_page_is_fetched_twice(site: Site, place: str, tmp_path: Path) -> None:
    feeds = a_slow_site(site)
    words = {
        "name": "times", "kind": "feed", "locations": feeds, "user_agent": AGENT, "delay": 0.0, "concurrency": 2,
        "interval": 3600.0, "hosts": [TIMES, COURIER],
    }  # fmt: skip
    both = [start(tmp_path, place, **words) for _ in range(2)]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert responses(tmp_path) == sorted(site.url(host, page) for host in (TIMES, COURIER) for page in PAGES)
    assert len(site.log) == 2 * (len(PAGES) + 2)


def test_a_state_of_before_leases_had_numbers_is_brought_up_to_date(place: str) -> None:
    state = State(place)
    state.add("times", [Found("page", f"https://{TIMES}/a")], 1000)
    state.close()
    engine = open_database(place)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE harvest_hosts DROP COLUMN lease"))
        connection.execute(sa.text("UPDATE harvest_format SET format = 1"))
    engine.dispose()
    for number in (1, 2):
        state = State(place)
        (host,) = state.lease_hosts("one", Scope(["times"], 1000), 1000, 1)
        assert host.lease == number
        state.release("one", host)
        state.close()


def test_a_state_of_another_format_is_refused(tmp_path: Path) -> None:
    State(tmp_path / "state.sqlite").close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE harvest_format SET format = 99"))
    engine.dispose()
    with pytest.raises(Exception, match="format 99"):
        State(tmp_path / "state.sqlite")
