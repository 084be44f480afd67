"""A disk that is full, a folder that cannot be written: one clear line, nothing half done, and the next run goes on."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command_line import run_command_line
from tasks.release import verify_release
from tasks.store import Store


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
