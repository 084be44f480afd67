"""A disk that is full, a folder that cannot be written: one clear line, nothing half done, and the next run goes on."""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.commands.command_line import run_command_line
from flows.ingest import extract_shard
from flows.ingesting.storing import commit
from tasks.release import verify_release
from tasks.store import Store
from tests.harvest.conftest import AGENT
from tests.harvest.conftest import TIMES as HOST
from tests.harvest.site import Site
from tests.harvest.warcs import check, responses


def mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or not mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)):
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(autouse=True)
def _retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is tried again, twice; nobody makes room here meanwhile, so nothing is gained by waiting for it."""
    for task in (extract_shard, commit):
        assert task.retries == 2
        monkeypatch.setattr(task, "retry_delay_seconds", 0)


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes free."""
    filler = disk / "filler"
    space = os.statvfs(disk)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_bsize - left)
    return filler


def run(site: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = run_command_line(["run", str(site), "--data", str(data), "--json", "--quiet"])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def goes_on(site: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(site, data, capsys)
    assert (status, err) == (0, "")
    report = json.loads(out)
    store = Store(data / "store")
    assert len(store.documents(store.version()).collect()) == 3
    assert len(store.rejects(store.version()).collect()) == 1
    (release,) = (data / "releases").glob("2*")
    assert verify_release(release) == []
    # A run that came as far as its commit has read them.
    assert report["funnel"]["read"] + report["files_known"] == 4
    assert not list((data / "work").iterdir())
    assert not list((data / "releases").glob(".building*"))


@pytest.mark.parametrize("kilobytes", [0, 60, 200, 500, 1000])
def test_a_full_disk_is_one_clear_line_and_the_next_run_goes_on(
    site: Path, disk: Path, capsys: pytest.CaptureFixture[str], kilobytes: int
) -> None:
    data = disk / "data"
    data.mkdir()
    filler = fill(disk, kilobytes * 1000)
    status, _, err = run(site, data, capsys)
    assert status == 1
    assert "No space left on device" in err or "the disk is full" in err
    assert err.startswith("broadsheet: ")
    assert err.count("\n") == 1
    assert not list((data / "releases").glob("2*")), "a release is there whole or not at all"
    filler.unlink()
    goes_on(site, data, capsys)


def test_a_folder_that_cannot_be_written_is_one_clear_line(
    site: Path, disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mount("-o", "remount,ro", str(disk))
    status, _, err = run(site, disk / "data", capsys)
    assert (status, err.count("\n")) == (1, 1)
    assert "Read-only file system" in err
    assert mount("-o", "remount,rw", str(disk))
    goes_on(site, disk / "data", capsys)


@pytest.mark.parametrize("kilobytes", [0, 40, 150, 400, 1500, 4000])
def test_a_full_disk_ends_a_harvest_with_one_clear_line_and_the_next_one_fetches_the_rest(
    disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kilobytes: int
) -> None:
    noise = random.Random(kilobytes)
    data, names = disk / "data", [f"/{number}" for number in range(60)]
    with Site() as web:
        for name in names:
            web.put(HOST, name, f"<html><body>{noise.randbytes(60_000).hex()}</body></html>")
        sources = tmp_path / "sources.toml"
        sources.write_text(
            f'user_agent = "{AGENT}"\n[[source]]\nname = "times"\nkind = "feed"\n'
            f'location = "{web.feed(HOST, "/feed", names)}"\nallow_hosts = ["{HOST}"]\ndelay = 0\n'
        )
        words = ["harvest", "--data", str(data), "--sources", str(sources), "--resolve", f"{HOST}=127.0.0.1", "--quiet"]
        data.mkdir()
        filler = fill(disk, kilobytes * 1000)
        status = run_command_line(words)
        err = capsys.readouterr().err
        assert (status, err.count("\n")) == (1, 1)
        assert err.startswith("broadsheet: ")
        assert "No space left on device" in err or "disk is full" in err
        fetched = len(web.hits(HOST)) - len({hit.path for hit in web.hits(HOST)})
        assert fetched == 0
        filler.unlink()
        assert run_command_line([*words, "--json"]) == 0
        assert not list((data / "harvest").glob(".*.open"))
        check(data / "harvest")
        assert responses(data / "harvest") == sorted(web.url(HOST, name) for name in names)
        assert json.loads(capsys.readouterr().out)["total"]["failed"] == 0
