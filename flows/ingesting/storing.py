"""From what the workers made to a version of the store: compared with what is known, and committed.

What belongs here: deduplication and commit of a run, again where another run was faster. What does not: reading and
extracting (``flows.ingest``), into how many parts the comparison is cut (``flows.ingesting.comparing``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.ingesting.comparing import Frames, SharedComparison
from flows.ingesting.retries import is_worth_another_try
from flows.options import IngestOptions
from flows.reporting.report import Funnel
from flows.showing.display import current
from tasks.deduplication import check_format, find_edges, sort_out
from tasks.deduplication.outcomes import count_copies
from tasks.deduplication.passing import PASSING, completed, completion, pass_on, pieces_of
from tasks.shard import Counts, Plan
from tasks.shard.comparing import Compared, fresh_folder
from tasks.storage import is_remote
from tasks.store import Store, StoreError, StoreMovedError, StoreVersion

# In the run's folder: its accepted documents, and the columns that the comparison added.
ACCEPTED, COMPLETION = "accepted.parquet", "completion.parquet"
# How often a run is compared with the store anew because others were faster.
_ATTEMPTS = 20


def add_to_store(plan: Plan, options: IngestOptions, counts: Counts) -> tuple[Funnel, int | None]:
    """Deduplicate and commit; against the new version once more, where another run committed meanwhile.

    Each conflict is another run's success, so of any number of runs one always comes through.
    """
    store = Store(options.folder.store)
    for _ in range(_ATTEMPTS):
        with store.writing(_say_that_the_store_is_busy):
            known = store.version()
            if store.removal_count() != plan.removals:
                raise StoreError("pages were removed for good while this run read them: give the same command again")
            with current().step("Deduplicate") as step:
                funnel = deduplicate(plan, store, known, counts, options)
                step.pages = counts.documents
                step.text = f"{funnel.articles:,} articles, {funnel.copies:,} copies, {funnel.revisions:,} revisions"
            with current().step("Commit") as step:
                committed = commit(plan, store, known, funnel)
                step.pages = funnel.new + funnel.rejects
                if not committed.moved:
                    step.text = "nothing new" if committed.version is None else f"store version {committed.version}"
                    return funnel, committed.version
                step.text = "another run committed meanwhile: compared with its pages once more"
    raise StoreError(f"other runs committed {_ATTEMPTS} times while this one compared: give the same command again")


def _say_that_the_store_is_busy() -> None:
    with current().step("Wait for the store") as step:
        step.text = "another run is writing to it; this one goes on after that"


@dataclass(frozen=True)
class Committed:
    """The version a run made, null where it brought nothing new; ``moved``: it must be compared anew."""

    version: int | None
    moved: bool = False


@task(cache_policy=NO_CACHE)
def deduplicate(
    plan: Plan, store: Store, version: StoreVersion | None, counts: Counts, options: IngestOptions
) -> Funnel:
    """Tell what is new from what is known and find its matches: documents in one file, what they lack in another."""
    parts = plan.parts("documents")
    if not parts:
        return _funnel(counts, 0, 0, 0, counts.unchanged)
    known = store.documents(version) if version else None
    if known is not None:
        check_format(known)
    arrivals = sort_out(pl.scan_parquet(parts), known)
    accepted = plan.folder / ACCEPTED
    pass_on(arrivals.accepted(pieces_of(parts)), pq.read_schema(parts[0]), accepted)
    lies_in = store.folder if is_remote(store.folder) else store.folder.absolute()
    folder = fresh_folder(plan.folder / "comparison")
    compared = Compared(accepted, str(lies_in), version.number if version else None, folder)
    frames = Frames(pl.scan_parquet(accepted), known, store.files(version))
    workers = SharedComparison(compared, frames, options.worker_count, on_cluster=options.engine == "dask")
    edges = find_edges(frames.new, frames.known, frames.files, workers)
    completion(frames.new, edges).write_parquet(plan.folder / COMPLETION, **PASSING)
    new = arrivals.outcomes.filter(pl.col("outcome") == "new")["document_id"]
    copies = count_copies(new, edges)
    return _funnel(
        counts,
        articles=len(new) - copies,
        copies=copies,
        revisions=arrivals.count("revision"),
        unchanged=counts.unchanged + arrivals.count("unchanged"),
    )


def _funnel(counts: Counts, articles: int, copies: int, revisions: int, unchanged: int) -> Funnel:
    funnel = Funnel(counts.read, articles, copies, revisions, unchanged, counts.rejects)
    funnel.check()
    return funnel


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_worth_another_try)
def commit(plan: Plan, store: Store, known: StoreVersion | None, funnel: Funnel) -> Committed:
    """Append the run to the store, right after the version it was compared with; nothing where nothing is new."""
    if funnel.new == 0 and funnel.rejects == 0:
        return Committed(None)
    documents = completed(plan.folder / ACCEPTED, plan.folder / COMPLETION) if funnel.new else iter(())
    facts = {"funnel": funnel.as_dict()}
    try:
        made = store.append(plan.run_id, documents, plan.parts("rejects"), facts, based_on=known)
    except StoreMovedError:
        return Committed(None, moved=True)
    return Committed(made.number)
