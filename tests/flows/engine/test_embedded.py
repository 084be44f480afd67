"""The embedded server ends with its run, however that ends: each run here is a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL

from flows.reporting.under_way import runs_under_way
from flows.status.run_status import in_words
from tests.flows.conftest import page, put_page
from tests.flows.processes import children_of, descendants_of, end, eventually, is_running

ROOT = Path(__file__).parents[3]
PAGES = 300


@pytest.fixture(scope="module")
def many_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages for some seconds of work."""
    folder = tmp_path_factory.mktemp("pages")
    for number in range(PAGES):
        text = page("tram", more="".join(f"<p>Stop {stop} of line {number} opens.</p>" for stop in range(60)))
        put_page(folder, f"tram-{number}", text, f"https://times.example.com/2026/03/tram-line-{number}.html")
    return folder


@contextmanager
def run_at_work(pages: Path, data: Path) -> Iterator[tuple[subprocess.Popen[str], set[int]]]:
    """``broadsheet run`` while its shards are worked on, and every process it started."""
    words = [sys.executable, "-m", "flows", "run", str(pages), "--data", str(data), "--workers", "2"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    run = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started: set[int] = set()
    try:
        assert eventually(lambda: list((data / "work").glob("*/shard-*/worker.log")) or run.poll() is not None)
        started = descendants_of(run.pid)
        assert run.poll() is None
        assert len(started) >= 3  # the engine's server, the fork server, a worker
        yield run, started
    finally:
        if run.poll() is None:
            run.kill()
        run.communicate()
        end(*started)


def test_a_killed_run_leaves_no_process_behind(many_pages: Path, tmp_path: Path) -> None:
    with run_at_work(many_pages, tmp_path / "data") as (run, started):
        run.kill()
        run.communicate()
        assert eventually(lambda: not any(map(is_running, started)))


def test_ctrl_c_ends_a_run_at_once_with_one_line_and_it_goes_on_from_there(many_pages: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with run_at_work(many_pages, data) as (run, started):
        assert eventually(lambda: any(one.run_id for one in runs_under_way(data / "runs")) or run.poll() is not None)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate()
        assert run.returncode == 130
        assert "broadsheet: interrupted. What was done is kept" in err
        assert eventually(lambda: not any(map(is_running, started)))
    assert len(list((data / "work").iterdir())) == 1
    (ended,) = runs_under_way(data / "runs")
    assert ended.state == "interrupted"
    assert "was interrupted (last sign " in in_words(ended)


def server_of(run: subprocess.Popen[str]) -> int:
    own = children_of(os.getpid())[run.pid]
    forks = [pid for pid, words in children_of(run.pid).items() if words == own]  # forked, not started
    (server,) = [pid for pid in forks if Path(f"/proc/{pid}/comm").read_text().strip() != "fork-server"]
    return server


def test_a_server_that_dies_while_it_starts_ends_its_run_with_one_line_and_the_workers_too(
    many_pages: Path, tmp_path: Path
) -> None:
    with run_at_work(many_pages, tmp_path / "data") as (run, started):
        server = server_of(run)
        os.kill(server, signal.SIGSTOP)  # so that it is still starting, however slow this test is
        if "for flow" in (tmp_path / "data" / "broadsheet.log").read_text():
            pytest.skip("the server was faster than this test")
        os.kill(server, signal.SIGKILL)
        _, err = run.communicate()
        assert run.returncode == 1
        assert [line for line in err.splitlines() if line.startswith("broadsheet: the flow engine did not start")]
        assert "Traceback" not in err
        assert eventually(lambda: not any(map(is_running, started)))


def test_a_killed_server_ends_its_run_at_once_with_one_line_and_the_next_run_goes_on(
    many_pages: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with run_at_work(many_pages, data) as (run, started):
        # The shards begin while the server starts: it is to be killed when it serves.
        assert eventually(lambda: "for flow 'ingest'" in (data / "broadsheet.log").read_text())
        os.kill(server_of(run), signal.SIGKILL)
        out, err = run.communicate()
        assert run.returncode == 1
        assert [line for line in err.splitlines() if not line.startswith(("Start the", "Plan", "Read and"))] == [
            "broadsheet: the flow engine's server was killed, or ended for lack of memory. "
            "What was done is kept, and the same command goes on from there"
        ]
        assert out == ""
        assert eventually(lambda: not any(map(is_running, started)))
    (dead,) = (data / "work").iterdir()
    run_id = json.loads((dead / "run.json").read_text())["run_id"]
    words = [sys.executable, "-m", "flows", "run", str(many_pages), "--data", str(data), "--json", "--quiet"]
    environment = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert (report["run_id"], report["funnel"]["read"]) == (run_id, PAGES)
    assert not list((data / "work").iterdir())


def test_a_server_that_cannot_start_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    put_page(tmp_path / "pages", "tram", page("tram"), "https://times.example.com/2026/03/tram-line.html")
    data = tmp_path / "data"
    (data / "engine").mkdir(parents=True)
    (data / "engine" / "prefect.db").write_bytes(b"this is no database" * 1000)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    words = [sys.executable, "-m", "flows", "run", str(tmp_path / "pages"), "--data", str(data), "--quiet"]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("broadsheet: the flow engine did not start")
    assert done.stderr.count("\n") == 1


def test_a_server_that_does_not_answer_is_told_in_one_line_without_its_address(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "flows", "publish", "--data", str(tmp_path), "--quiet"]
    done = subprocess.run(
        words,
        env=os.environ | {"PREFECT_API_URL": "http://reader:hush@127.0.0.1:9/api"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("broadsheet: the Prefect server of PREFECT_API_URL does not answer")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stdout + done.stderr
