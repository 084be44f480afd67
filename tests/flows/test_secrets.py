"""Secrets are where drivers look for them, and nowhere else: not in a file, a log, a row or a line on the terminal.

Planted are keys and tokens of object storage, passwords of a database and a proxy, and credentials in every URL that an
input, a feed, a site or a command line can name. The whole road is taken with Prefect at its most talkative, and then
each failure on purpose.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from flows.commands.command_line import run_command_line
from tests.flows.conftest import page, put_page
from tests.harvest.site import Site
from tests.removal.data_folder import everything_in
from tests.sources.warcs import record

ROOT = Path(__file__).parents[2]
MARK = "pl4nted"  # in each secret, and in nothing else
TIMES, COURIER = "times.example.org", "courier.example.org"
DEAD = "127.0.0.1:9"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": f"AKIA{MARK}",
    "AWS_SECRET_ACCESS_KEY": f"aws-{MARK}",
    "AWS_SESSION_TOKEN": f"token-{MARK}",
    "AWS_ENDPOINT_URL": f"http://{DEAD}",
    "AWS_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "PGPASSWORD": f"pg-{MARK}",
    "HTTP_PROXY": f"http://ada:proxy-{MARK}@{DEAD}",
    "HTTPS_PROXY": f"http://ada:proxy-{MARK}@{DEAD}",
    "NO_PROXY": "127.0.0.1,localhost,example.org",
}


def url(scheme: str, host: str, path: str) -> str:
    """An address with a name and a password in it."""
    return f"{scheme}://ada:{scheme}-{MARK}@{host}{path}"


@dataclass
class Commands:
    """Commands, and what they printed."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: dict[str, str] = field(default_factory=dict)

    def run(self, *words: object, status: int = 0) -> str:
        said = [*map(str, words), "--data", str(self.folder / "data")]
        ended = run_command_line(said)
        captured = self.capsys.readouterr()
        assert ended == status, f"{said}: {captured.err[-2000:]}"
        self.said[" ".join(said)] = captured.out + captured.err
        return captured.err

    def run_alone(self, *words: object) -> None:
        """In a process of its own, with an engine of its own, Prefect and all libraries at their most talkative."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
        environment |= {"PREFECT_HOME": str(self.folder / "prefect"), "PREFECT_DEBUG_MODE": "true"}
        environment |= {f"PREFECT_LOGGING_{name}LEVEL": "DEBUG" for name in ("", "ROOT_", "HANDLERS_CONSOLE_")}
        said = [sys.executable, "-m", "flows", *map(str, words), "--data", str(self.folder / "data")]
        done = subprocess.run(said, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert "DEBUG" in done.stderr
        self.said[" ".join(said)] = done.stdout + done.stderr


@pytest.fixture
def commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], prefect_api: str
) -> Iterator[Commands]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    yield Commands(tmp_path / "written", capsys)
    logging.getLogger().setLevel(level)


@pytest.fixture
def web() -> Iterator[Site]:
    with Site() as site:
        with_name = site.url(TIMES, "/local/harbour.html").replace("://", f"://ada:link-{MARK}@")
        listing = (
            f"<rss version='2.0'><channel><title>Times</title><item><link>{with_name}</link></item></channel></rss>"
        )
        site.put(TIMES, "/feed.xml", listing, content_type="application/rss+xml")
        own = f'<link rel="canonical" href="{with_name}"><meta property="og:image" content="{with_name}.jpg">'
        site.put(TIMES, "/local/harbour.html", page("harbour").replace("<title>", f"{own}<title>"))
        elsewhere = site.url(COURIER, "/gone.html").replace("://", f"://ada:redirect-{MARK}@")
        site.put(COURIER, "/sitemap.xml", f"<urlset><url><loc>{site.url(COURIER, '/moved.html')}</loc></url></urlset>")
        site.put(COURIER, "/moved.html", "", status=301, headers={"Location": elsewhere})
        yield site


def inputs(folder: Path) -> list[Path]:
    """Pages whose addresses hold credentials, good ones and rejects, in each kind of input."""
    put_page(
        folder / "pages", "library", page("library"), url("https", "times.example.com", "/local/library-lends.html")
    )
    put_page(folder / "pages", "empty", "", url("https", "times.example.com", "/local/empty.html"))
    put_page(folder / "pages", "odd", page("tram"), url("ftp", "times.example.com", "/local/odd.html"))
    lines = [
        {"url": url("https", "courier.example.com", "/local/tram-line.html"), "html": page("tram")},
        {"url": url("ftp", "courier.example.com", "/x"), "html": page("tram")},
        {"url": url("https", "courier.example.com", "/y"), "html": 7},
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    named = url("https", "gazette.example.com", "/a")
    records = [record(named, page("harbour").encode()), record(named, b"", status="404 Not Found"), record(named)[:-60]]
    (folder / "pages.warc.gz").write_bytes(b"".join(gzip.compress(data) for data in records))
    return [folder / "pages", folder / "rows.jsonl", folder / "pages.warc.gz"]


class Silent(SimpleHTTPRequestHandler):
    """Says nothing of what it is asked for: on the same terminal, the secrets would be its words, not ours."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def presigned(tmp_path: Path) -> Iterator[str]:
    """The address of a WARC on a server of this machine, as object storage signs one; with a password, too."""
    folder = tmp_path / "served"
    folder.mkdir()
    named = url("https", "herald.example.com", "/local/tram-line.html")
    (folder / "more.warc.gz").write_bytes(gzip.compress(record(named, page("tram").encode())))
    handler = partial(Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = url("http", f"127.0.0.1:{server.server_port}", "/more.warc.gz")
        yield f"{address}?X-Amz-Credential=AKIA{MARK}&X-Amz-Signature=signed-{MARK}"
        server.shutdown()


def sources(folder: Path, web: Site) -> Path:
    file = folder / "sources.toml"
    rest = 'delay = 0\nrobots = "ignore"\n'
    file.write_text(
        'user_agent = "broadsheet-tests/1 (+mailto:tests@example.org)"\n'
        f'[[source]]\nname = "times"\nkind = "feed"\nlocation = "{web.url(TIMES, "/feed.xml")}"\n'
        f'allow_hosts = ["{TIMES}"]\n{rest}'
        f'[[source]]\nname = "courier"\nkind = "sitemap"\nlocation = "{web.url(COURIER, "/sitemap.xml")}"\n'
        f'allow_hosts = ["{COURIER}"]\n{rest}'
    )
    return file


def holding(folder: Path) -> list[str]:
    """Files in which a secret stands: in their bytes, unpacked too. A WARC keeps what a site sent, as it is."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = everything_in(path)
            if path.suffix == ".gz":
                with path.open("rb") as file:
                    content = "".join(str(list(warc.headers)) for warc in ArchiveIterator(file))
            if MARK in content:
                found.append(str(path.relative_to(folder)))
    return found


def test_no_secret_stands_in_anything_written_or_said(
    commands: Commands, web: Site, presigned: str, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    declared = [
        "--sources",
        sources(given, web),
        "--resolve",
        f"{TIMES}=127.0.0.1",
        "--resolve",
        f"{COURIER}=127.0.0.1",
    ]
    commands.run_alone("run", *inputs(given), presigned)
    commands.run("run", *declared)
    commands.run("publish", "--version", "again")
    commands.run("status")
    commands.run("status", "--json")
    report = json.loads(next((tmp_path / "written/data/runs").glob("*.json")).read_text())
    commands.run("status", "--run", report["run_id"])
    commands.run("explain", url("https", "gazette.example.com", "/a"))

    state = f"postgresql://ada:state-{MARK}@{DEAD}/harvest"
    commands.run("status", "--state", state)  # which says that it cannot be opened
    bucket = "s3://bucket/place"
    for words, status in [
        (["publish", "--version", "again"], 1),
        (["publish", "--releases", bucket], 2),
        (["status", "--store", bucket], 2),
        (["status", "--store", url("s3", "bucket", "/store")], 2),
        (["run", url("http", DEAD, "/pages.warc.gz")], 2),
        (["run", url("s3", "bucket", "/pages")], 2),
        (["run", f"{bucket}/pages"], 2),
        (["ingest", given / "pages", "--store", bucket], 2),
        (["harvest", *declared, "--state", state], 1),
        (["explain", url("https", "nowhere.example.com", "/a")], 1),
        (["remove", url("https", "nowhere.example.com", "/a"), "--reason", "other", "--yes"], 1),
        (["remove", url("ftp", "nowhere.example.com", "/a"), "--reason", "other", "--yes"], 2),
    ]:
        told = commands.run(*words, status=status)
        assert told.count("broadsheet: ") == 1, told
    commands.run("remove", url("https", "times.example.com", "/local/library-lends.html"), "--reason", "other", "--yes")

    assert {words for words, said in commands.said.items() if MARK in said} == set()
    assert holding(tmp_path / "written") == []
    written = [path for path in (tmp_path / "written").rglob("*") if path.is_file()]
    assert len(written) > 60
    log = (tmp_path / "written/data/broadsheet.log").read_text()
    assert "DEBUG" in log
    assert "Finished in state Failed" in log
    (read,) = [path for path in (tmp_path / "written/data/runs").glob("*.json") if "more.warc.gz" in path.read_text()]
    assert json.loads(read.read_text())["inputs"][-1].endswith("?X-Amz-Credential=***&X-Amz-Signature=***")
    assert MARK in everything_in(given / "rows.jsonl"), "the secrets are found where they are"
