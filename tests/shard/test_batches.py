"""When a batch ends: at its most records, at its most bytes, before a record that a new worker is to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks.shard import ShardJob
from tasks.shard import work as work_module
from tasks.shard.job import Journal
from tasks.shard.progress import SLOTS, Progress
from tasks.shard.work import work_shard
from tests.rows import documents
from tests.shard.test_repeated_batches import job_of


def firsts(job: ShardJob) -> list[int]:
    """The numbers of the records that batches began with."""
    work_shard(job, Progress([0.0] * SLOTS))
    return [int(file.stem.rpartition("-")[2]) for file in sorted(job.folder.glob("documents-*.parquet"))]


def test_small_pages_are_one_batch(tmp_path: Path) -> None:
    assert firsts(job_of(tmp_path, documents().lazy())) == [0]


def test_large_pages_are_a_batch_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_module, "_BATCH_BYTES", 100)
    assert firsts(job_of(tmp_path, documents().lazy())) == [0, 1]


def test_a_batch_ends_where_a_new_worker_is_to_begin(tmp_path: Path) -> None:
    job = job_of(tmp_path, documents().lazy())
    Journal(begin_at=1).write(job.folder)
    assert firsts(job) == [0, 1]


def test_a_batch_holds_no_bytes_of_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bytes] = []
    frame_of = work_module.records_frame

    def look(extracted: Any) -> Any:
        held.extend(page.payload for page, _, _ in extracted)
        return frame_of(extracted)

    monkeypatch.setattr(work_module, "records_frame", look)
    firsts(job_of(tmp_path, documents().lazy()))
    assert held == [b"", b""]
