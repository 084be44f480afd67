"""What one worker does: a shard of the input becomes Parquet files of documents and rejects.

What belongs here: the one place that joins the stages ``sources``, ``extraction``, ``normalisation`` and the
fingerprints of ``deduplication`` (``work``), the child process they run in, with its limits and restarts
(``supervise``), and the look-up of pages that need no second look (``known_pages``). What does not: how pages
are read, extracted or normalised (those stages), and who runs which shard when (``flows``).
"""

from tasks.shard.job import Counts, Limits, Settings, ShardJob
from tasks.shard.known_pages import write_known_pages
from tasks.shard.plan import Plan, plan_run
from tasks.shard.supervise import ShardFailedError, get_ready, run_shard

__all__ = [
    "Counts",
    "Limits",
    "Plan",
    "Settings",
    "ShardFailedError",
    "ShardJob",
    "get_ready",
    "plan_run",
    "run_shard",
    "write_known_pages",
]
