"""The flow engine's settings: Prefect quiet, whole, and started without a server, an account or a download.

What belongs here: what Prefect is told through its environment, and where its log goes. What does not: flows.
Must be called before Prefect is imported; a setting that the user made already is left alone.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn, TypeVar

T = TypeVar("T")

_SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The embedded server needs 7 s to start on two shared cores, 17 s the first time, when it makes its database.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # Without these, the states of the last second's tasks may be missing when a short run ends.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}


def leave_at_once(status: int) -> NoReturn:
    """End this process now, and the embedded server with it.

    For an interrupted run: leaving in order, Prefect waits for its tasks, which finish their shards first, and tries
    for half a minute to tell a server that the same Ctrl-C has ended. What is on disk is whole at any moment.
    """
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer().server_process
    if server is not None:
        server.terminate()
    os._exit(status)


def start_engine(log_file: Path, meanwhile: Callable[[], T]) -> T:
    """Set Prefect up for this process, send its log and ours to ``log_file`` (appended), and wait for its API.

    Where no ``PREFECT_API_URL`` is set, that starts an embedded server, which ends with this process. Returns what
    ``meanwhile`` does: it runs while the server starts, which takes seconds on another core.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # Prefect sets its logging up when it is imported: the file is added after that.
    from prefect.client.orchestration import get_client

    log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log_file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in [h for h in root.handlers if getattr(h, "broadsheet", False)]:
        root.removeHandler(old)
        old.close()
    handler.broadsheet = True  # type: ignore[attr-defined]  # marks it as ours for the next call
    root.addHandler(handler)
    for name in ("prefect", "broadsheet"):
        logging.getLogger(name).setLevel(logging.INFO)

    def wait_for_api() -> None:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()

    with ThreadPoolExecutor(1) as pool:
        api = pool.submit(wait_for_api)
        done = meanwhile()
        api.result()
    return done
