"""What one worker process does for the deduplication of a run: search some bands, or answer some questions.

What belongs here: the jobs, as small values that travel, and the child process they run in. What does not: the search
and the judging (``tasks.deduplication``), who runs which job when (``flows``), and the work on a shard (``work``).

All that is large lies in files of the run's folder and in the store, which every worker sees. A job that is run again
writes the same file again. Nothing says that its first worker is dead then: Dask runs again what it takes for lost. So
each comparison has a folder of its own, and each process a name of its own for what is not whole yet.
"""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tasks.deduplication.candidates import Candidates, search
from tasks.deduplication.questions import Questions
from tasks.deduplication.verification import Pairs
from tasks.shard.workers import run_in_child
from tasks.storage import location_of
from tasks.store import Store


@dataclass(frozen=True, slots=True)
class Compared:
    """What a run compares: its accepted documents with a version of the store (null: there is none), and where."""

    accepted: Path
    store: str
    version: int | None
    folder: Path

    @property
    def numbers(self) -> Path:
        """The number of each accepted document, as ``candidates.search`` takes them."""
        return self.folder / "numbers.npy"

    def known(self) -> tuple[pl.LazyFrame | None, list[Path]]:
        """The store's documents, and the files they lie in, where they are on a disk."""
        if self.version is None:
            return None, []
        store = Store(location_of(self.store))
        version = store.version(self.version)
        return store.documents(version), store.files(version)


def fresh_folder(place: Path) -> Path:
    """A folder in ``place`` that no earlier comparison knows; what those left there is taken away.

    An earlier one (of a run that was killed, or of a version that the store has left) may have a worker that lives on
    another machine: it writes its outcome into its own folder, or fails because that is gone.
    """
    shutil.rmtree(place, ignore_errors=True)
    folder = place / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder


@dataclass(frozen=True, slots=True)
class CompareJob:
    """Some bands to search, or else some questions to answer."""

    compared: Compared
    number: int
    bands: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the job is, for people."""
        return f"search {len(self.bands)} bands for candidates" if self.bands else f"verify matches, part {self.number}"

    @property
    def questions(self) -> Path:
        """What is to be answered."""
        return self.compared.folder / f"questions-{self.number:05d}.parquet"

    @property
    def result(self) -> Path:
        """Where the outcome goes."""
        return self.compared.folder / f"{'found' if self.bands else 'answers'}-{self.number:05d}.parquet"

    def beside(self, ending: str) -> Path:
        """A file beside the result that no other process writes."""
        return self.result.with_name(f"{self.result.stem}-{socket.gethostname()}-{os.getpid()}{ending}")


def search_jobs(compared: Compared, numbers: np.ndarray, bands: Sequence[str], count: int) -> list[CompareJob]:
    """Jobs that search all ``bands``, about as many each; the numbers are written for them."""
    compared.folder.mkdir(parents=True, exist_ok=True)
    np.save(compared.numbers, numbers, allow_pickle=False)
    groups = [tuple(bands[part::count]) for part in range(min(count, len(bands)))]
    return [CompareJob(compared, number, group) for number, group in enumerate(groups)]


def answer_jobs(compared: Compared, questions: Questions, count: int) -> list[CompareJob]:
    """Jobs that answer the questions; each part is written for its job."""
    compared.folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for number, part in enumerate(questions.parts(count)):
        jobs.append(CompareJob(compared, number))
        part.write(jobs[-1].questions)
    return jobs


def found_by(jobs: Sequence[CompareJob]) -> Candidates:
    """What all searches found, as one search would have."""
    return Candidates.joined([Candidates.read(job.result) for job in jobs])


def answered_by(jobs: Sequence[CompareJob]) -> Pairs:
    """All answers."""
    return Pairs.joined([Pairs.read(job.result) for job in jobs])


def run_compare_job(job: CompareJob) -> None:
    """Do it in a child process, which ends with this one. Raises :class:`ShardFailedError`."""
    run_in_child(_do, job, job.beside(".log"))


def _do(job: CompareJob) -> None:
    new = pl.scan_parquet(job.compared.accepted)
    known, files = job.compared.known()
    beside = job.beside(".new")
    if job.bands:
        search(new, known, np.load(job.compared.numbers, allow_pickle=False), job.bands).write(beside)
    else:
        Questions.read(job.questions).answer(new, known, files).write(beside)
    beside.replace(job.result)
