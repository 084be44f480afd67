"""What one worker does: a shard of the input becomes Parquet files of documents and rejects.

What belongs here: the one place that joins the stages ``sources``, ``extraction``, ``normalisation`` and the
fingerprints of ``deduplication`` (``work``), the parts of a comparison that workers share (``comparing``), the child
processes all that runs in (``workers``), their limits and restarts (``supervise``), the process that those are forked
from (``fork_server``), the look-up of pages that need no second look (``known_pages``), and the folders of runs, living
and dead (``folders``). What does not: how pages are read, extracted or normalised (those stages), and who runs which
shard when (``flows``).
"""

from tasks.shard.folders import BusyError, DeadRun, clear_leftovers, dead_runs, passing_folder
from tasks.shard.fork_server import get_ready, stand_by
from tasks.shard.job import Counts, Limits, Settings, ShardJob
from tasks.shard.known_pages import write_known_pages
from tasks.shard.plan import Plan, plan_run
from tasks.shard.supervise import run_shard
from tasks.shard.workers import ShardFailedError, end_waiting_workers

__all__ = [
    "BusyError",
    "Counts",
    "DeadRun",
    "Limits",
    "Plan",
    "Settings",
    "ShardFailedError",
    "ShardJob",
    "clear_leftovers",
    "dead_runs",
    "end_waiting_workers",
    "get_ready",
    "passing_folder",
    "plan_run",
    "run_shard",
    "stand_by",
    "write_known_pages",
]
