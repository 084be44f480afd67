"""A worker does not outlive its supervisor, however that ends.

What belongs here: how a worker learns of it. What does not: how a supervisor ends a worker (``workers``).

A worker's parent is the fork server, and the fork server lives as long as a worker does: after ``kill -9`` of the run
both would go on, and write into the folder where the next run goes on. What ends with the supervisor is the pipe that
its process holds open to the worker.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable
from multiprocessing import parent_process


def tie_to_supervisor() -> Callable[[], None]:
    """Have the kernel kill this process as soon as its supervisor is gone; call what is returned once a record, too.

    The kernel's signal (Linux) ends a worker also inside a regular expression or a C library, where no Python code
    runs. Elsewhere the returned function alone ends the worker, at its next record.
    """
    parent = parent_process()
    if parent is None:
        return lambda: None
    if hasattr(fcntl, "F_SETSIG"):
        pipe = parent.sentinel
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)

    def alive() -> None:
        # Asked after the signal is set up, so that a supervisor that died before is noticed as well.
        if not parent.is_alive():
            os._exit(1)

    alive()
    return alive
