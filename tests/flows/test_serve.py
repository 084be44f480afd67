"""``broadsheet serve`` for real, in processes of its own: a run by the clock, a release, and no process left."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg

from tests.flows.conftest import page, put_page
from tests.flows.prefect_api import asked, ended, without_prefect
from tests.flows.processes import descendants_of, end, eventually, is_running
from tests.harvest.databases import private_postgresql

ROOT = Path(__file__).parents[2]
NEVER = 'cron: "0 0 1 1 *"'  # but for New Year's Eve


def every_few_seconds(folder: Path, *, hourly: str, nightly: str) -> Path:
    """The project's own deployments with schedules of seconds."""
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    text = text.replace('cron: "7 * * * *"', hourly).replace('cron: "30 3 * * *"', nightly)
    file = folder / "prefect.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def sources_of(folder: Path) -> Path:
    put_page(folder / "site", "harbour", page("harbour"), "https://times.example.com/2026/03/harbour.html")
    file = folder / "sources.toml"
    file.write_text('[[source]]\nname = "site"\nkind = "html"\nlocation = "site"\n', encoding="utf-8")
    return file


@contextmanager
def serving(
    folder: Path, deployments: Path, more: Mapping[str, str] = MappingProxyType({}), words: Sequence[str] = ()
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and its API's URL once it serves."""
    out = folder / "serve.out"
    environment = without_prefect() | {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "COLUMNS": "200", **more}
    given = ["--data", folder / "data", "--sources", folder / "sources.toml", "--deployments", deployments, *words]
    with out.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows", "serve", *map(str, given)],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    started: set[int] = set()
    try:
        assert eventually(lambda: "Ctrl-C ends it all." in out.read_text() or process.poll() is not None), "no start"
        found = re.match(r"UI +(http://127\.0\.0\.1:\d+)", out.read_text())
        assert found, out.read_text()
        yield process, found[1] + "/api"
    finally:
        started = descendants_of(process.pid)
        if process.poll() is None:
            process.kill()
        process.wait()
        end(*started)


def held_still(server: int, api: str) -> set[int]:
    """The processes of a run that is at work, stopped: it cannot end by itself while its server is being killed."""
    for _ in range(100):
        assert eventually(lambda: ended(api, "Running"), 300)
        # The server itself is forked from the command, and has its words.
        runs = {pid for pid in descendants_of(server) if words_of(pid) != words_of(server)}
        signalled(runs, signal.SIGSTOP)
        if runs and ended(api, "Running"):
            return runs
        signalled(runs, signal.SIGCONT)
    raise AssertionError("no run was at work for long enough")


def is_made_up_for(api: str, catch_up: dict[str, Any]) -> bool:
    """Whether the one run that catches up is done, or was cancelled because another of its deployment did it first.

    While the server takes the new schedule it may yet make runs of the old one, which fell due every two seconds.
    """
    deployment = {"any_": [catch_up["deployment_id"]]}
    (now,) = asked(api, "flow_runs", id={"any_": [catch_up["id"]]})
    since = asked(api, "flow_runs", deployment_id=deployment, start_time={"after_": catch_up["created"]})
    beaten = now["state"]["name"] == "Cancelled" and "concurrency" in now["state"]["message"]
    return (now["state"]["name"] == "Completed" or beaten) and "Completed" in {run["state"]["name"] for run in since}


def outcomes(api: str) -> str:
    """How all runs stand, for whoever reads that they stand wrong."""
    runs = asked(api, "flow_runs", state={"type": {"not_any_": ["SCHEDULED"]}})
    return "\n".join(f"{run['name']} {run['tags']} {run['state']['name']}: {run['state']['message']}" for run in runs)


def words_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def signalled(pids: set[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def test_runs_by_the_clock_survive_kill_9_catch_up_once_make_a_release_and_end_with_ctrl_c(tmp_path: Path) -> None:
    sources_of(tmp_path)
    with serving(tmp_path, every_few_seconds(tmp_path, hourly="interval: 2", nightly=NEVER)) as (process, api):
        assert {one["name"] for one in asked(api, "deployments")} == {"hourly", "nightly", "weekly"}
        with urllib.request.urlopen(api.removesuffix("/api"), timeout=60) as interface:
            assert b"<html" in interface.read().lower()
        assert eventually(lambda: ended(api, "Running"), 300)
        # A run takes longer than the two seconds to the next one: that one is cancelled, not queued.
        assert eventually(lambda: any("concurrency" in (r["state"]["message"] or "") for r in ended(api, "Cancelled")))
        assert len(ended(api, "Scheduled")) + len(ended(api, "Late")) > 3
        second = subprocess.run(
            [sys.executable, "-m", "flows", "serve", "--data", str(tmp_path / "data")],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert "is served already: process" in second.stderr
        runs = held_still(process.pid, api)
        started = descendants_of(process.pid)
        process.kill()
        process.wait()
        assert eventually(lambda: not any(map(is_running, set(started) - runs)))
        signalled(runs, signal.SIGCONT)
        # One that had not come to its flow yet asks the server that is gone, and tells it of its end: a minute each.
        assert eventually(lambda: not any(map(is_running, started)), 300)
    # The server's memory of who held which place is gone with it, and runs that were due have passed.
    with serving(tmp_path, every_few_seconds(tmp_path, hourly=NEVER, nightly="interval: 12")) as (process, api):
        caught_up = asked(api, "flow_runs", tags={"all_": ["catch-up"]})
        assert len(caught_up) == 1
        assert "now: catching up" in (tmp_path / "serve.out").read_text()
        assert {run["state"]["message"] for run in ended(api, "Crashed")} == {"the process that ran it has ended"}
        assert eventually(lambda: is_made_up_for(api, caught_up[0]), 300), outcomes(api)
        releases = tmp_path / "data" / "releases"
        assert eventually(lambda: list(releases.glob("2*/manifest.json")), 300), (tmp_path / "serve.out").read_text()
        started = descendants_of(process.pid)
        assert started
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(120) == 0
        assert eventually(lambda: not any(map(is_running, started)))
    assert (tmp_path / "serve.out").read_text().endswith("Ending.\n")
    assert len(list(releases.glob("2*"))) == 1


def test_the_servers_data_may_be_in_postgresql(tmp_path: Path) -> None:
    sources_of(tmp_path)
    deployments = every_few_seconds(tmp_path, hourly="interval: 2", nightly=NEVER)
    with private_postgresql() as url:
        database = {"PREFECT_API_DATABASE_CONNECTION_URL": url.replace("postgresql:", "postgresql+asyncpg:")}
        with serving(tmp_path, deployments, database) as (process, api):
            assert eventually(lambda: ended(api, "Completed"), 300)
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(120) == 0
        with psycopg.connect(url) as connection:
            held = connection.execute("SELECT state_name, count(*) FROM flow_run GROUP BY 1").fetchall()
    assert dict(held)["Completed"] >= 1
    assert dict(held)["Scheduled"] > 3
    assert not (tmp_path / "data" / "engine" / "prefect.db").exists()


def test_a_database_that_does_not_answer_is_one_line_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://somebody:a-secret-word@127.0.0.1:9/none"
    done = subprocess.run(
        [sys.executable, "-m", "flows", "serve", "--data", str(tmp_path / "data")],
        env=without_prefect() | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "PREFECT_SERVER_DATABASE_CONNECTION_URL" in done.stderr
    log = (tmp_path / "data" / "broadsheet.log").read_text()
    assert "a-secret-word" not in done.stderr + log
