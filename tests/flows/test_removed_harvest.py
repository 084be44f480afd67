"""A page that was harvested, and is removed: nothing of it is left in any file, and nobody asks for it again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from flows.options import DataFolder
from tasks.harvest.at_work import at_work
from tasks.harvest.state import State
from tasks.release import verify_release
from tasks.removal.journal import interrupted
from tests.flows.conftest import SENTENCES, page
from tests.flows.test_harvest_road import AGENT, run_json
from tests.flows.test_road import broadsheet
from tests.flows.traces import holding, holds
from tests.harvest.databases import private_postgresql
from tests.harvest.site import Site
from tests.harvest.warcs import check, finished, records

ROOT = Path(__file__).parents[2]
TIMES, COURIER = "times.example.org", "courier.example.org"
SECRET = "/local/library-lends-seeds.html"
WORDS = (
    "gardeners are pleased",
    "forty kinds of tomato",
    "News of the library",
    "library-lends-seeds",
    "Seeds on loan",
)


@pytest.fixture
def web() -> Iterator[Site]:
    """A paper whose feed names three pages, with the text of one of them, and a short address of that one."""
    with Site() as site:
        site.put(TIMES, "/local/harbour.html", page("harbour"))
        site.put(TIMES, "/local/tram.html", page("tram"))
        site.put(TIMES, SECRET, page("library"), etag='"1"')
        site.put(TIMES, "/s/17", "", status=302, headers={"Location": SECRET})
        items = "".join(
            f"<item><title>{title}</title><link>{site.url(TIMES, path)}</link><description>{more}</description></item>"
            for path, title, more in (
                ("/local/harbour.html", "Harbour", "Boats"),
                (SECRET, "Seeds on loan", SENTENCES["library"]),
                ("/s/17", "Seeds on loan", ""),
                ("/local/tram.html", "Tram", "Rails"),
            )
        )
        feed = f"<rss version='2.0'><channel><title>Times</title>{items}</channel></rss>"
        site.put(TIMES, "/feed.xml", feed, content_type="application/rss+xml")
        yield site


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with private_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request: pytest.FixtureRequest) -> list[str]:
    """``--state`` with an empty PostgreSQL, or nothing: a file of SQLite in the data folder."""
    if request.param == "sqlite":
        return []
    url = str(request.getfixturevalue("postgresql"))
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    return ["--state", url]


@pytest.fixture
def words(web: Site, tmp_path: Path) -> list[str]:
    """The words that ``run`` and ``harvest`` take."""
    file = tmp_path / "sources.toml"
    file.write_text(
        f'user_agent = "{AGENT}"\n[[source]]\nname = "times"\nkind = "feed"\ndelay = 0\ninterval = 0.001\n'
        f'location = "{web.url(TIMES, "/feed.xml")}"\nallow_hosts = ["{TIMES}"]\n'
    )
    return ["--sources", str(file), "--data", str(tmp_path / "data"), "--resolve", f"{TIMES}=127.0.0.1"]


@pytest.fixture
def data(capsys: pytest.CaptureFixture[str], words: list[str], tmp_path: Path) -> Path:
    """A data folder whose pages were harvested and read, with the state in it."""
    run_json(capsys, "run", *words)
    return tmp_path / "data"


def remove(web: Site, data: Path, state: Sequence[str] = ()) -> list[str]:
    return ["remove", web.url(TIMES, SECRET), "--reason", "rights", "--yes", "--data", str(data), *state]


def removed(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    """What was said while all that ``words`` name was removed."""
    status, out, err = broadsheet(capsys, *words)
    assert status == 0, err
    return out


def test_nothing_of_a_removed_page_is_left_and_it_is_never_asked_for_again(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], state: list[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first = run_json(capsys, "run", *words, *state)
    assert first["funnel"]["read"] == 3
    assert {name.partition("/")[0] for name in holding(data, state, *WORDS)} >= {"harvest", "store", "releases"}
    (warc,) = finished(data / "harvest")
    before = {one.headers["WARC-Record-ID"]: one.body for one in records(data / "harvest")}
    (data / "broadsheet.log").open("a").write(f"WARNING {web.url(TIMES, SECRET)}?utm_source=x was slow\n")
    (report,) = (data / "harvest" / "reports").glob("*.json")
    report.write_text(json.dumps(json.loads(report.read_text()) | {"problems": [f"{web.url(TIMES, SECRET)}: x", "y"]}))

    out = removed(capsys, remove(web, data, state))
    assert "records cut out of 1 WARCs" in out
    assert "harvest: 1 addresses forgotten" in out
    assert "your inputs hold them still" not in out
    assert holding(data, state, *WORDS) == []
    assert json.loads(report.read_text())["problems"] == ["y"]
    for release in (data / "releases").glob("2*"):
        assert verify_release(release) == []

    check(data / "harvest")  # warcio and fastwarc read it to its end
    after = {one.headers["WARC-Record-ID"]: one.body for one in records(data / "harvest")}
    assert {name: before[name] for name in after.keys() & before.keys()} == {
        name: after[name] for name in after.keys() & before.keys()
    }
    rows = pl.scan_delta(str(data / "store" / "documents")).select("record_id", "record_offset").collect()
    for name, offset in rows.iter_rows():  # where the rows say that their pages lie, they lie
        assert name.encode() in zlib.decompressobj(31).decompress(warc.read_bytes()[offset:])

    asked = len(web.log)
    again = run_json(capsys, "run", *words, *state)
    assert again["funnel"]["read"] == 0
    assert again["files_known"] == 1  # the WARC that was rewritten is as it was for the ledger
    assert {hit.path for hit in web.log[asked:]} <= {"/feed.xml", "/robots.txt"}
    assert not holding(data, state, *WORDS)
    reread = run_json(capsys, "run", *words, *state, "--reread")
    assert (reread["funnel"]["read"], reread["funnel"]["unchanged"], reread["funnel"]["rejects"]) == (2, 2, 0)
    assert reread["release"] is None


def test_a_removed_domain_leaves_nothing_of_its_feed_nor_of_its_robots_txt(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], data: Path
) -> None:
    removed(capsys, ["remove", "example.org", "--reason", "rights", "--yes", "--data", str(data)])
    assert holding(data, [], "example.org", *WORDS) == []
    assert not finished(data / "harvest")  # nothing was left in it
    asked = len(web.log)
    assert run_json(capsys, "harvest", *words)["total"]["removed"] == 1
    assert len(web.log) == asked
    assert holding(data, [], "example.org") == []


def test_a_page_that_was_harvested_and_never_read_is_removed_too(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, "harvest", *words)
    out = removed(capsys, remove(web, data))
    assert "harvest: 1 addresses known" in out
    assert holding(data, [], *WORDS) == []
    assert run_json(capsys, "run", *words)["funnel"]["read"] == 2


KILLED = """
import os, signal, sys
from flows.commands.command_line import run_command_line
from tasks.harvest import cutting
from tasks.harvest.state import forgetting
from tasks.removal import harvested

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

setattr({"forgetting": forgetting, "cutting": cutting, "harvested": harvested}[sys.argv[1]], sys.argv[2], die)
run_command_line(sys.argv[3:])
"""


@pytest.mark.parametrize(
    "step",
    [
        "harvested.look_through",
        "forgetting.forget",
        "forgetting.leave_no_byte",
        "cutting._write",
        "cutting.sync_folder",
    ],
)
def test_a_removal_that_was_killed_is_made_whole_by_the_same_command(
    capsys: pytest.CaptureFixture[str], web: Site, data: Path, step: str
) -> None:
    said = remove(web, data)
    dead = subprocess.run(
        [sys.executable, "-c", KILLED, *step.split("."), *said],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert interrupted(DataFolder(data).store) is not None
    assert "which was interrupted" in removed(capsys, said)
    assert holding(data, [], *WORDS) == []
    check(data / "harvest")


def test_what_a_dead_harvest_left_under_way_is_cleared_and_taken_over_afterwards(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], data: Path
) -> None:
    (warc,) = finished(data / "harvest")
    orphan = warc.rename(warc.with_name(f".{warc.name}.open"))
    whole = orphan.read_bytes()
    orphan.write_bytes(whole + whole[-700:-50])  # and an end that is cut off
    removed(capsys, remove(web, data))
    assert holding(data, [], *WORDS) == []
    web.log.clear()
    run_json(capsys, "harvest", *words)
    assert holding(data, [], *WORDS) == []
    assert not list((data / "harvest").glob(".*.open"))
    assert SECRET not in web.paths(TIMES)
    check(data / "harvest")


def test_a_harvest_at_work_is_waited_for(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], data: Path
) -> None:
    with at_work(data / "harvest"):
        status, _, err = broadsheet(capsys, *remove(web, data))
    assert status == 1
    assert "a harvest is at work" in err
    assert interrupted(DataFolder(data).store) is None
    held = State(data / "harvest" / "state.sqlite")
    with held._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE harvest_hosts SET owner = 'elsewhere', leased_until = 9e9")
    status, _, err = broadsheet(capsys, *remove(web, data))
    assert status == 1
    assert "a harvest elsewhere is at work with the same state" in err
    held.release("elsewhere")
    held.close()
    removed(capsys, remove(web, data))
    assert holding(data, [], *WORDS) == []


def test_a_state_out_of_reach_is_said_and_the_rest_is_done(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], tmp_path: Path
) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere.sqlite"
    run_json(capsys, "run", *words, "--state", elsewhere)
    status, _, err = broadsheet(capsys, *remove(web, data))
    assert status == 1
    assert "name it with --state" in err
    assert "Traceback" not in err
    assert interrupted(DataFolder(data).store) is None
    assert holding(data, [], *WORDS) == []
    assert holds(elsewhere, WORDS)
    status, _, err = broadsheet(capsys, *remove(web, data, ["--state", "postgresql://me:secret@127.0.0.1:9/x"]))
    assert status == 1
    assert "cannot be opened" in err
    assert "me:secret" not in err
    out = removed(capsys, remove(web, data, ["--state", str(elsewhere)]))
    assert "nothing is left of it" in out
    assert not holds(elsewhere, WORDS)


def test_a_warc_that_cannot_be_read_to_its_end_is_named(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], data: Path
) -> None:
    (warc,) = finished(data / "harvest")
    whole = warc.read_bytes()
    warc.write_bytes(whole + b"not gzip")
    status, _, err = broadsheet(capsys, *remove(web, data))
    assert status == 1
    assert f"cannot be read from byte {len(whole)} on" in err
    assert holding(data, [], *WORDS) == []


def test_as_json_it_says_what_harvest_knew(capsys: pytest.CaptureFixture[str], web: Site, data: Path) -> None:
    said = json.loads(removed(capsys, [*remove(web, data), "--json"]))
    assert (said["harvested"], said["inputs"], said["left"]) == (1, [], [])
