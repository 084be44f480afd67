"""Parts of a comparison in processes of their own."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.deduplication import find_edges
from tasks.deduplication.candidates import Candidates, search
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
    fresh_folder,
    run_compare_job,
    search_jobs,
)
from tasks.shard.workers import run_in_child
from tasks.store import Store
from tests.deduplication.stories import Row, documents, story, with_words_changed


def whole_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with every column of the store."""
    missing = {name: kind for name, kind in Documents.create_empty().schema.items() if name not in frame.columns}
    filled = frame.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in missing.items())
    return filled.with_columns(ingest_month=pl.lit("2026-03")).select(Documents.column_names())


def families(count: int) -> pl.DataFrame:
    """Rows of the store, four alike each."""
    return documents(
        [
            Row(
                f"https://n{n}.example/", with_words_changed(story(n // 4), every=12 + 9 * (n % 4), seed=n), retrieved=n
            )
            for n in range(count)
        ]
    )


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
    rows = families(24)
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


def test_parts_find_the_same_edges_in_a_store_of_many_versions_with_a_checkpoint(tmp_path: Path) -> None:
    rows, store, version = families(40), Store(tmp_path / "store"), None
    for number in range(5):
        whole_rows(rows[::2][number::5]).write_parquet(tmp_path / "known.parquet")
        version = store.append(f"run-{number}", [tmp_path / "known.parquet"], [], {})
    assert version is not None
    whole_rows(rows[1::2]).write_parquet(tmp_path / "accepted.parquet")
    new, known = pl.scan_parquet(tmp_path / "accepted.parquet"), store.documents(version)
    alone = find_edges(new, known)
    table = store.open("documents")
    assert table is not None
    table.create_checkpoint()
    whole_rows(families(48)[40:]).write_parquet(tmp_path / "later.parquet")
    store.append("run-later", [tmp_path / "later.parquet"], [], {})
    folder = fresh_folder(tmp_path / "comparison")
    children = Children(Compared(tmp_path / "accepted.parquet", str(store.folder), version.number, folder))
    assert alone.height
    assert find_edges(new, known, workers=children).equals(alone)


class ElsewhereOrdered:
    """A worker that has the files of the store in another order."""

    def __init__(self, new: pl.LazyFrame, known: pl.LazyFrame) -> None:
        self.new, self.known = new, known

    def search(self, numbers: Numbers) -> Candidates:
        return search(self.new, self.known, numbers)

    def answer(self, questions: Questions) -> Pairs:
        return questions.answer(self.new, self.known)


def test_the_edges_do_not_depend_on_the_order_in_which_a_worker_sees_the_files_of_the_store(tmp_path: Path) -> None:
    rows = families(24)
    files = [tmp_path / "one.parquet", tmp_path / "other.parquet"]
    whole_rows(rows[:10:2]).write_parquet(files[0])
    whole_rows(rows[10::2]).write_parquet(files[1])
    whole_rows(rows[1::2]).write_parquet(tmp_path / "new.parquet")
    new = pl.scan_parquet(tmp_path / "new.parquet")
    known = pl.scan_parquet(files)
    alone = find_edges(new, known)
    assert alone.height
    assert find_edges(new, known, workers=ElsewhereOrdered(new, pl.scan_parquet(files[::-1]))).equals(alone)


def test_a_worker_of_an_earlier_attempt_changes_nothing_of_the_next(tmp_path: Path) -> None:
    whole_rows(families(8)).write_parquet(tmp_path / "accepted.parquet")

    def one_job() -> CompareJob:
        compared = Compared(
            tmp_path / "accepted.parquet", str(tmp_path / "store"), None, fresh_folder(tmp_path / "comparison")
        )
        (job,) = search_jobs(compared, np.arange(8), BAND_COLUMNS[:1], 1)
        return job

    straggler, job = one_job(), one_job()
    run_compare_job(job)
    assert straggler.result != job.result
    before = job.result.read_bytes()
    with pytest.raises((ShardFailedError, OSError)):
        run_compare_job(straggler)
    assert job.result.read_bytes() == before


def test_two_workers_with_one_job_do_not_write_into_one_unfinished_file(tmp_path: Path) -> None:
    job = CompareJob(Compared(tmp_path / "accepted.parquet", str(tmp_path / "store"), None, tmp_path), 0)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        theirs = pool.submit(job.beside, ".new").result()
    assert {theirs.parent, job.beside(".new").parent} == {job.result.parent}
    assert theirs != job.beside(".new")


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
