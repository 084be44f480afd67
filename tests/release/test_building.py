"""A build that is killed, and a disk that is full: nothing half made is ever in sight."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.release import ReleaseError, list_releases, verify_release
from tasks.release import building as release_building
from tasks.release import data as release_data
from tests.release.store import Store

ROOT = Path(__file__).parents[2]
SMALL_DISK_BYTES = 4_000_000  # one small release, whose page alone has half a megabyte, and a second one

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.release.store import small_store

def kill(step, done, total):
    if [step, str(done)] == sys.argv[2:]:
        os.kill(os.getpid(), signal.SIGKILL)

store = small_store(Path(sys.argv[1]))
store.article("new")
store.publish("2.0", on_progress=kill)
"""

LIMITED = """
import resource, signal, sys
from pathlib import Path
from tests.release.store import small_store
from tasks.release import ReleaseError

store = small_store(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def limit(step, done, total):
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

try:
    store.publish("2.0", on_progress=limit)
except ReleaseError as error:
    print(error)
"""


def run(script: str, *words: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, *(str(word) for word in words)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("moment", [("plan", 0), ("rows", 6), ("documents", 0), ("documents", 1)])
def test_a_killed_build_leaves_no_release_and_the_next_one_works(store: Store, moment: tuple[str, int]) -> None:
    former = store.publish("1.0")
    assert run(KILLED, store.folder, *moment).returncode == -signal.SIGKILL
    assert [found.version for found in list_releases(former.parent)] == ["1.0"]
    assert verify_release(former) == []
    assert verify_release(store.publish("2.0")) == []
    assert [path.name for path in former.parent.iterdir() if path.name.startswith(".building")] == []


def test_a_write_that_fails_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    done = run(LIMITED, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"the release could not be written to {tmp_path / 'releases'}: ")
    assert done.stdout.count("\n") == 1
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [".publish.lock"]


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "the disk is full; make room and publish again"), (errno.EROFS, "it is not writable")],
)
def test_the_line_says_what_to_do(store: Store, monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(release_data.TableFile, "write_group", fail)
    with pytest.raises(ReleaseError, match=said):
        store.publish()
    assert list_releases(store.folder / "releases") == []


def test_a_folder_of_releases_that_cannot_be_made_is_one_line(store: Store) -> None:
    (store.folder / "releases").write_text("a file")
    with pytest.raises(ReleaseError, match="could not be written"):
        store.publish()


def test_the_release_appears_only_once_its_bytes_are_on_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    sync = release_building._sync

    def look(folder: Path) -> None:
        sync(folder)
        seen.append((folder.parent / "1.0").exists())

    monkeypatch.setattr(release_building, "_sync", look)
    assert store.publish("1.0").is_dir()
    assert seen == [False]


def test_a_publish_killed_from_outside_at_any_moment_is_never_half_in_sight(store: Store) -> None:
    """Ten kills after waits drawn from what a whole publish takes here, so that they fall all over it."""
    former = store.publish("1.0")
    before = {str(path): path.read_bytes() for path in former.rglob("*") if path.is_file()}
    command = [sys.executable, "-m", "tests.release.killed_publish", str(store.folder)]
    draw, whole, killed = random.Random(5), None, 0
    for number in range(11):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            began = time.monotonic()
            if whole is None:  # the first one is left alone
                assert process.wait() == 0
                whole = time.monotonic() - began
            else:
                time.sleep(draw.uniform(0, whole))
                process.kill()
                killed += process.wait() == -signal.SIGKILL
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        for found in list_releases(former.parent):
            assert verify_release(found.path) == [], f"kill {number}: {found.version} is not whole"
        shutil.rmtree(former.parent / "2.0", ignore_errors=True)
        assert {str(path): path.read_bytes() for path in former.rglob("*") if path.is_file()} == before
    assert killed
    assert verify_release(store.publish("2.0")) == []
    assert [path.name for path in former.parent.iterdir() if path.name.startswith(".building")] == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, for nothing but releases."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("a small disk can be mounted by root only")
    command = [mount, "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily: the error that the test caught holds on to the file that could not be written.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up_is_one_line_and_costs_no_former_release(store: Store, small_disk: Path) -> None:
    releases = small_disk / "releases"
    former = store.publish("1.0", releases=releases)
    before = {str(path): path.read_bytes() for path in former.rglob("*") if path.is_file()}
    room = shutil.disk_usage(small_disk).free
    (small_disk / "other").write_bytes(b"x" * (room - 200_000))
    for row in store.documents:
        row["run_id"] = "another"  # nothing is shared with the former release
    with pytest.raises(ReleaseError, match="the disk is full; make room and publish again") as caught:
        store.publish("2.0", releases=releases)
    assert "\n" not in str(caught.value)
    assert [found.version for found in list_releases(releases)] == ["1.0"]
    assert {str(path): path.read_bytes() for path in former.rglob("*") if path.is_file()} == before
    assert verify_release(former) == []
    assert [path.name for path in releases.iterdir() if path.name.startswith(".building")] == []
    (small_disk / "other").unlink()
    assert verify_release(store.publish("2.0", releases=releases)) == []
