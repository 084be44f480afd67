"""The fork server: the process that workers are forked from, which has imported the stages once.

What belongs here: how it starts. What does not: what it imports (``preload``), the workers (``workers``).

Python would start it as a program of its own, which imports again what this process has: more than a CPU second. So a
program that knows early that it may need one calls ``stand_by``: a fork of it waits, and becomes the fork server when
there is work. Only early enough: a fork takes no threads along, and what they held stays held. Where nobody
stood by (a scheduled run, a worker of Dask's), or a fork server has died, Python starts one as it always does.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker, util
from pathlib import Path
from typing import Any, NoReturn

NAME = "fork-server"
"""What the system calls it (``ps -o comm``): its command line is that of the program that it was forked from."""

_COMMAND_BYTES = 1 << 20

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tasks.shard.preload"])


@dataclass(slots=True)
class _Waiting:
    """A process that stood by for us, and our end of the socket that it waits at."""

    pid: int
    orders: socket.socket


_waiting: list[_Waiting] = []


def call_this_process(name: str) -> None:
    """Tell the system what this process is (15 letters), for ``ps`` and ``top``; where it cannot be told, nothing."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def stand_by() -> None:
    """Fork the process that will be the fork server, where that is safe; it ends with this one if never needed."""
    # The kernel's word: Linux alone, where forking a program that has loaded much is usual and sound.
    if _waiting or not sys.platform.startswith("linux") or threading.active_count() > 1:
        return
    ours, theirs = socket.socketpair()
    sys.stdout.flush()  # workers flush what they have at their end
    sys.stderr.flush()
    # A Ctrl-C in between must not have the child do what this process does at one.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid = os.fork()
        if pid == 0:
            ours.close()
            _become_the_fork_server(theirs, before)
    except OSError:  # no process to be had now: later, Python's own way may have better luck, or says so
        ours.close()
        return
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    _waiting.append(_Waiting(pid, ours))


def get_ready() -> None:
    """Start the fork server now, so that it has imported the stages when the first shard comes. Returns at once."""
    if not _waiting:
        forkserver.ensure_running()
        return
    waiting = _waiting.pop()
    resource_tracker.ensure_running()
    with waiting.orders, _started_by(waiting):
        forkserver.ensure_running()


@contextlib.contextmanager
def _started_by(waiting: _Waiting) -> Iterator[None]:
    """Have ``multiprocessing`` give the command that it starts a fork server with to the process that stands by."""
    usual: Any = util.spawnv_passfds

    def order(path: bytes, args: Sequence[Any], fds: Sequence[int]) -> int:
        try:
            numbers = ",".join(map(str, fds))
            socket.send_fds(waiting.orders, [f"{numbers};{args[-1]}".encode()], list(fds))
        except OSError:  # it was killed meanwhile
            return int(usual(path, args, fds))
        return waiting.pid

    util.spawnv_passfds = order  # type: ignore[assignment]  # multiprocessing offers no other way in
    try:
        yield
    finally:
        util.spawnv_passfds = usual


def _become_the_fork_server(orders: socket.socket, mask: set[int]) -> NoReturn:
    """Wait for the command, then do it. Nothing of the parent may run here: no handlers at exit, no flushing."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        gc.freeze()  # looking through what the parent loaded would copy all of it
        call_this_process(NAME)
        _close_all_but(orders.fileno())
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__  # whatever the parent put in their place
        command = _wait_for_command(orders)
        if command:
            # The default for Ctrl-C, which a fork server hands on to its workers.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            positional, named = _arguments_in(command)
            forkserver.main(*positional, **named)
        status = 0
    except SystemExit:
        status = 0  # nobody is left who could want a worker
    except BaseException:  # noqa: BLE001 - and it ends in `finally`
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _arguments_in(command: str) -> tuple[list[Any], dict[str, Any]]:
    """What this version of Python gives to the fork server's ``main``.

    The command is what it would start a program with: "from multiprocessing.forkserver import main; main(...)".
    """
    statement = ast.parse(command).body[-1]
    if not (isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call)):
        raise ValueError(f"a fork server is not started by {command!r}")
    named: dict[str, Any] = {}
    for keyword in call.keywords:
        value = ast.literal_eval(keyword.value)
        named |= value if keyword.arg is None else {keyword.arg: value}
    return [ast.literal_eval(argument) for argument in call.args], named


def _wait_for_command(orders: socket.socket) -> str:
    """The command, with the files that it speaks of in place; empty when the parent has ended."""
    said, got, _, _ = socket.recv_fds(orders, _COMMAND_BYTES, 2)
    orders.close()
    if not said:
        return ""
    numbers, _, command = said.decode().partition(";")
    wanted = [int(number) for number in numbers.split(",")]
    # First out of the way of one another.
    apart = [fcntl.fcntl(number, fcntl.F_DUPFD, max(wanted) + 1) for number in got]
    for number in got:
        os.close(number)
    for number, place in zip(apart, wanted, strict=True):
        os.dup2(number, place)
        os.close(number)
    return command


def _close_all_but(kept: int) -> None:
    """Close what the parent has open, as a program that is started anew has it closed; but not its terminal."""
    for file in list(Path("/proc/self/fd").iterdir()):
        number = int(file.name)
        if number > 2 and number != kept:
            with contextlib.suppress(OSError):  # the one that the folder was read by
                os.close(number)
