"""The log of a data folder and those before it: ``broadsheet.log``, ``broadsheet.log.1`` and so on, newest first.

What belongs here: when the next one begins, and which there are. What does not: what is written (``flows.engine.log``).

A process that has the log open goes on in the new one: its handler looks at each line which file has the name now.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from itertools import pairwise
from pathlib import Path

MOST_BYTES = 10_000_000
KEPT = 3


def begin_log(log: Path, most_bytes: int = MOST_BYTES) -> None:
    """Put a log that has grown too large aside, and the oldest away; for the begin of a command.

    Of any number of commands at once one does it. A disk that does not let it is not what a command fails of.
    """
    with contextlib.suppress(OSError):
        if log.stat().st_size > most_bytes:
            _rotate(log, most_bytes)


def log_files(log: Path) -> list[Path]:
    """The log and those before it, as far as there are any."""
    return [path for path in (log, *_older(log)) if path.is_file()]


def _older(log: Path) -> list[Path]:
    return [log.with_name(f"{log.name}.{number}") for number in range(1, KEPT + 1)]


def _rotate(log: Path, most_bytes: int) -> None:
    # The folder, which is there for as long as its files: a lock file of our own would be one more to look after.
    folder = os.open(log.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if log.stat().st_size <= most_bytes:  # another command was faster
            return
        names = [log, *_older(log)]
        for newer, older in reversed(list(pairwise(names))):
            if newer.is_file():
                newer.replace(older)
    finally:
        os.close(folder)
