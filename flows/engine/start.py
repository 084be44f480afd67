"""The start of the engine for one command: Prefect quiet and whole, without a server, an account or a download.

What belongs here: what Prefect is told through its environment, which server this process uses. What does not: the
embedded server (``embedded``), its database (``database``) and the log (``log``). Must be called before Prefect is
imported; a setting that the user made already is left alone.
"""

from __future__ import annotations

import atexit
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from flows.engine.announcement import serving_on
from flows.engine.database import is_known_prefect
from flows.engine.embedded import EmbeddedServer
from flows.engine.error import EngineError
from flows.engine.lighter import name_settings_for_logging, read_no_certificates
from flows.engine.log import log_to
from flows.loading import loading

T = TypeVar("T")

_SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Without these, the states of the last second's tasks may be missing when a short run ends.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    # What its helpers say of a server that went away: a page of terminal for each event. The run says it in a line.
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    # We have none; to look for some, pydantic reads the entry points of every package there is.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}

_embedded: list[EmbeddedServer] = []


def set_prefect_up() -> None:
    """Our settings into the environment, where the user made none; also for child processes."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def leave_at_once(status: int) -> NoReturn:
    """End this process now, and the embedded server with it.

    For an interrupted run: leaving in order, Prefect waits for its tasks, which finish their shards first, and tries
    for half a minute to tell a server of them. What is on disk is whole at any moment.
    """
    for server in _embedded:
        server.stop()
    os._exit(status)


def start_engine(
    data: Path, log_file: Path, meanwhile: Callable[[], T], on_loss: Callable[[], object] = lambda: None
) -> T:
    """Set Prefect up for this process, send its log and ours to ``log_file`` (appended), and wait for its API.

    The API is that of ``PREFECT_API_URL`` (or the user's Prefect profile), else the one that ``broadsheet serve``
    runs on the folder ``data``, else an embedded server, which ends with this process. Returns what ``meanwhile``
    does: it runs while an embedded server starts, which takes seconds on another core, and after one of others has
    answered. ``on_loss`` is called, from another thread, when an embedded server ends before this process.
    """
    set_prefect_up()
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with loading():
        import prefect.context
        from prefect.settings import get_current_settings

        if is_known := is_known_prefect():
            name_settings_for_logging()
        server = None
        if get_current_settings().api.url is None:
            url = serving_on(data)
            if url is None:
                _load_what_both_need()
                # Forked here, while Prefect is loaded and no thread was started: the server need not load it again.
                server = EmbeddedServer.start(data / "engine", log_file)
                _embedded.append(server)
                atexit.register(server.stop)
                url = server.url
            os.environ["PREFECT_API_URL"] = url
            if server:
                # Forked from this process, it has the same version.
                os.environ.setdefault("PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED", "false")
                if not get_current_settings().server.api.csrf_protection_enabled:
                    # It would ask for a token first, to hear that none is needed.
                    os.environ.setdefault("PREFECT_CLIENT_CSRF_SUPPORT_ENABLED", "false")
                if is_known:
                    read_no_certificates()
            prefect.context.refresh_global_settings_context()
            if server:
                # Nobody listens for them in there, and ending them costs each flow up to a second.
                get_current_settings().flows.heartbeat_frequency = None
        log_to(log_file)
        if server is None:
            _check_that_it_answers()  # before any work is begun for nothing
        done = meanwhile()
    if server:
        server.wait_until_it_serves()
        server.watch(on_loss)
    return done


def _load_what_both_need() -> None:
    """Load what this process would load later and the server at once: before the fork, it is loaded once."""
    for name in ("anyio._backends._asyncio", "fastapi.encoders", "jinja2", "pydantic.v1"):
        importlib.import_module(name)


def _check_that_it_answers() -> None:
    """Raise :class:`EngineError` where the server that the user named does not answer: Prefect would say it later."""
    import httpx
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except (httpx.HTTPError, RuntimeError) as error:
        # Without the address, which may hold a password.
        raise EngineError(
            f"the Prefect server of PREFECT_API_URL does not answer ({type(error).__name__}): start it, or unset it"
        ) from error
