"""How a worker's supervisor sees what the worker is at: some numbers in shared memory.

What belongs here: that memory and its meaning. What does not: what is done when a worker is too slow
(``supervise``). Shared memory, because it outlives a killed worker and costs nothing per page.
"""

from __future__ import annotations

import time
from collections.abc import MutableSequence
from enum import IntEnum

from tasks.loops import Loops
from tasks.shard.job import Counts
from tasks.shard.memory import resident_bytes
from tasks.sources import Place


class Phase(IntEnum):
    """What a worker is doing."""

    STARTING = 0
    READING = 1  # the next record, from the input
    EXTRACTING = 2  # one page
    WRITING = 3  # a batch: normalisation, fingerprints, files


SLOTS = 14


class Progress:
    """A worker's state: phase, record, since when (``time.monotonic``, one clock for all processes), counts, memory
    and processor time, the place in its input, and what its loops are.
    """

    def __init__(self, slots: MutableSequence[float]) -> None:
        self._slots = slots

    def begin(self) -> None:
        """The supervisor says that a shard begins: nothing is known of it."""
        self._slots[:] = [0.0] * SLOTS
        self.enter(Phase.STARTING, -1)

    def enter(self, phase: Phase, record: int) -> None:
        """The worker says what it does now. Clock and memory first: a new phase is never seen with old ones."""
        self._slots[2] = time.monotonic()
        if phase is Phase.EXTRACTING:
            self._slots[7] = resident_bytes()
            self._slots[13] = time.process_time()
        self._slots[1] = record
        self._slots[0] = phase

    def mark(self, place: Place) -> None:
        """The worker says what it reads next. Its time begins anew: no record pays for those before it."""
        self._slots[2] = time.monotonic()
        self._slots[8:10] = [place[0] + 1, place[1]]

    def count(self, counts: Counts) -> None:
        """The worker says how many pages ended how so far, by which loops, and what they took up to its last batch."""
        self._slots[3:7] = [counts.read, counts.documents, counts.unchanged, counts.rejects]
        self._slots[10:13] = [counts.loops, counts.cpu_seconds, counts.peak_bytes]

    @property
    def phase(self) -> Phase:
        """What the worker does now."""
        return Phase(int(self._slots[0]))

    @property
    def record(self) -> int:
        """The number of the record it is at, from 0 in its shard."""
        return int(self._slots[1])

    @property
    def place(self) -> Place | None:
        """What it reads, or has read last; null before the first."""
        path, position = (int(value) for value in self._slots[8:10])
        return (path - 1, position) if path else None

    @property
    def seconds(self) -> float:
        """How long it has been at it."""
        return time.monotonic() - self._slots[2]

    @property
    def resident_before(self) -> int:
        """Resident memory of the worker, in bytes, when it began with the page that it is at."""
        return int(self._slots[7])

    @property
    def processor_seconds_before(self) -> float:
        """Processor seconds of the worker when it began with the page that it is at."""
        return self._slots[13]

    @property
    def counts(self) -> Counts:
        """How many pages ended how so far, by which loops, and what they took up to the last batch."""
        read, documents, unchanged, rejects, loops = (int(value) for value in [*self._slots[3:7], self._slots[10]])
        return Counts(read, documents, unchanged, rejects, self._slots[11], int(self._slots[12]), Loops(loops))
