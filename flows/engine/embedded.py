"""The embedded server: Prefect's API for the time of one command, in a process forked from it.

What belongs here: that process, how it is waited for and how it ends. What does not: Prefect's settings (``start``),
the server that ``broadsheet serve`` runs (``flows.serving``).

Forked rather than started anew, because a server that loads Prefect a second time costs 2.5 CPU seconds more than
the pages of a small run. It ends when its parent does, however that ends: it reads from a pipe that only the
parent can write to, and the end of that pipe is its signal.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.engine.database import has_automations, is_known_prefect, prepare_database
from flows.engine.error import EngineError
from flows.engine.late_routes import make_routes_late
from flows.engine.lighter import leave_out_the_key_of_settings
from flows.engine.no_docket import leave_docket_out

_LEAST_FREE = 5_000_000  # bytes; its database and journal need some 3 MB
# What the client in a run asks for.
_ASKED_BY_RUNS = ("/flows", "/flow_runs", "/task_runs", "/logs", "/artifacts", "/events", "/csrf-token", "/admin")
_STOP_SECONDS = 5.0
_STOP_POLL_SECONDS = 0.005
_ANSWER_SECONDS = 1.0  # for what is being answered when the server is told to end
_FOLLOW_SECONDS = 1.0


@dataclass
class EmbeddedServer:
    """A server process. ``url`` is its API; ``ready`` and ``alive`` are our ends of its pipes.

    It writes to ``ready`` once, when it serves, and holds its end of both for as long as it lives.
    """

    pid: int
    url: str
    ready: int
    alive: int
    log: Path

    @classmethod
    def start(cls, folder: Path, log: Path, *, port: int = 0, whole: bool = False) -> EmbeddedServer:
        """Fork a server with its database in ``folder``; returns at once. Only from a process with one thread.

        ``whole``: with the user interface and all services, the scheduler above all. Raises OSError where the port
        is taken; 0 takes any.
        """
        folder.mkdir(parents=True, exist_ok=True)
        listener = socket.create_server(("127.0.0.1", port))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        ready_read, ready_write = os.pipe()
        alive_read, alive_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(ready_read)
                os.close(alive_write)
                _leave_the_terminal(log)
                _end_with(alive_read)
                if whole:
                    _follow(log)
                _serve(listener, folder, ready_write, whole=whole)
                status = 0
            # Nothing of the parent may run in the child: no handlers at exit, no flushing of its buffers.
            except BaseException:  # noqa: BLE001 - and it ends in `finally`
                import traceback

                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(status)
        listener.close()
        os.close(ready_write)
        os.close(alive_read)
        return cls(pid, url, ready_read, alive_write, log)

    def wait_until_it_serves(self) -> None:
        """Return when the API answers. Raises :class:`EngineError` when the server ended before it did."""
        if not os.read(self.ready, 1):
            why = ""
            if shutil.disk_usage(self.log.parent).free < _LEAST_FREE:
                why = " (the disk is full)"
            elif _is_elsewhere():
                why = "; does the database of PREFECT_SERVER_DATABASE_CONNECTION_URL answer?"
            raise EngineError(f"the flow engine did not start{why}; its last words are in {self.log}")

    def watch(self, on_loss: Callable[[], object]) -> None:
        """Call ``on_loss``, from a thread of its own, when the server ends unasked: killed, or out of memory.

        Prefect's client would try to reach it for a minute first.
        """

        def wait() -> None:
            os.read(self.ready, 1)  # nothing is written any more: this is the end of the pipe
            if self.pid:
                on_loss()

        threading.Thread(target=wait, name="watch-the-server", daemon=True).start()

    def stop(self) -> None:
        """End the server, which writes what it still holds; after some seconds, the hard way. Safe to repeat."""
        if not self.pid:
            return
        pid, self.pid = self.pid, 0
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < deadline:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    return
                time.sleep(_STOP_POLL_SECONDS)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _leave_the_terminal(log: Path) -> None:
    """A session of its own (Ctrl-C is the parent's to hear) and a file in place of the terminal."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    _write_to(log)


def _write_to(log: Path) -> None:
    """Have what this process says on its standard output and error go to the file that has the log's name now."""
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)


def _follow(log: Path) -> None:
    """Go on in the new log where the old one was put aside, or a removal put another in its place: for a long life."""

    def watch() -> None:
        while True:
            time.sleep(_FOLLOW_SECONDS)
            with contextlib.suppress(OSError):  # a full disk: the old one is better than none
                if not log.exists() or not os.path.samestat(log.stat(), os.fstat(2)):
                    _write_to(log)

    threading.Thread(target=watch, name="follow-the-log", daemon=True).start()


def _end_with(alive: int) -> None:
    """Ask this process to end when the other end of a pipe is closed: nobody writes, so the read ends then."""

    def watch() -> None:
        os.read(alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _serve(listener: socket.socket, folder: Path, ready: int, *, whole: bool) -> None:
    """Serve Prefect's API until told to end; unless ``whole``, without all that one run has no use for."""
    is_migrated = _set_database(folder / "prefect.db")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    os.environ |= {"PREFECT_API_URL": url, "PREFECT_API_DATABASE_MIGRATE_ON_START": str(not is_migrated).lower()}
    if not whole:
        # Block types are for the user interface.
        os.environ |= {
            "PREFECT_UI_ENABLED": "false",
            "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
            "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
        }
        if not _is_elsewhere() and not has_automations(folder / "prefect.db"):
            # What looks at each event for what it sets off.
            os.environ.setdefault("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "false")
        if is_known_prefect():
            leave_docket_out()
    import prefect.context

    prefect.context.refresh_global_settings_context()
    import uvicorn

    if is_known_prefect():
        leave_out_the_key_of_settings()
        if not whole:
            make_routes_late(_ASKED_BY_RUNS)
    from prefect.server.api import server as prefect_server

    _ask_first(prefect_server, _ASKED_BY_RUNS)
    if not whole:
        # It clears up after deleted, late and paused runs, and looks for such all the time: a hundredth of a core.
        vars(prefect_server)["background_worker"] = _no_background_worker

    class Server(uvicorn.Server):
        """Says when it serves; hears SIGTERM alone."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.freeze()  # all of Prefect: nothing of it is garbage
            gc.enable()
            if self.started:
                os.write(ready, b".")

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            hear: Callable[..., None] = self.handle_exit
            signal.signal(signal.SIGTERM, hear)
            yield

        async def main_loop(self) -> None:
            # In place of a look every tenth of a second; once a second answers get a new date.
            loop, told = asyncio.get_running_loop(), asyncio.Event()
            signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(told.set))
            while not (told.is_set() or await self.on_tick(0)):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), 1)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
            # Clients keep their connections open; to leave them a tenth of a second to close these is for nothing.
            for listening in self.servers:
                listening.close()
            for connection in list(self.server_state.connections):
                connection.shutdown()
            deadline = time.monotonic() + _ANSWER_SECONDS
            while self.server_state.tasks and time.monotonic() < deadline:
                await asyncio.sleep(_STOP_POLL_SECONDS)
            await self.lifespan.shutdown()

    # Not "final": that would look through all of Prefect for garbage, a quarter of a second, and find none.
    app = prefect_server.create_app(ephemeral=not whole)
    config = uvicorn.Config(app, log_level="error", log_config=None, lifespan="on")
    Server(config).run(sockets=[listener])


@contextlib.asynccontextmanager
async def _no_background_worker(*_: object, **__: object) -> AsyncIterator[None]:
    """In place of Prefect's, where a server lives no longer than one run."""
    yield


def _ask_first(prefect_server: Any, prefixes: tuple[str, ...]) -> None:
    """Have requests looked up among some of the API's routers first; all others answer as before.

    A router is made ready when a request first comes to it, its own or one on the way to a router behind it.
    """
    routers = sorted(prefect_server.API_ROUTERS, key=lambda router: router.prefix not in prefixes)
    prefect_server.API_ROUTERS = tuple(routers)


def _set_database(file: Path) -> bool:
    """Where the database is, unless the user said so; whether it is known to need no migration."""
    if _is_elsewhere():
        return False
    is_migrated = prepare_database(file)
    os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{file.absolute()}"
    return is_migrated


def _is_elsewhere() -> bool:
    """Whether the user said where the database is."""
    from prefect.settings import get_current_settings

    return bool(get_current_settings().server.database.model_fields_set & {"connection_url", "driver"})
