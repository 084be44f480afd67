"""A run is seen while it works: in ``status``, in ``status --run``, and on its Prefect page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.settings import PREFECT_API_URL

from flows.commands.command_line import run_command_line
from flows.options import DataFolder
from flows.reporting.artifacts import show_stages
from flows.reporting.report import Funnel, RunReport
from flows.reporting.under_way import runs_under_way
from flows.showing import recording
from flows.showing.display import current
from flows.showing.recording import recorded
from tests.flows.conftest import page, put_page
from tests.flows.prefect_api import asked
from tests.flows.processes import eventually

ROOT = Path(__file__).parents[3]
RUN = "20260301T000000Z-aaaaaa"


def said(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    assert run_command_line(["status", "--data", str(data), *words]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_run_at_work_is_told_with_its_step_and_what_its_steps_took_so_far(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = DataFolder(tmp_path)
    with recorded(data) as record:
        assert eventually(lambda: runs_under_way(data.runs))
        assert "a run is at work (process" in said(capsys, tmp_path)
        with current().step("Plan"):
            pass
        record.name(RUN, ["https://ada:hush@times.example.com/a.warc.gz?sig=hush"])
        with current().step("Read and extract") as step:
            step.pages, step.workers, step.text = 300, (12.5, 10**15), "300 pages, 5/s"
            assert eventually(lambda: runs_under_way(data.runs)[0].said)
            (run,) = runs_under_way(data.runs)
            assert (run.run_id, run.alive, run.at, run.process) == (RUN, True, "Read and extract", os.getpid())
            assert [stage.name for stage in run.stages] == ["Plan", "Read and extract"]
            assert run.stages[1].cpu_seconds >= 12.5
            assert (run.stages[1].peak_bytes, run.stages[1].pages) == (10**15, 300)
            assert run.stages[1].pages_per_second
            assert f"run {RUN} is at work" in said(capsys, tmp_path)
            shown = said(capsys, tmp_path, "--run", RUN[:8])
            assert "on Read and extract: 300 pages, 5/s" in shown
            assert "what each step took so far" in shown
            assert "hush" not in said(capsys, tmp_path, "--json")
            value = json.loads(said(capsys, tmp_path, "--run", RUN, "--json"))
            assert (value["state"], value["at"]) == ("at work", "Read and extract")
            assert value["stages"][1]["pages_per_second"] > 0
            # Its report of the part until the commit is there before its release is.
            RunReport(RUN, ("a.warc",), Funnel(1, 1, 0, 0, 0, 0)).write(data.runs)
            assert f"run {RUN} is at work" in said(capsys, tmp_path, "--run", RUN)
        with recorded(data) as inner:
            assert inner is record
    assert runs_under_way(data.runs) == []
    assert json.loads(said(capsys, tmp_path, "--run", RUN, "--json"))["state"] == "finished"


def test_a_run_that_fails_in_words_leaves_no_record(tmp_path: Path) -> None:
    def fail() -> None:
        with recorded(DataFolder(tmp_path)):
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        fail()
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_record_that_says_nothing_whole_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "runs").mkdir()
    for name, text in (("a", ""), ("b", '{"run_id": "x"'), ("c", "[]"), ("d", '{"run_id": "x"}')):
        (tmp_path / "runs" / f"{name}.steps").write_text(text)
    assert said(capsys, tmp_path) == "The store is empty. Fill it: broadsheet run INPUT"


def test_two_runs_of_one_folder_are_both_told_and_clear_what_a_third_left(tmp_path: Path) -> None:
    runs = DataFolder(tmp_path).runs
    runs.mkdir()
    (runs / "dead.steps").write_text("{}")
    program = (
        "import sys; from pathlib import Path; from flows.options import DataFolder; "
        "from flows.showing.recording import recorded\n"
        f"with recorded(DataFolder(Path({str(tmp_path)!r}))) as record:\n"
        " record.name(sys.argv[1], ()); print('.', flush=True); sys.stdin.read()"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == ".\n"
    assert eventually(lambda: {run.run_id for run in runs_under_way(runs) if run.alive} == {"one", "two"})
    assert not (runs / "dead.steps").exists()
    both[0].send_signal(signal.SIGKILL)
    both[0].wait()
    assert {run.run_id: run.alive for run in runs_under_way(runs)} == {"one": False, "two": True}
    both[1].communicate("")
    assert [run.run_id for run in runs_under_way(runs)] == ["one"]


def stages_shown(api: str) -> list[dict[str, Any]]:
    return [one for one in asked(api, "artifacts") if one["key"] == "stages"]


def test_the_runs_prefect_page_has_one_table_of_its_steps_while_it_works_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_SHOWN_EVERY", 0.0)
    monkeypatch.setattr(recording, "_WRITTEN_EVERY", 0.05)
    api = str(PREFECT_API_URL.value())
    before = {one["id"] for one in stages_shown(api)}

    def new() -> list[dict[str, Any]]:
        return [one for one in stages_shown(api) if one["id"] not in before]

    @flow
    def at_work() -> None:
        first = len(current().steps)
        with recorded(DataFolder(tmp_path)):
            with current().step("Read and extract") as step:
                step.pages = 7
                assert eventually(lambda: new() and json.loads(new()[0]["data"])[0]["pages"] == 7)
                assert "The run is at work" in new()[0]["description"]
            show_stages(current().stages(first))

    at_work()
    (shown,) = new()
    assert shown["flow_run_id"]
    assert "at work" not in shown["description"]
    assert [row["stage"] for row in json.loads(shown["data"])] == ["Read and extract"]


def test_a_real_run_that_is_killed_is_told_with_what_its_steps_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(60):
        text = page("tram", more="".join(f"<p>Stop {stop} of line {number} opens.</p>" for stop in range(400)))
        put_page(tmp_path / "pages", f"tram-{number}", text, f"https://times.example.com/2026/03/line-{number}.html")
    data = DataFolder(tmp_path / "data")
    words = [sys.executable, "-m", "flows", "run", str(tmp_path / "pages"), "--data", str(data.root), "--quiet"]
    environment = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    run = subprocess.Popen([*words, "--workers", "1"], cwd=ROOT, env=environment)

    def reads() -> bool:
        return any(stage.pages for one in runs_under_way(data.runs) for stage in one.stages)

    assert eventually(lambda: reads() or run.poll() is not None)
    run.kill()
    run.wait()
    (dead,) = runs_under_way(data.runs)
    assert dead.run_id
    assert not dead.alive
    assert f"run {dead.run_id} died" in said(capsys, data.root)
    assert "pages/s" in said(capsys, data.root, "--run", dead.run_id)
    assert run_command_line([*words[3:], "--workers", "1"]) == 0
    assert runs_under_way(data.runs) == []
    capsys.readouterr()
    assert json.loads(said(capsys, data.root, "--run", dead.run_id, "--json"))["state"] == "finished"
