"""The comparison of a run's documents, shared among the run's workers: bands to search, then pairs to verify.

What belongs here: into how many parts the work is cut, and that they run side by side, here or on a cluster. What does
not: the parts (``tasks.shard.comparing``), and what is compared (``tasks.deduplication``).

The edges are the same however many parts there are. Small runs are compared in one go: a worker of its own takes longer
to begin than they to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait

from flows.ingesting.retries import RETRIES, RETRY_DELAYS, is_worth_another_try
from tasks.deduplication.candidates import Candidates, search
from tasks.deduplication.questions import Questions
from tasks.deduplication.verification import Numbers, Pairs
from tasks.schema.tables import BAND_COLUMNS
from tasks.shard.comparing import (
    Compared,
    CompareJob,
    answer_jobs,
    answered_by,
    found_by,
    run_compare_job,
    search_jobs,
)

# Rows of run and store together whose search keeps a worker busy for some seconds; pairs whose verification does.
ROWS_A_SEARCH = 10_000_000
PAIRS_A_PART = 50_000
# Files that one machine reads back at a time: a cluster of any size has no use for more parts.
_MOST_PARTS = 1_000


@task(
    name="compare-part",
    task_run_name="{job.title}",
    cache_policy=NO_CACHE,
    retries=RETRIES,
    retry_delay_seconds=RETRY_DELAYS,
    retry_condition_fn=is_worth_another_try,
)
def compare_part(job: CompareJob) -> int:
    """One part, in a process of its own; its outcome is a file in the run's folder. Returns its number."""
    run_compare_job(job)
    return job.number


@dataclass(frozen=True)
class Frames:
    """What is compared with what: the run's accepted documents, the store's, and the files that those lie in."""

    new: pl.LazyFrame
    known: pl.LazyFrame | None
    files: Sequence[Path]

    def count(self) -> int:
        """How many documents there are in all; reads none of them."""
        frames = [self.new] if self.known is None else [self.new, self.known]
        return sum(int(frame.select(pl.len()).collect().item()) for frame in frames)


@dataclass(frozen=True)
class SharedComparison:
    """What ``find_edges`` takes as its workers. ``compared`` says where others find what the ``frames`` are of."""

    compared: Compared
    frames: Frames
    workers: int
    on_cluster: bool

    def search(self, numbers: Numbers) -> Candidates:
        """The candidates, some bands a part."""
        count = min(self._parts(self.frames.count(), ROWS_A_SEARCH), len(BAND_COLUMNS))
        if count < 2:
            return search(self.frames.new, self.frames.known, numbers)
        jobs = search_jobs(self.compared, numbers, BAND_COLUMNS, count)
        self._run(jobs)
        return found_by(jobs)

    def answer(self, questions: Questions) -> Pairs:
        """The matches, the pairs of some of the later documents a part."""
        count = self._parts(len(questions.later), PAIRS_A_PART)
        if count < 2:
            return questions.answer(self.frames.new, self.frames.known, self.frames.files)
        jobs = answer_jobs(self.compared, questions, count)
        self._run(jobs)
        return answered_by(jobs)

    def _parts(self, work: int, of_one: int) -> int:
        """How many parts: on this machine as many as there are workers, on a cluster as many as are worth it."""
        return min(-(-work // of_one), _MOST_PARTS if self.on_cluster else self.workers)

    def _run(self, jobs: Sequence[CompareJob]) -> None:
        """All of them; every one is waited for before a failure is told."""
        part = compare_part
        if self.on_cluster:
            from flows.ingesting.cluster import compare_on_cluster as part

        futures = [part.submit(job) for job in jobs]
        wait(futures)
        for future in futures:
            future.result()
