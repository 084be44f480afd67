"""A batch that is repeated, because its worker died between writing it and saying so."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tasks.shard import Counts, ShardJob, write_known_pages
from tasks.shard.job import Journal
from tasks.shard.progress import SLOTS, Progress
from tasks.shard.work import work_shard
from tasks.sources import find_inputs, plan_shards
from tests.flows.conftest import page, put_page
from tests.rows import documents, rejects

SITE = "https://times.example.com/local/2026/03"


class KilledError(BaseException):
    """Where the kill came."""


def job_of(tmp_path: Path, known: pl.LazyFrame) -> ShardJob:
    for name in ("harbour", "library"):
        put_page(tmp_path / "pages", name, page(name), f"{SITE}/{name}.html")
    (shard,) = plan_shards(find_inputs([str(tmp_path / "pages")]))
    write_known_pages(known, rejects().lazy(), tmp_path / "known.npy", extractor="none")
    (tmp_path / "shard").mkdir(exist_ok=True)
    return ShardJob(shard, tmp_path / "shard", tmp_path / "known.npy", "run-1", datetime(2026, 3, 5, tzinfo=UTC))


def die_before_the_journal(job: ShardJob) -> list[Path]:
    def die(*_: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "write", die)
        with pytest.raises(KilledError):
            work_shard(job, Progress([0.0] * SLOTS))
    return sorted(job.folder.glob("*.parquet"))


def test_a_batch_that_was_written_and_not_told_is_written_again_and_once(tmp_path: Path) -> None:
    job = job_of(tmp_path, documents().lazy())
    left = die_before_the_journal(job)
    work_shard(job, Progress([0.0] * SLOTS))
    assert sorted(job.folder.glob("*.parquet")) == left
    assert pl.read_parquet(left)["url"].sort().to_list() == [f"{SITE}/harbour.html", f"{SITE}/library.html"]
    assert Journal.read(job.folder).counts == Counts(read=2, documents=2)


def test_a_batch_of_which_nothing_is_new_any_more_leaves_no_file(tmp_path: Path) -> None:
    job = job_of(tmp_path, documents().lazy())
    (left,) = die_before_the_journal(job)
    again = job_of(tmp_path, pl.scan_parquet(left))  # another run committed these pages meanwhile
    work_shard(again, Progress([0.0] * SLOTS))
    assert not list(job.folder.glob("*.parquet"))
    assert Journal.read(job.folder).counts == Counts(read=2, unchanged=2)
