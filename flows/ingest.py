"""The flow ``ingest``: pages -> the store, a new version of the living dataset.

What belongs here: the order of the steps, what runs side by side and what is retried. What does not: the steps
(``tasks``), and what follows (``flows.publish``).
"""

from __future__ import annotations

import time
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import polars as pl
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner

from flows.ingesting import head_start
from flows.ingesting.inputs import open_inputs
from flows.ingesting.ledger import Ledger
from flows.ingesting.planning import largest_first, make_plan
from flows.ingesting.retries import RETRIES, RETRY_DELAYS, is_worth_another_try
from flows.ingesting.storing import add_to_store
from flows.options import IngestOptions
from flows.reporting.artifacts import show_funnel, show_rejects, show_stages
from flows.reporting.report import RunReport, files_known_in_words
from flows.showing.display import Step, current
from flows.showing.recording import Record, recorded
from flows.showing.tally import Tally
from flows.warming import warm_up_aside
from tasks.release.source_health import source_warnings
from tasks.shard import Counts, Plan, ShardJob, end_waiting_workers, run_shard
from tasks.sources import Input
from tasks.store import Store
from tasks.values.urls import without_secrets


def ingest(inputs: tuple[str, ...], options: IngestOptions) -> RunReport:
    """The flow, with as many tasks side by side as there are workers."""
    if options.engine == "dask":
        from flows.ingesting.cluster import dask_runner  # an extra

        # Workers have working directories of their own.
        options = replace(options, data=options.data.absolute())
        runner: Any = dask_runner(options)
    else:
        runner = ThreadPoolTaskRunner(max_workers=options.worker_count)
    # Not by with_options, which makes the flow anew with the schema of its parameters: .03 CPU seconds.
    with_runner = copy(ingest_flow)
    with_runner.task_runner = runner
    return with_runner(inputs, options)


@flow(name="ingest")
def ingest_flow(inputs: tuple[str, ...] = (), options: IngestOptions = IngestOptions()) -> RunReport:
    """Read every page of the inputs once and append what is new to the store, in one commit."""
    with recorded(options.folder) as record:
        return _ingest(inputs, options, record)


def _ingest(inputs: tuple[str, ...], options: IngestOptions, record: Record) -> RunReport:
    began, first_step = time.monotonic(), len(current().steps)
    with current().step("Plan") as step:
        ledger = Ledger.of(options.folder, options)
        found = open_inputs(inputs, options)
        plan = plan_ingest(found, ledger.unread(found), options)
        record.name(plan.run_id, [one.path for one in plan.inputs])
        step.text = _in_words(plan, known := len(found) - len(plan.inputs))
    try:
        report = _carry_out(plan, options, inputs or (str(options.sources),), (began, first_step), known)
        ledger.add(plan.inputs, but=not_read_whole(plan))
        plan.clear()
    finally:
        head_start.end()  # before another run may have the folder
        plan.lock.release()
    return report


def _in_words(plan: Plan, known: int) -> str:
    said = [f"{len(plan.jobs)} shards"]
    said += [files_known_in_words(known)] if known else []
    said += [f"going on with run {plan.run_id}"] if plan.resumed else []
    return ", ".join(said)


def _carry_out(
    plan: Plan, options: IngestOptions, inputs: tuple[str, ...], start: tuple[float, int], known: int
) -> RunReport:
    began, first_step = start
    data = options.folder
    with current().step("Read and extract") as step:
        if (begun := head_start.current()) is not None:
            step.began = began = begun.began
        if plan.jobs:
            warm_up_aside()
        counts = extract_shards(plan, step, on_cluster=options.engine == "dask")
        step.pages, step.workers = counts.read, (counts.cpu_seconds, counts.peak_bytes)
    funnel, version = add_to_store(plan, options, counts)
    by_reason = rejects_by_reason(plan)
    show_funnel(funnel)
    show_rejects(by_reason)
    stages = current().stages(first_step)
    show_stages(stages)
    report = RunReport(
        run_id=plan.run_id,
        inputs=tuple(map(without_secrets, inputs)),
        funnel=funnel,
        files_known=known,
        rejects_by_reason=by_reason,
        store_version=version,
        seconds=round(time.monotonic() - began, 1),
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        stages=stages,
        warnings=warnings_of_sources(Store(data.store)),
        without_compiled_loops=counts.loops.why_not,
    )
    report.write(data.runs)
    return report


def warnings_of_sources(store: Store) -> tuple[str, ...]:
    """Sources that fell silent, or whose pages are no articles any more, as of now."""
    version = store.version()
    if version is None:
        return ()
    documents, rejects = store.documents(version), store.rejects(version)
    return tuple(map(str, source_warnings(documents, rejects, datetime.now(UTC))))


@task(name="plan", cache_policy=NO_CACHE)
def plan_ingest(found: list[Input], unread: list[Input], options: IngestOptions) -> Plan:
    """Cut what is to be read into shards; or take over the plan that was made of the same while the engine started."""
    begun = head_start.current()
    if begun is not None and begun.is_for(found, options):
        begun.take_over()
        return begun.plan
    head_start.end()
    return make_plan(found, unread, options)


def extract_shards(plan: Plan, step: Step, *, on_cluster: bool = False) -> Counts:
    """All shards, side by side in child processes; every one is waited for before a failure is told."""
    tally = Tally(step, plan)
    if on_cluster:
        return _extract_on_cluster(plan, tally)
    futures = [extract_shard.submit(job, tally) for job in largest_first(plan.jobs)]
    wait(futures)
    end_waiting_workers()
    failures = [future.state for future in futures if not future.state.is_completed()]
    for failed in failures[:1]:
        failed.result(raise_on_failure=True)
    return sum((future.result() for future in futures), Counts())


def _extract_on_cluster(plan: Plan, tally: Tally) -> Counts:
    """Each shard on some worker. A shard whose worker died is given to another one, which goes on from its journal."""
    from flows.ingesting.cluster import counts_of, extract_on_cluster, following

    jobs = largest_first(plan.jobs)
    futures = {job.folder.name: extract_on_cluster.submit(job) for job in jobs}
    with following(jobs, tally):
        wait(list(futures.values()))
    total = Counts()
    for name, future in futures.items():
        counts = counts_of(future.result())
        tally.put(name, counts, done=True)
        total += counts
    return total


@task(
    name="extract-shard",
    task_run_name="extract {job.folder.name}",
    cache_policy=NO_CACHE,
    retries=RETRIES,
    retry_delay_seconds=RETRY_DELAYS,
    retry_condition_fn=is_worth_another_try,
)
def extract_shard(job: ShardJob, tally: Tally) -> Counts:
    """One shard: read, extract, normalise, fingerprint; Parquet files in the job's folder."""
    begun = head_start.current()
    run = partial(run_shard, keep_worker=True) if begun is None else begun.run
    counts = run(job, lambda counts: tally.put(job.folder.name, counts))
    tally.put(job.folder.name, counts, done=True)
    return counts


def not_read_whole(plan: Plan) -> frozenset[str]:
    """The inputs, as rejects name them, of which something could not be read: another run may have better luck."""
    parts = plan.parts("rejects")
    if not parts:
        return frozenset()
    failed = pl.col("reason").is_in(["corrupt_record", "truncated_record", "timeout", "out_of_memory", "crashed"])
    return frozenset(pl.scan_parquet(parts).filter(failed).select(pl.col("input").unique()).collect().to_series())


def rejects_by_reason(plan: Plan) -> dict[str, int]:
    """How many of the run's rejects have each reason, most first."""
    parts = plan.parts("rejects")
    if not parts:
        return {}
    counted = pl.scan_parquet(parts).group_by("reason").len().sort("len", "reason", descending=[True, False])
    return dict(counted.collect().iter_rows())
