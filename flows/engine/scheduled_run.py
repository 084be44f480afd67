"""What a run that was started by the clock does first: it was not started by our command line.

What belongs here: its log, its end with the process that serves it, workers that do not load Prefect, runs before it
whose process died. What does not: the flows (``flows.scheduled``).
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
DIED = "the process that ran it has ended"
_LOOK_SECONDS = 0.5


def begin_scheduled_run(data: DataFolder) -> None:
    """Call it at the begin of each flow that has a deployment."""
    data.root.mkdir(parents=True, exist_ok=True)
    log_to(data.log)
    _light_main_module()
    if os.environ.get(SERVED_BY) == str(os.getppid()):
        _end_with(os.getppid())
    else:
        _end_dead_runs()


def _end_dead_runs() -> None:
    """Where a worker started this run: say of the deployment's other runs that they have ended.

    Where one at a time runs, this one does. Another that is still called running lost its place, because nobody renewed
    it: its container or machine is gone, and nobody else would ever say so. Where the deployment allows more than one
    (whoever registered it may have said so), another may well live, and nothing is said of it.
    """
    from prefect import runtime
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    deployment, this = runtime.deployment.id, runtime.flow_run.id
    if deployment is None:
        return
    running = {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": [StateType.RUNNING]}}}
    with get_client(sync_client=True) as client:
        limit = client.read_deployment(deployment).global_concurrency_limit
        if limit is None or not limit.active or limit.limit != 1:
            return
        for run in client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(running)):
            if str(run.id) != str(this):
                client.set_flow_run_state(run.id, Crashed(message=DIED), force=True)


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
