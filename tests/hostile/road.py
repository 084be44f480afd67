"""Inputs down the road of one worker, in this process or its own: what became of each page, by its URL or its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tasks.shard import Settings, ShardJob, run_shard, write_known_pages
from tasks.shard.progress import SLOTS, Progress
from tasks.shard.work import work_shard
from tasks.sources import ReadOptions, find_inputs, plan_shards
from tests.rows import documents, rejects

KEPT = "accepted"


Work = Callable[[ShardJob], object]


def in_this_process(job: ShardJob) -> None:
    work_shard(job, Progress([0.0] * SLOTS))


def worked(
    path: Path, work: Path, *, kind: str | None = None, by: Work = in_this_process, **options: object
) -> list[pl.DataFrame]:
    """Documents and rejects that the worker made of the input."""
    known = work / "known.npy"
    work.mkdir(parents=True, exist_ok=True)
    write_known_pages(documents().lazy(), rejects().lazy(), known, extractor="none")
    inputs = find_inputs([str(path)], kind, replace(ReadOptions(), **options))
    frames: list[list[pl.DataFrame]] = [[], []]
    for number, shard in enumerate(plan_shards(inputs)):
        folder = work / f"shard-{number}"
        folder.mkdir()
        by(ShardJob(shard, folder, known, "run-1", datetime(2026, 3, 1, tzinfo=UTC), Settings()))
        for frame, name in zip(frames, ("documents", "rejects"), strict=True):
            frame += [pl.read_parquet(file) for file in sorted(folder.glob(f"{name}-*.parquet"))]
    return [pl.concat(frame) if frame else pl.DataFrame(schema={"url": pl.String}) for frame in frames]


def outcomes(
    path: Path, work: Path, *, kind: str | None = None, by: Work = in_this_process, **options: object
) -> dict[str, str]:
    """``accepted`` or the reject's reason, by URL, or by the record's place where it has none."""
    kept, rejected = worked(path, work, kind=kind, by=by, **options)
    found = dict.fromkeys(kept["url"], KEPT)
    for row in rejected.iter_rows(named=True):
        found[row["url"] or str(row["record_offset"])] = row["reason"]
    return found


def outcomes_in_a_worker(path: Path, work: Path, **options: object) -> dict[str, str]:
    """The same by a worker process, which its supervisor ends where a page is over its limits."""
    return outcomes(path, work, by=run_shard, **options)
