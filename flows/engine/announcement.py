"""Which server ``broadsheet serve`` runs on a data folder, so that other commands use it and none is started twice.

What belongs here: one small file, who may write it and whether it is true. What does not: servers. The file is held
under a lock by the process that serves: the kernel lets go of it however that process ends, so that a kill leaves
nothing that the next start would have to clear.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from flows.engine.error import ServingError


def serving_on(data: Path) -> str | None:
    """The API URL of the server that ``broadsheet serve`` runs on a data folder; null where none does."""
    file = data / "engine" / "serving.json"
    try:
        value = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    lock = FileLock(file.with_suffix(".lock"))
    try:
        with lock.acquire(timeout=0):
            return None  # nobody holds it: what the file says is of a process that has ended
    except Timeout:
        return str(value["api_url"])


@contextmanager
def announced(data: Path) -> Iterator[Path]:
    """Hold the data folder as the one that serves it. Yields the file for :func:`announce`.

    Raises :class:`ServingError` when another process does.
    """
    folder = data / "engine"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "serving.json"
    lock = FileLock(file.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        try:
            value = json.loads(file.read_text())
        except (OSError, ValueError):
            value = {"pid": "?", "api_url": "?"}
        raise ServingError(f"{data} is served already: process {value['pid']}, {value['api_url']}") from None
    try:
        file.unlink(missing_ok=True)
        yield file
    finally:
        file.unlink(missing_ok=True)
        lock.release()


def announce(file: Path, api_url: str) -> None:
    """Write where the API is, whole or not at all."""
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps({"pid": os.getpid(), "api_url": api_url}))
    beside.replace(file)
