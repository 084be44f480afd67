"""What a run that was started by the clock does first: it was not started by our command line.

What belongs here: its log, its end with the process that serves it, workers that do not load Prefect. What does not:
the flows (``flows.scheduled``).
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import threading
import time

from flows.engine.log import log_to
from flows.options import DataFolder

# Set by `broadsheet serve` for the runs it starts: its process id. Runs that a worker starts have none.
SERVED_BY = "BROADSHEET_SERVED_BY"
_LOOK_SECONDS = 0.5


def begin_scheduled_run(data: DataFolder) -> None:
    """Call it at the begin of each flow that has a deployment."""
    data.root.mkdir(parents=True, exist_ok=True)
    log_to(data.log)
    _light_main_module()
    if os.environ.get(SERVED_BY) == str(os.getppid()):
        _end_with(os.getppid())


def _light_main_module() -> None:
    """Let worker processes load ``flows.__main__`` as their main module, as those of the command line do.

    They load what ``__main__`` says it is, and Prefect's module that runs a flow costs 2.5 CPU seconds each time.
    """
    main = sys.modules["__main__"]
    if "/prefect/" in (getattr(main, "__file__", None) or ""):
        main.__spec__ = importlib.util.find_spec("flows.__main__")


def _end_with(parent: int) -> None:
    """End when the process that serves this run has ended, however it did: nobody would hear of the outcome.

    What is on disk is whole at any moment, and the run that is started next goes on from there.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
