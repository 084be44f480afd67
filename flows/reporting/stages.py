"""What each step of a run took: seconds, processor seconds, memory, pages a second.

What belongs here: measuring this process over a step, and the figures as data. What does not: the workers' own figures
(``tasks.shard.Counts`` brings them), and how they are shown (``flows.status.run_status``,
``flows.reporting.artifacts``).
"""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss: macOS tells bytes, all others kibibytes


@dataclass(frozen=True)
class Stage:
    """One step of a run.

    ``cpu_seconds`` is processor time of the run's process, and of its workers where it has any. ``peak_bytes`` is the
    most that one process held in it: the run's own, or its largest worker. ``pages`` is how many the step went
    through; null where it goes through none.
    """

    name: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    pages: int | None = None

    @property
    def pages_per_second(self) -> float | None:
        """Of wall-clock time; null where the step goes through no pages or took no time that can be told."""
        return self.pages / self.seconds if self.pages is not None and self.seconds else None


def cpu_seconds() -> float:
    """Processor time of this process so far, all its threads together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def forget_peak() -> None:
    """Have the kernel count the peak of this process's memory anew, from what it holds now (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def give_back_freed_memory() -> None:
    """Give back to the system what this process has freed and its allocators keep, before the next step fills its own.

    Arrow and the C library (glibc) keep tens of megabytes each, in pieces that the next step's large arrays do not fit.
    """
    if (arrow := sys.modules.get("pyarrow")) is not None:  # not to load it where nothing did
        arrow.default_memory_pool().release_unused()
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


def peak_bytes() -> int:
    """The most memory that this process held since ``forget_peak``; since its start where that cannot be forgotten."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
