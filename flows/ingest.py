"""The flow ``ingest``: pages -> the store, a new version of the living dataset.

What belongs here: the order of the steps, what runs side by side and what is retried. What does not: the steps
(``tasks``) and what follows (``flows.publish``).
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import show_funnel, show_rejects
from flows.display import current
from flows.inputs import open_inputs
from flows.options import MEGABYTE, DataFolder, IngestOptions
from flows.report import Funnel, RunReport
from flows.shard_counts import ShardCounts
from tasks.deduplication import count_outcomes, deduplicate
from tasks.shard import Counts, Limits, ShardFailedError, ShardJob, run_shard
from tasks.shard.plan import Plan, plan_run
from tasks.store import Store


class IngestFailedError(Exception):
    """The run ended without a commit. What was done is kept, and the same run goes on from there."""


@flow(name="ingest", validate_parameters=False)
def ingest(options: IngestOptions) -> RunReport:
    """Read every page of the inputs once and append what is new to the store, in one commit."""
    data = DataFolder(options.data)
    with current().step("Plan"):
        plan = plan_ingest(options)
    counts = extract_shards(plan, options)
    with Store(data.store).writing():
        with current().step("Deduplicate") as step:
            found = deduplicate_run(plan, data.store)
            funnel = Funnel(
                read=counts.read,
                articles=found["articles"],
                copies=found["copies"],
                revisions=found["revisions"],
                unchanged=counts.unchanged + found["unchanged"],
                rejects=counts.rejects,
            )
            funnel.check()
            step.text = f"{funnel.articles:,} articles, {funnel.copies:,} copies, {funnel.revisions:,} revisions"
        with current().step("Commit") as step:
            version = commit_run(plan, data.store, funnel)
            step.text = "nothing new" if version is None else f"store version {version}"
    by_reason = rejects_by_reason(plan)
    show_funnel(funnel)
    show_rejects(by_reason)
    shutil.rmtree(plan.folder)
    return RunReport(plan.run_id, options.inputs, funnel, by_reason, version)
