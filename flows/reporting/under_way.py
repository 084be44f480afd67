"""Runs under way, as others see them: which step each is at, and what its steps took so far.

What belongs here: a run's record while it runs, and reading it. What does not: who keeps it
(``flows.showing.recording``), the report at a run's end (``flows.reporting.report``), and the work that a dead run left
to go on with (``tasks.shard.folders``).

The record is a file in ``data/runs`` that the run's process holds a lock on. The kernel lets go of it however that
process ends: a record that can be locked is of a run that died, or was interrupted, and says in which step. The next
run clears it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flows.reporting.stages import Stage

ENDING = ".steps"
_READ_TRIES = 5
_BETWEEN_TRIES = 0.01  # seconds


@dataclass(frozen=True)
class UnderWay:
    """A run that has not come to its end. ``alive``: whether its process is there. Moments in ISO 8601, UTC.

    ``run_id`` is null before its plan is made; ``at`` is the step that it is at, or died in, null between two;
    ``said`` what the display shows of that step. ``inputs``: the first few paths that it reads, ``files`` all.
    ``interrupted``: it was ended by Ctrl-C.
    """

    run_id: str | None
    inputs: tuple[str, ...]
    files: int
    began: str
    last_sign: str
    process: int
    at: str | None
    said: str
    stages: tuple[Stage, ...]
    alive: bool
    interrupted: bool = False

    @property
    def state(self) -> str:
        """At work, interrupted or died."""
        return "at work" if self.alive else "interrupted" if self.interrupted else "died"


def runs_under_way(runs: Path) -> list[UnderWay]:
    """Those of a data folder, by its folder ``runs``, in the order in which they began."""
    found = [_read(file) for file in runs.glob(f"*{ENDING}")]
    return sorted(filter(None, found), key=lambda run: run.began)


def _read(file: Path) -> UnderWay | None:
    """What a record says; null where it is gone by now, or says nothing whole: it is written in place."""
    for _ in range(_READ_TRIES):
        with suppress(ValueError, TypeError, KeyError):
            try:
                value = json.loads(file.read_bytes())
                stages = tuple(Stage(**stage) for stage in value["stages"])
                known = {"inputs": tuple(value["inputs"]), "stages": stages, "alive": is_held(file)}
                return UnderWay(**{**value, **known})
            except OSError:
                return None
        time.sleep(_BETWEEN_TRIES)
    return None


def is_held(file: Path) -> bool:
    """Whether the run of a record is alive."""
    number = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(number)
    return False
