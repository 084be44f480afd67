"""A run killed with SIGKILL costs nothing: the next ends as one that nobody disturbed. (50 kills: bench/crashes.py)"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from prefect.settings import PREFECT_API_URL

from flows.commands.command_line import run_command_line
from tasks.store import Store

ROOT = Path(__file__).parents[2]
MOMENTS = {
    "extraction": "Read and extract",
    "deduplication": "Deduplicate",
    "between the two appends": "Commit",
    "after the commit": None,
    "publish": "Publish",
}
"""And the step that each is in."""
RUN_COLUMNS = ("run_id", "ingested_at")


def killed(moment: str, site: Path, data: Path) -> None:
    words = [sys.executable, "-m", "tests.flows.killed_run", moment, "run", str(site), "--data", str(data), "--quiet"]
    environment = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def run_in_peace(site: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    status = run_command_line(["run", str(site), "--data", str(data), "--json", "--quiet"])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return dict(json.loads(captured.out))


def status(data: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run_command_line(["status", "--data", str(data), "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def rows(data: Path) -> dict[str, pl.DataFrame]:
    """Store and release: all rows and columns, but for when and by which run they came in."""
    store = Store(data / "store")
    version = store.version()
    frames = {"documents": store.documents(version).collect(), "rejects": store.rejects(version).collect()}
    (release,) = (data / "releases").glob("2*")
    for table in ("articles", "copies", "rejects"):
        frames[f"released {table}"] = pl.read_parquet(release / table / "*.parquet")
    return {name: frame.drop(RUN_COLUMNS).sort("url", "input") for name, frame in frames.items()}


@pytest.fixture
def undisturbed(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, pl.DataFrame]:
    run_in_peace(site, tmp_path / "undisturbed", capsys)
    return rows(tmp_path / "undisturbed")


def test_a_run_killed_at_any_step_is_finished_by_the_next(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], undisturbed: dict[str, pl.DataFrame]
) -> None:
    for moment, step in MOMENTS.items():
        data = tmp_path / moment.replace(" ", "-")
        killed(moment, site, data)
        (told,) = status(data, capsys)["under_way"]
        assert (told["state"], told["at"]) == ("died", step)
        assert [stage["name"] for stage in told["stages"]][:2] == ["Plan", "Read and extract"]
        run_in_peace(site, data, capsys)
        for name, frame in rows(data).items():
            assert frame.equals(undisturbed[name]), f"{name} after a kill in {moment}"
        assert not list((data / "work").iterdir()), moment
        assert not list((data / "releases").glob(".building*")), moment
        assert {path.suffix for path in (data / "runs").iterdir()} == {".json"}, moment


def test_a_run_killed_at_step_after_step_keeps_its_id_and_is_told_as_dead(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], undisturbed: dict[str, pl.DataFrame]
) -> None:
    data = tmp_path / "data"
    dead = set()
    for moment in list(MOMENTS)[:3]:
        killed(moment, site, data)
        (run,) = status(data, capsys)["dead_runs"]
        assert run["inputs"], run
        dead.add(run["run_id"])
    assert run_command_line(["status", "--data", str(data)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert f"run {run['run_id']} died (last sign" in words
    assert f"in Commit; the same command goes on from there It read {site}" in words
    report = run_in_peace(site, data, capsys)
    assert dead == {report["run_id"]}
    assert all(frame.equals(undisturbed[name]) for name, frame in rows(data).items())
    after = status(data, capsys)
    assert (after["dead_runs"], after["under_way"]) == ([], [])
