"""Who works in a harvest folder: any number of harvests, or one removal.

What belongs here: that lock. What does not: the locks of files under way (``warc_file``), and hosts (``state.leases``).

The lock is the kernel's and ends with the process that holds it. A harvest holds it from before it asks what was taken
out for good until it has ended: what a removal takes out, no harvest in the same folder writes again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.harvest.warc_file import is_written_to, locked

_LOCK = ".harvest.lock"


class AtWorkError(Exception):
    """A harvest is at work in the folder."""


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Hold the folder for a harvest; waits for a removal that is at work there."""
    with _held(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def at_rest(folder: Path) -> Iterator[None]:
    """Hold the folder for a removal: no harvest begins meanwhile. Raises :class:`AtWorkError` where one is at work."""
    try:
        with _held(folder, fcntl.LOCK_EX | fcntl.LOCK_NB), locked(folder):
            if is_written_to(folder):  # by a harvest of a version that did not hold the folder
                raise BlockingIOError
            yield
    except BlockingIOError:
        raise AtWorkError(f"a harvest is at work in {folder}") from None


@contextmanager
def _held(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
