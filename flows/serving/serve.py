"""The process of ``broadsheet serve``: a server where none runs, the deployments, their runs, and a clean end.

What belongs here: what is started in which order, and how it ends. What does not: what is declared
(``deployments``), what is made up for (``catch_up``), the server's process (``flows.engine.embedded``).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from flows.engine.announcement import announce, announced
from flows.engine.embedded import EmbeddedServer
from flows.engine.log import log_to
from flows.engine.scheduled_run import SERVED_BY
from flows.engine.start import set_prefect_up
from flows.options import DataFolder, ServeOptions
from flows.reporting.log_files import begin_log

if TYPE_CHECKING:
    from prefect.runner import Runner

    from flows.serving.deployments import Declared

_PORT = 4200
_CHILD_SECONDS = 10.0
_LOOK_SECONDS = 0.1


def serve(options: ServeOptions) -> None:
    """Serve until interrupted (Ctrl-C, SIGTERM). Raises where the folder is served already or a file is wrong."""
    data = DataFolder(options.data, options.store, options.releases).checked()
    set_prefect_up()
    begin_log(data.log)
    with announced(data.root) as announcement, _server(data, options.port) as (url, server):
        log_to(data.log)
        from flows.serving.deployments import read_deployments

        declared = read_deployments(options.deployments)
        if server:
            server.wait_until_it_serves()
        announce(announcement, url)
        _serve_deployments(options, declared, url, alone=server is not None)


@contextlib.contextmanager
def _server(data: DataFolder, port: int | None) -> Iterator[tuple[str, EmbeddedServer | None]]:
    """The API's URL, and the server where it is one of ours: there was none to use."""
    import prefect.context
    from prefect.settings import get_current_settings

    url = get_current_settings().api.url
    if url is not None:
        yield url, None
        return
    server = _start_server(data, port)
    os.environ["PREFECT_API_URL"] = server.url
    prefect.context.refresh_global_settings_context()
    try:
        yield server.url, server
    finally:
        server.stop()


def _start_server(data: DataFolder, port: int | None) -> EmbeddedServer:
    data.root.mkdir(parents=True, exist_ok=True)
    try:
        return EmbeddedServer.start(data.root / "engine", data.log, port=port or _PORT, whole=True)
    except OSError as error:
        if port is not None:
            raise OSError(error.errno, f"port {port} is taken; name another: --port") from error
        return EmbeddedServer.start(data.root / "engine", data.log, whole=True)


def _serve_deployments(options: ServeOptions, declared: list[Declared], url: str, *, alone: bool) -> None:
    from prefect.client.orchestration import get_client

    from flows.serving.catch_up import end_dead_runs, settle

    given = {"data": str(options.data.absolute()), "sources": str(options.sources.absolute())}
    elsewhere = {"store": options.store, "releases": options.releases}
    given |= {name: place for name, place in elsewhere.items() if place is not None}
    began = datetime.now(UTC)
    runner = _runner()
    for one in declared:
        runner.add_deployment(one.with_parameters(given))
    names = [one.full_name for one in declared]
    with get_client(sync_client=True) as client:
        caught_up = settle(client, names, began, alone=alone)
        _say(declared, caught_up, url)
        os.environ[SERVED_BY] = str(os.getpid())
        try:
            asyncio.run(_until_told(runner))
        finally:
            _end_children()
            if alone:
                end_dead_runs(client, names)


def _runner() -> Runner:
    from prefect.runner import Runner

    # Schedules stay active: what falls due while nobody serves is what the next start catches up with.
    return Runner(name="broadsheet", pause_on_shutdown=False)


async def _until_told(runner: Runner) -> None:
    """Poll for due runs and start them, until SIGINT or SIGTERM, or until polling fails."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def heard(*_: object, **__: object) -> None:
        _say_no_more()
        loop.call_soon_threadsafe(told.set)

    runner.handle_sigterm = heard  # type: ignore[method-assign]  # Prefect offers no other way in
    loop.add_signal_handler(signal.SIGINT, heard)
    polling = asyncio.create_task(runner.start())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({polling, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if polling.done():
        polling.result()
    _end_children()
    polling.cancel()
    await asyncio.wait({polling}, timeout=_CHILD_SECONDS)


def _say_no_more() -> None:
    """The last line; what runs under way say of their end, which Ctrl-C tells them too, is in the log."""
    sys.stdout.write("Ending.\n")
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def _end_children() -> None:
    """End the runs under way, in order where that is quick. What they did is kept; the next start goes on from it."""
    children = {pid for pid, words in _children().items() if "prefect.engine" in words.split("\0")}
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _CHILD_SECONDS
    while children & set(_children()) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
    for pid in children & set(_children()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children() -> dict[int, str]:
    """The processes that this one started and that still run: their command lines."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                found[int(stat.parent.name)] = (stat.parent / "cmdline").read_text(errors="replace")
    return found


def _say(declared: list[Declared], caught_up: list[str], url: str) -> None:
    """Where the UI is, and what runs when."""
    now = datetime.now(UTC)
    table = Table(box=None, pad_edge=False)
    for name in ("deployment", "when (UTC)", "next run", "what"):
        table.add_column(name)
    for one in declared:
        after = one.next_run(now)
        when = "now: catching up" if one.full_name in caught_up else f"{after:%Y-%m-%d %H:%M}" if after else "never"
        table.add_row(one.full_name, one.in_words(), when, one.description or "")
    console = Console(file=sys.stdout)
    console.print(f"UI    {url.removesuffix('/api')}", highlight=False)
    console.print(table)
    console.print("Ctrl-C ends it all.", highlight=False)
    sys.stdout.flush()
