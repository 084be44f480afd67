"""Pages taken out by the command line stay out: of every file, and of the runs that come after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from flows import publish as publishing
from flows.options import DataFolder
from tasks.release import verify_release
from tasks.removal.journal import interrupted
from tests.flows.test_road import broadsheet, run_json
from tests.removal.data_folder import everything_in

ROOT = Path(__file__).parents[2]
URL = "https://times.example.com/local/2026/03/library-lends-seeds.html"
SECRETS = ("gardeners are pleased", "forty kinds of tomato", "News of the library")


def holding(data: Path) -> list[str]:
    """The files of the data folder in which a word of the removed page stands, unpacked too."""
    return [
        str(path.relative_to(data))
        for path in sorted(data.rglob("*"))
        if path.is_file() and any(secret in everything_in(path) for secret in SECRETS)
    ]


def removed(data: Path) -> list[str | None]:
    """The rejects with the reason ``removed`` in the newest release, by what their URL says."""
    rejects = pl.read_parquet(max((data / "releases").glob("2*")) / "rejects" / "*.parquet")
    return rejects.filter(pl.col("reason") == "removed")["url"].to_list()


def test_a_page_that_was_removed_is_a_reject_of_later_runs_and_leaves_no_word(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    assert holding(data)
    status, out, err = broadsheet(capsys, "remove", URL, "--reason", "rights", "--yes", "--data", data)
    assert status == 0, err
    assert "your inputs hold them still" in out
    assert holding(data) == []
    (site / "library.html").write_text((site / "library.html").read_text() + "<!-- served anew -->")
    again = run_json(capsys, site, "--data", data)
    assert again["rejects_by_reason"] == {"removed": 1}
    assert removed(data) == [None]  # the address may be what had to go
    assert holding(data) == []
    for release in (data / "releases").glob("2*"):
        assert verify_release(release) == []


# Each step dies right before it is done, or between two releases that are rewritten.
KILLED = """
import os, signal, sys
from flows.commands.command_line import run_command_line
from tasks.removal import carrying_out

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(carrying_out, sys.argv[1], die)
run_command_line(sys.argv[2:])
"""


def kill_at(step: str, data: Path, words: list[str]) -> None:
    """Give a command in a process that dies at a step of a removal."""
    dead = subprocess.run(
        [sys.executable, "-c", KILLED, step, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert interrupted(DataFolder(data).store) is not None


@pytest.mark.parametrize("step", ["bury", "erase", "rewrite_releases"])
def test_a_removal_that_was_killed_is_made_whole_by_the_same_command(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path, step: str
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    words = ["remove", URL, "--reason", "rights", "--yes", "--data", str(data)]
    kill_at(step, data, words)
    status, out, err = broadsheet(capsys, *words)
    assert status == 0, err
    assert "which was interrupted" in out
    assert interrupted(DataFolder(data).store) is None
    assert holding(data) == []
    for release in (data / "releases").glob("2*"):
        assert verify_release(release) == []


def test_a_release_is_made_only_after_a_removal_that_was_killed_is_whole(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    kill_at("rewrite_releases", data, ["remove", URL, "--reason", "rights", "--yes", "--data", str(data)])
    assert "was interrupted" in broadsheet(capsys, "status", "--data", data)[1]
    status, _, err = broadsheet(capsys, "publish", "--data", data)
    assert status == 0, err
    assert "Finish a removal done" in err
    assert interrupted(DataFolder(data).store) is None
    assert holding(data) == []
    assert len(list((data / "releases").glob("2*"))) == 2


def test_a_removal_from_releases_elsewhere_is_finished_over_those_and_no_others(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data, public = tmp_path / "data", tmp_path / "public"
    run_json(capsys, site, "--data", data, "--releases", public)
    words = ["remove", URL, "--reason", "rights", "--yes", "--data", str(data)]
    kill_at("rewrite_releases", data, [*words, "--releases", str(public)])
    for given in (["publish", "--data", str(data)], words):
        status, _, err = broadsheet(capsys, *given)
        assert status == 1
        assert f"give it again with --releases {public}" in err
        assert "Traceback" not in err
    assert interrupted(DataFolder(data).store) is not None
    assert holding(public)
    assert broadsheet(capsys, *words, "--releases", public)[0] == 0
    assert interrupted(DataFolder(data).store) is None
    assert holding(public) == []


def test_a_publish_beside_which_a_removal_starts_makes_no_release(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)

    def remove_meanwhile(*_: object) -> None:
        assert broadsheet(capsys, "remove", URL, "--reason", "rights", "--yes", "--data", data)[0] == 0

    monkeypatch.setattr(publishing, "clear_leftovers", remove_meanwhile)
    status, _, err = broadsheet(capsys, "publish", "--data", data)
    assert status == 1
    assert "pages are being removed for good" in err
    assert len(list((data / "releases").glob("2*"))) == 1
    assert holding(data) == []
