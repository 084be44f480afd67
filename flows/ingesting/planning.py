"""Which shards a run reads, and in which order: what is known before the flow engine is up.

What belongs here: from the options to the plan, without Prefect. What does not: the plan itself (``tasks.shard.plan``),
who works on it (``flows.ingest``, ``flows.ingesting.head_start``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.options import MEGABYTE, IngestOptions
from tasks.deduplication import check_format
from tasks.shard import Limits, Plan, Settings, ShardJob, plan_run
from tasks.sources import Input
from tasks.storage import check_new
from tasks.store import Store


def make_plan(found: Sequence[Input], unread: Sequence[Input], options: IngestOptions) -> Plan:
    """Cut what is to be read into shards, and make the run's folder or find the one that was left."""
    data = options.folder
    store = Store(data.store)
    _check_store(store)
    return plan_run(
        found,
        store,
        data.work,
        Settings(
            keep_all_pages=options.keep_all_pages,
            second_look=options.second_look,
            limits=Limits(options.page_seconds, options.page_memory * MEGABYTE, options.memory_per_worker * MEGABYTE),
            shard_bytes=options.shard_megabytes * MEGABYTE,
            workers=options.worker_count,
        ),
        unread,
    )


def _check_store(store: Store) -> None:
    """Say before the work, not after it, that nothing can be kept there, or nothing compared with what is there."""
    version = store.version()
    if version is not None:
        check_format(store.documents(version))
    else:
        check_new(store.folder)


def largest_first(jobs: Iterable[ShardJob]) -> list[ShardJob]:
    """The order in which shards are begun: a large one begun last would keep one worker busy while the others rest.

    What comes of them is read in the order of the input, whichever was first.
    """
    return sorted(jobs, key=lambda job: -job.shard.size)
