"""The same flow on a Dask cluster: a scheduler and two workers in processes of their own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flows.commands.command_line import run_command_line
from flows.ingest import plan_ingest
from flows.ingesting import comparing
from flows.ingesting.inputs import open_inputs
from flows.options import IngestOptions
from tasks.shard.comparing import CompareJob, answered_by, found_by
from tests.flows.conftest import page, put_page
from tests.flows.processes import descendants_of, end, eventually

pytest.importorskip("prefect_dask", reason="the extra dask is not installed")
ROOT = Path(__file__).parents[3]


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address and its two workers."""
    log = folder / "scheduler.log"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with log.open("w") as file:
        words = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        scheduler = subprocess.Popen([sys.executable, *words], cwd=folder, stdout=file, stderr=file)
    processes: list[subprocess.Popen[bytes]] = [scheduler]
    try:
        assert eventually(lambda: re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text())), log.read_text()
        found = re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text())
        assert found
        words = ["-m", "distributed.cli.dask_worker", found[0], "--nthreads", "1", "--no-dashboard", "--no-nanny"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        workers = [subprocess.Popen([sys.executable, *words], cwd=folder, env=environment, **quiet) for _ in range(2)]
        processes += workers
        assert eventually(lambda: log.read_text().count("Register worker") == 2), log.read_text()
        yield found[0], workers
    finally:
        for process in processes:
            below = descendants_of(process.pid)
            process.kill()
            process.wait()
            end(*below)


def some_pages(folder: Path, count: int) -> Path:
    for number in range(count):
        more = "".join(f"<p>Stop {stop} of line {number} opens in spring.</p>" for stop in range(40))
        url = f"https://times.example.com/2026/03/tram-line-{number}.html"
        put_page(folder / "pages", f"tram-{number}", page("tram", headline=f"Line {number}", more=more), url)
    put_page(folder / "pages", "gone", "", "https://times.example.com/2026/03/gone.html")
    return folder / "pages"


def begin(pages: Path, *folders: Path) -> None:
    """Make each data folder look as if the same run had begun in it and died, so that all go on under one identity."""
    options = IngestOptions(data=folders[0], shard_megabytes=1, workers=2)
    found = open_inputs((str(pages),), options)
    plan = plan_ingest.fn(found, found, options)
    plan.lock.release()
    for other in folders[1:]:
        shutil.copytree(folders[0], other)


def bytes_of(release: str) -> dict[str, bytes]:
    """Every file of a release."""
    folder = Path(release)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_cluster_makes_the_same_bytes_as_one_machine_also_when_a_worker_dies_on_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = some_pages(tmp_path, 200)
    here, first, second = (tmp_path / name for name in ("here", "first", "second"))
    begin(pages, here, first, second)
    words = ["run", str(pages), "--shard-megabytes", "1", "--workers", "2", "--json", "--quiet"]

    def report(*more: str) -> dict[str, Any]:
        assert run_command_line([*words, *more]) == 0
        return dict(json.loads(capsys.readouterr().out))

    reports = [report("--data", str(here))]
    # On the cluster the comparison is shared, too, and this process has no part in it; on one machine it was not.
    done_here: list[CompareJob] = []
    parts: list[int] = []
    monkeypatch.setattr(comparing, "run_compare_job", done_here.append)
    monkeypatch.setattr(comparing, "ROWS_A_SEARCH", 40)
    monkeypatch.setattr(comparing, "PAIRS_A_PART", 100)
    monkeypatch.setattr(comparing, "found_by", lambda jobs: (parts.append(len(jobs)), found_by(jobs))[1])
    monkeypatch.setattr(comparing, "answered_by", lambda jobs: (parts.append(len(jobs)), answered_by(jobs))[1])
    with cluster(tmp_path) as (address, workers):
        on_it = ["--engine", "dask", "--dask-address", address]
        reports.append(report(*on_it, "--data", str(first)))

        def kill_one_at_work() -> None:
            assert eventually(lambda: list((second / "work").glob("*/shard-*/worker.log")))
            os.kill(workers[0].pid, signal.SIGKILL)

        with ThreadPoolExecutor(1) as pool:
            killed = pool.submit(kill_one_at_work)
            reports.append(report(*on_it, "--data", str(second)))
            killed.result()
        assert workers[0].wait(60) == -signal.SIGKILL
    assert done_here == []
    assert len(parts) == 4
    assert min(parts) > 1
    assert [one["funnel"]["read"] for one in reports] == [201] * 3
    made = [bytes_of(one["release"]) for one in reports]
    assert len(made[0]) > 15
    for other in made[1:]:
        assert [name for name in {*made[0], *other} if made[0].get(name) != other.get(name)] == []


def test_without_an_address_a_cluster_of_this_machine_lives_as_long_as_the_run(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", str(site), "--engine", "dask", "--workers", "1", "--data", str(tmp_path / "data"), "--json", "-q"]
    assert run_command_line(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["funnel"]["read"], report["funnel"]["articles"]) == (4, 2)
