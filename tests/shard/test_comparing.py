"""Parts of a comparison in processes of their own."""

import os
import signal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.deduplication import find_edges
from tasks.deduplication.candidates import Candidates
from tasks.deduplication.questions import Questions
from tasks.deduplication.verification import Numbers, Pairs
from tasks.schema import Documents
from tasks.schema.tables import BAND_COLUMNS
from tasks.shard import ShardFailedError
from tasks.shard.comparing import (
    Compared,
    CompareJob,
    answer_jobs,
    answered_by,
    found_by,
    run_compare_job,
    search_jobs,
)
from tasks.shard.supervise import run_in_child
from tasks.store import Store
from tests.deduplication.stories import Row, documents, story, with_words_changed


def whole_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with every column of the store."""
    missing = {name: kind for name, kind in Documents.create_empty().schema.items() if name not in frame.columns}
    filled = frame.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in missing.items())
    return filled.with_columns(ingest_month=pl.lit("2026-03")).select(Documents.column_names())


class Children:
    """Every part in a child process, one after the other."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        self.run = 0

    def _run(self, jobs: list[CompareJob]) -> None:
        for job in jobs:
            run_compare_job(job)
            self.run += 1

    def search(self, numbers: Numbers) -> Candidates:
        jobs = search_jobs(self.compared, numbers, BAND_COLUMNS, 3)
        self._run(jobs)
        return found_by(jobs)

    def answer(self, questions: Questions) -> Pairs:
        jobs = answer_jobs(self.compared, questions, 2)
        self._run(jobs)
        return answered_by(jobs)


def test_child_processes_find_the_same_edges_in_run_and_store(tmp_path: Path) -> None:
    rows = documents(
        [
            Row(
                f"https://n{n}.example/", with_words_changed(story(n // 4), every=12 + 9 * (n % 4), seed=n), retrieved=n
            )
            for n in range(24)
        ]
    )
    store = Store(tmp_path / "store")
    whole_rows(rows[::2]).write_parquet(tmp_path / "known.parquet")
    version = store.append("run-1", [tmp_path / "known.parquet"], [], {})
    whole_rows(rows[1::2]).write_parquet(tmp_path / "accepted.parquet")
    new, known = pl.scan_parquet(tmp_path / "accepted.parquet"), store.documents(version)
    for against, number in ((known, version.number), (None, None)):
        children = Children(Compared(tmp_path / "accepted.parquet", str(store.folder), number, tmp_path / "comparison"))
        alone = find_edges(new, against)
        assert alone["match_edges"].explode().struct.field("recomputed").any()
        assert find_edges(new, against, workers=children).equals(alone)
        assert children.run == 5


def test_a_part_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    compared = Compared(tmp_path / "nothing.parquet", str(tmp_path / "store"), None, tmp_path)
    (job,) = search_jobs(compared, np.zeros(1, dtype=np.int64), BAND_COLUMNS[:1], 1)
    with pytest.raises(ShardFailedError, match=r"nothing\.parquet"):
        run_compare_job(job)
    assert not job.result.exists()


def die(_: None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_part_whose_process_is_killed_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShardFailedError, match="status -9"):
        run_in_child(die, None, tmp_path / "part.log")
