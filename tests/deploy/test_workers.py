"""The services of the compose file on this machine, without an engine: their own commands, in the image's own files.

A server on PostgreSQL, a worker of a process pool that deploys prefect.yaml and takes its runs, a web site to harvest.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import pytest
import yaml

from flows.reporting.report import RunReport
from tasks.release import list_releases, verify_release
from tests.flows.conftest import page
from tests.flows.prefect_api import answers, asked, posted, without_prefect
from tests.flows.processes import descendants_of, end, eventually, is_running
from tests.harvest.databases import private_postgresql
from tests.harvest.site import Site

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        for name in ("harbour", "library"):
            running.put(HOST, f"/local/{name}.html", page(name))
        running.feed(HOST, "/feed.xml", ["/local/harbour.html", "/local/library.html", "/gone.html"])
        yield running


def by_another_clock(deployments: Path) -> None:
    """Put the schedules off, so that none is due while a test runs: its run would be the one that is not cancelled."""
    text, later = deployments.read_text(encoding="utf-8"), datetime.now(UTC) + timedelta(minutes=30)
    night = (later.hour + 12) % 24
    for given, other in (
        ("7 * * * *", f"{later.minute} * * * *"),
        ("30 3 * * *", f"30 {night} * * *"),
        ("45 4 * * 0", f"45 {night} * * 0"),
    ):
        assert given in text
        text = text.replace(given, other)
    deployments.write_text(text, encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, site: Site) -> Path:
    """What the image holds: the files that the Dockerfile copies, a data folder, and the sources of the user."""
    folder = tmp_path / "home"
    folder.mkdir()
    for line in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            *names, place = line.split()[1:]
            for name in names:
                if (ROOT / name).is_dir():
                    shutil.copytree(ROOT / name, folder / place, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / name, folder / place)
    by_another_clock(folder / "prefect.yaml")
    (tmp_path / "volume").mkdir()
    (folder / "data").symlink_to(tmp_path / "volume")
    (folder / "seeds" / "sources.toml").write_text(
        'user_agent = "broadsheet-tests/1 (+mailto:tests@example.org)"\n'
        f'[[source]]\nname = "times"\nkind = "feed"\nlocation = "{site.url(HOST, "/feed.xml")}"\n'
        f'allow_hosts = ["{HOST}"]\ndelay = 0.1\n'
    )
    return folder


@contextmanager
def service(name: str, home: Path, words: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A service's process, with its output beside the home; it and all below it end with the block."""
    programs = str(Path(sys.executable).parent)
    inside = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home.parent),
        "PREFECT_HOME": str(home.parent / f"prefect-{name}"),
        "BROADSHEET_HOME": str(home),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    with (home.parent / f"{name}.out").open("w") as out:
        process = subprocess.Popen(
            words,
            cwd=home,
            env={**without_prefect(), **inside, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        below = descendants_of(process.pid)
        process.terminate()
        try:
            process.wait(60)
        finally:
            end(process.pid, *below)
            process.wait(60)


def free_port() -> int:
    """A port below those that connections are given, which any process might take before the server does."""
    for port in random.sample(range(20_000, 30_000), 100):
        try:
            with socket.create_server((HOST, port)):
                return port
        except OSError:
            continue
    raise AssertionError("no port is free")


@pytest.fixture
def api(home: Path) -> Iterator[str]:
    """The server of the compose file, on a PostgreSQL of its own; the URL of its API."""
    port = str(free_port())
    told = SERVICES["server"]
    words = [{"0.0.0.0": HOST, "4200": port}.get(word, word) for word in told["command"]]
    password = "p@ss/w:r%64 #?"  # none of which may stand in a URL as it is
    with private_postgresql(password) as database:
        environment = {
            **{name: value.replace("${POSTGRES_PASSWORD:?}", password) for name, value in told["environment"].items()},
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database.replace("postgresql:", "postgresql+asyncpg:"),
            "PREFECT_UI_API_URL": f"http://{HOST}:{port}/api",
            "PREFECT_HOME": str(home.parent / "leases"),
        }
        with service("server", home, words, environment) as process:
            url = f"http://{HOST}:{port}/api"
            assert eventually(lambda: answers(url) or process.poll() is not None)
            assert process.poll() is None, (home.parent / "server.out").read_text()
            yield url


def begin(api: str, name: str, more: Mapping[str, Any] = MappingProxyType({})) -> str:
    """Make a run of a deployment, as `prefect deployment run` does; its id."""
    (found,) = [one for one in asked(api, "deployments") if one["name"] == name]
    return str(posted(f"{api}/deployments/{found['id']}/create_flow_run", dict(more))["id"])


def states(api: str, *runs: str) -> list[str]:
    return sorted(run["state_name"] for run in asked(api, "flow_runs", id={"any_": list(runs)}))


def test_a_worker_deploys_prefect_yaml_harvests_ingests_releases_and_tidies(home: Path, api: str, site: Site) -> None:
    words = SERVICES["worker"]["command"]
    with service("worker", home, words, {"PREFECT_API_URL": api}) as worker:
        said = home.parent / "worker.out"
        assert eventually(lambda: len(asked(api, "deployments")) == 3 or worker.poll() is not None), said.read_text()
        declared = {one["name"]: one for one in asked(api, "deployments")}
        assert {one["work_pool_name"] for one in declared.values()} == {"broadsheet"}
        assert {one["concurrency_options"]["collision_strategy"] for one in declared.values()} == {"CANCEL_NEW"}
        # The server makes the runs that the schedules ask for.
        assert eventually(lambda: {"Scheduled"} <= {run["state_name"] for run in asked(api, "flow_runs")})
        minutes = {run["expected_start_time"][14:16] for run in asked(api, "flow_runs")}
        assert minutes <= {f"{int(one):02}" for one in re.findall(r'cron: "(\d+)', (home / "prefect.yaml").read_text())}

        # As if a machine had gone with the run on it, and its place had been given up since.
        gone = begin(api, "hourly", {"state": {"type": "RUNNING"}})

        # The second one comes while the first is at work.
        both = begin(api, "hourly"), begin(api, "hourly")
        assert eventually(lambda: states(api, *both) == ["Cancelled", "Completed"], 300), said.read_text()
        assert states(api, gone) == ["Crashed"]
        data = home / "data"
        assert sorted(hit.path for hit in site.log) == [
            "/feed.xml", "/gone.html", "/local/harbour.html", "/local/library.html", "/robots.txt",
        ]  # fmt: skip
        assert len(list((data / "harvest").glob("*.warc.gz"))) == 1
        assert pl.read_delta(str(data / "store" / "documents"))["source"].to_list() == ["times", "times"]

        nightly, weekly = begin(api, "nightly"), begin(api, "weekly")
        assert eventually(lambda: states(api, nightly, weekly) == ["Completed"] * 2, 300), said.read_text()
        (release,) = list_releases(data / "releases")
        assert verify_release(release.path) == []
        (report,) = RunReport.read_all(data / "runs")
        assert report.release == f"data/releases/{release.path.name}"
        assert [stage.name for stage in report.stages][:2] == ["Harvest", "Plan"]
        assert [stage.name for stage in report.stages][-2:] == ["Cluster", "Publish"]
        below = descendants_of(worker.pid)
        worker.terminate()
        worker.wait(60)
        assert eventually(lambda: not any(map(is_running, below)))
    assert json.loads((data / "store" / "inputs.json").read_text())
