"""What a command costs, with every process it starts: CPU seconds, wall-clock seconds, peak memory.

What belongs here: measuring whole commands for the benchmarks. What does not: what is run, and against what.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PR_SET_CHILD_SUBREAPER = 36
_EVERY = 0.5  # seconds between two looks at the memory


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system) and peak proportional memory (bytes) of a command and all it started."""

    cpu_seconds: float
    seconds: float
    peak_bytes: int
    output: str


def adopt_orphans() -> None:
    """Make processes whose parent ends ours, so that their CPU time is counted when they end."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cost_of(words: list[str], *, env: dict[str, str] | None = None) -> Cost:
    """Run a command to its end, and the end of every process it left behind. Leaves this program where it fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    peak, over = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(peak, over), daemon=True)
    watch.start()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    seconds = time.monotonic() - began
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with status {done.returncode}:\n{done.stderr[-3000:]}")
    while True:  # orphans (the fork server and its workers) are ours now
        try:
            os.wait()
        except ChildProcessError:
            break
    over.set()
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_seconds, seconds, peak[0], done.stdout)


def _watch(peak: list[int], over: threading.Event) -> None:
    while not over.wait(_EVERY):
        peak[0] = max(peak[0], sum(map(_proportional_bytes, _descendants(os.getpid()))))


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(") ", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it ended meanwhile
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _proportional_bytes(process: int) -> int:
    """Its memory, pages that several processes share divided by their number."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
