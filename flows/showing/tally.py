"""The live figures of a run: pages per second, shards done, rejects so far; and that its loops are not compiled.

What belongs here: adding up what the shards' workers report, and the line that the display shows. What does not:
the display (``flows.showing.display``).
"""

from __future__ import annotations

import threading

from flows.showing.display import Step, current
from tasks.loops import in_words
from tasks.shard import Counts, Plan


class Tally:
    """Adds up the counts of a run's shards as they grow, from several threads."""

    def __init__(self, step: Step, plan: Plan) -> None:
        self._step = step
        self._sizes = {job.folder.name: job.shard.size for job in plan.jobs}
        self._counts: dict[str, Counts] = {}
        self._done: set[str] = set()
        self._warned = False
        self._lock = threading.Lock()

    def put(self, shard: str, counts: Counts, *, done: bool = False) -> None:
        """The newest counts of one shard."""
        with self._lock:
            self._counts[shard] = counts
            total = sum(self._counts.values(), Counts())
            if done:
                self._done.add(shard)
            ended = sum(self._sizes[name] for name in self._done)
            self._step.pages, self._step.workers = total.read, (total.cpu_seconds, total.peak_bytes)
            warning = None if self._warned else in_words(total.loops)
            self._warned = self._warned or warning is not None
        if warning is not None:
            current().warn(warning)
        self._step.fraction = ended / max(sum(self._sizes.values()), 1)
        rate = total.read / max(self._step.seconds, 0.1)
        self._step.text = (
            f"{total.read:,} pages, {rate:,.0f}/s: {total.documents:,} kept, {total.unchanged:,} unchanged, "
            f"{total.rejects:,} rejects"
        )
        current().moved(self._step)
