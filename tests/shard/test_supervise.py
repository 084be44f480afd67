from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.shard import Counts, Limits, Settings, ShardFailedError, ShardJob, run_shard
from tasks.shard.job import Journal
from tasks.shard.memory import resident_bytes
from tasks.sources import Shard
from tests.shard.deadly_work import work


def a_job(tmp_path: Path, *lines: str) -> ShardJob:
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(lines))
    return ShardJob(
        shard=Shard("html", (str(file),)),
        folder=tmp_path / "shard",
        known_pages=tmp_path / "none.npy",
        run_id="run-1",
        ingested_at=datetime(2026, 1, 1, tzinfo=UTC),
        settings=Settings(limits=Limits(page_seconds=3.0, page_memory_bytes=60_000_000)),
    )


def outcomes(job: ShardJob) -> list[str]:
    return (job.folder / "done.txt").read_text().split()


def test_a_shard_without_trouble_is_done_once(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "b", "c")
    assert run_shard(job, work=work) == Counts(read=3, documents=3)
    assert outcomes(job) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [("segfault-in-extract", "crashed"), ("hang-in-extract", "timeout"), ("eat-in-extract", "out_of_memory")],
)
def test_a_page_that_kills_its_worker_costs_only_itself(tmp_path: Path, line: str, reason: str) -> None:
    job = a_job(tmp_path, "a", "b", "c", "d", "e", line, "f", "g")
    assert run_shard(job, work=work).read == 8
    assert outcomes(job) == ["a", "b", "c", "d", "e", reason, "f", "g"]


def test_a_page_has_its_limit_in_processor_time_and_a_longer_one_by_the_clock(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "waits-for-a-processor", "b", "wait-in-extract", "c")
    run_shard(replace(job, settings=Settings(limits=Limits(page_seconds=1.0))), work=work)
    assert outcomes(job) == ["a", "waits-for-a-processor", "b", "timeout", "c"]


def test_several_such_pages_each_cost_only_themselves(tmp_path: Path) -> None:
    job = a_job(tmp_path, "segfault-in-extract", "a", "segfault-in-extract", "segfault-in-extract", "b")
    run_shard(job, work=work)
    assert outcomes(job) == ["crashed", "a", "crashed", "crashed", "b"]


def test_a_worker_killed_by_somebody_costs_no_page(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "killed-once", "c", "killed-once-in-write", "e")
    assert run_shard(job, work=work).read == 5
    assert outcomes(job) == ["a", "killed-once", "c", "killed-once-in-write", "e"]


def test_a_record_that_kills_its_batch_is_found(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "b", "segfault-in-write", "d", "e")
    run_shard(job, work=work)
    assert outcomes(job) == ["a", "b", "crashed", "d", "e"]


def test_no_page_pays_for_the_memory_that_those_before_it_left_taken(tmp_path: Path) -> None:
    lines = ["holds-on"] * 14 + ["a", "eat-in-extract", "b"]
    job = a_job(tmp_path, *lines)
    limits = Limits(page_seconds=60.0, page_memory_bytes=10**10, worker_memory_bytes=resident_bytes() + 300_000_000)
    run_shard(replace(job, settings=Settings(limits=limits)), work=work)
    assert outcomes(job) == ["holds-on"] * 14 + ["a", "out_of_memory", "b"]


def test_a_page_that_crashes_is_charged_by_a_worker_that_began_with_it(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "b", "c", "segfault-in-extract", "d")
    run_shard(job, work=work)
    assert outcomes(job) == ["a", "b", "c", "crashed", "d"]
    assert Journal.read(job.folder).begin_at == 3


def test_a_full_disk_fails_the_shard_and_blames_no_page(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "full-disk")
    with pytest.raises(ShardFailedError, match="No space left on device"):
        run_shard(job, work=work)


def test_a_shard_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    job = a_job(tmp_path, "a", "b")
    run_shard(job, work=work)
    assert run_shard(job, work=work) == Counts(read=2, documents=2)
    assert outcomes(job) == ["a", "b"]


def test_counts_are_heard_at_the_end(tmp_path: Path) -> None:
    heard: list[Counts] = []
    run_shard(a_job(tmp_path, "a", "b"), heard.append, work)
    assert heard[-1] == Counts(read=2, documents=2)
