"""Shards on a Dask cluster, by the same flow: the runner, and the task as its workers take it.

What belongs here: what differs from one machine. What does not: the flow (``flows.ingest``) and the work on a shard
(``tasks.shard``), which a cluster's worker does in a child process just the same.

Arguments and results are small: paths and counts. The data folder is one that all workers share. Results are kept by
Prefect as JSON, because Dask runs a task again whose result it lost with a worker, and the counts must be there then.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from typing import Any

import dask
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect_dask.task_runners import DaskTaskRunner

from flows.ingesting.retries import RETRIES, RETRY_DELAYS
from flows.options import IngestOptions
from flows.showing.tally import Tally
from tasks.loops import Loops
from tasks.shard import Counts, ShardJob, run_shard
from tasks.shard.comparing import CompareJob, run_compare_job
from tasks.shard.job import Journal

_LOOK_SECONDS = 5.0  # a small file a shard each time


def dask_runner(options: IngestOptions) -> DaskTaskRunner:
    """The runner for the cluster of ``--dask-address``, or for one on this machine that ends with the run."""
    if options.dask_address:
        return DaskTaskRunner(address=options.dask_address)
    # A worker that multiprocessing calls a daemon may start no child, and a shard is worked on in one.
    dask.config.set({"distributed.worker.daemon": False})
    cluster = {"n_workers": options.worker_count, "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=cluster)


@task(
    name="extract-shard",
    task_run_name="extract {job.folder.name}",
    cache_policy=NO_CACHE,
    persist_result=True,
    result_serializer="json",
    retries=RETRIES,
    retry_delay_seconds=RETRY_DELAYS,
)
def extract_on_cluster(job: ShardJob) -> list[float]:
    """One shard, on a worker: Parquet files in the job's folder; how many pages ended how, as ``Counts`` has them."""
    _may_have_children()
    return list(astuple(run_shard(job)))


@task(
    name="compare-part",
    task_run_name="{job.title}",
    cache_policy=NO_CACHE,
    persist_result=True,
    result_serializer="json",
    retries=RETRIES,
    retry_delay_seconds=RETRY_DELAYS,
)
def compare_on_cluster(job: CompareJob) -> int:
    """One part of a comparison, on a worker: a file in the run's folder; its number, since something must be kept."""
    _may_have_children()
    run_compare_job(job)
    return job.number


def _may_have_children() -> None:
    """Let this process of Dask's start the child that does the work."""
    # The child loads what __main__ says it is: not the program of Dask's worker.
    sys.modules["__main__"].__spec__ = importlib.util.find_spec("flows.__main__")
    # A worker under a nanny is a daemon by default. Its children end with it all the same: they watch for that.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # no public way to it


def counts_of(result: Any) -> Counts:
    """What a worker told, as counts."""
    read, documents, unchanged, rejects, cpu_seconds, peak_bytes, loops = result
    return Counts(
        int(read), int(documents), int(unchanged), int(rejects), float(cpu_seconds), int(peak_bytes), Loops(loops)
    )


@contextmanager
def following(jobs: Sequence[ShardJob], tally: Tally) -> Iterator[None]:
    """While the block lasts, have the tally told how far the shards are: as their journals say, on the shared path."""
    over = threading.Event()

    def follow() -> None:
        while not over.wait(_LOOK_SECONDS):
            for job in jobs:
                with suppress(OSError, ValueError):  # a path that does not answer for a moment
                    journal = Journal.read(job.folder)
                    tally.put(job.folder.name, journal.counts, done=journal.done)

    thread = threading.Thread(target=follow, name="follow-the-shards", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
