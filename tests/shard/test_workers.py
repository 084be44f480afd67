"""A worker that has come to the end of its shard goes on with the next one, where it is worth keeping."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.shard import Counts, Limits, ShardFailedError, ShardJob, end_waiting_workers, run_shard
from tasks.shard.job import Journal
from tasks.shard.memory import resident_bytes
from tasks.shard.progress import Progress
from tasks.shard.workers import NAME
from tests.flows.processes import is_running
from tests.shard.test_supervise import a_job

_held: list[bytes] = []


def work(job: ShardJob, _progress: Progress, _alive: Callable[[], None]) -> None:
    """Note which process did the shard. The lines of its input say what else happens."""
    (job.folder / "process.txt").write_text(str(os.getpid()))
    lines = Path(job.shard.paths[0]).read_text().split()
    sys.stderr.write(" ".join(lines) + "\n")
    sys.stderr.flush()
    if "fails" in lines:
        raise ValueError("these words")
    if "holds-on" in lines:
        _held.append(os.urandom(1_000) * 400_000)
    Journal(counts=Counts(read=len(lines)), done=True).write(job.folder)


@pytest.fixture(autouse=True)
def _none_is_left() -> Iterator[None]:
    yield
    end_waiting_workers()


def done_by(tmp_path: Path, number: int, *lines: str, keep_worker: bool = True, most_bytes: int = 0) -> int:
    """The process that did a shard of these lines."""
    folder = tmp_path / str(number)
    folder.mkdir()
    job = a_job(folder, *lines)
    if most_bytes:
        job = replace(job, settings=replace(job.settings, limits=Limits(worker_memory_bytes=most_bytes)))
    assert run_shard(job, work=work, keep_worker=keep_worker).read == len(lines)
    return int((job.folder / "process.txt").read_text())


def test_the_next_shard_is_done_by_the_same_process(tmp_path: Path) -> None:
    first = done_by(tmp_path, 1, "a", "b")
    assert Path(f"/proc/{first}/comm").read_text().strip() == NAME
    assert done_by(tmp_path, 2, "c") == first
    assert done_by(tmp_path, 3) == first


def test_each_shard_has_its_own_log(tmp_path: Path) -> None:
    assert done_by(tmp_path, 1, "a") == done_by(tmp_path, 2, "b")
    assert [(tmp_path / number / "shard" / "worker.log").read_text() for number in "12"] == ["a\n", "b\n"]


def test_it_ends_when_there_are_no_more_shards(tmp_path: Path) -> None:
    first = done_by(tmp_path, 1, "a")
    end_waiting_workers()
    assert not is_running(first)
    assert done_by(tmp_path, 2, "a") != first


def test_it_ends_with_its_shard_where_nobody_wants_to_keep_it(tmp_path: Path) -> None:
    assert not is_running(done_by(tmp_path, 1, "a", keep_worker=False))


def test_one_that_was_killed_while_it_waited_is_replaced(tmp_path: Path) -> None:
    first = done_by(tmp_path, 1, "a")
    os.kill(first, signal.SIGKILL)
    assert done_by(tmp_path, 2, "a", "b") != first


def test_one_that_holds_much_memory_is_not_kept(tmp_path: Path) -> None:
    first = done_by(tmp_path, 1, "holds-on", most_bytes=4_000_000_000)
    assert not is_running(first)
    assert done_by(tmp_path, 2, "a") != first


def test_what_is_much_memory_depends_on_what_it_may_have(tmp_path: Path) -> None:
    first = done_by(tmp_path, 1, "a")
    assert done_by(tmp_path, 2, "a", most_bytes=resident_bytes(first) * 3 // 2) == first
    assert not is_running(first)


def test_a_failure_in_a_later_shard_is_told_in_its_words_and_ends_the_process(tmp_path: Path) -> None:
    first = done_by(tmp_path, 1, "a")
    (tmp_path / "2").mkdir()
    with pytest.raises(ShardFailedError, match="ValueError: these words"):
        run_shard(a_job(tmp_path / "2", "fails"), work=work, keep_worker=True)
    assert not is_running(first)
    assert done_by(tmp_path, 3, "b") != first
