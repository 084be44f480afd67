"""The record of this process's run, for as long as it runs: what ``status`` and the run's Prefect page show of it.

What belongs here: keeping it up to date and taking it away. What does not: what is in it and who reads it
(``flows.reporting.under_way``).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from flows.options import DataFolder
from flows.reporting.artifacts import show_stages_so_far
from flows.reporting.under_way import ENDING, UnderWay, is_held
from flows.showing.display import current
from tasks.values.urls import without_secrets

_WRITTEN_EVERY = 1.0  # seconds
# A request to the engine's server each; a short run is over before the first.
_SHOWN_EVERY = 10.0
_END_SECONDS = 1.0
_PATHS = 3  # that a run is told by


class Record:
    """A run's record, kept up to date from a thread of its own."""

    def __init__(self, runs: Path) -> None:
        runs.mkdir(parents=True, exist_ok=True)
        self._file = runs / f"{secrets.token_hex(8)}{ENDING}"
        self._number = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        fcntl.flock(self._number, fcntl.LOCK_EX)
        self._display, self._first = current(), len(current().steps)
        self._run: tuple[str | None, tuple[str, ...]] = (None, ())
        self._began = datetime.now(UTC)
        # Reentrant: the handler of Ctrl-C writes too, in the main thread, which may be writing just then.
        self._over, self._writing = threading.Event(), threading.RLock()
        self._display.on_change = self._write
        # With this flow's context, so that Prefect knows whose page the table belongs to.
        self._thread = threading.Thread(target=copy_context().run, args=(self._keep,), daemon=True, name="steps")
        self._thread.start()

    def name(self, run_id: str, inputs: Sequence[str]) -> None:
        """Which run it is, as soon as that is known."""
        self._run = (run_id, tuple(map(without_secrets, inputs)))
        self._write()

    def end(self) -> None:
        """The run has come to its end, or failed and said why: nothing is under way."""
        self._display.on_change = lambda: None
        with self._writing:
            self._over.set()
            self._file.unlink(missing_ok=True)
            os.close(self._number)
        # Longer only where it asks a server that is gone, which Prefect does for a minute.
        self._thread.join(_END_SECONDS)

    def _keep(self) -> None:
        shown = time.monotonic()
        while not self._over.wait(_WRITTEN_EVERY):
            self._write()
            if time.monotonic() - shown > _SHOWN_EVERY:
                shown = time.monotonic()
                show_stages_so_far(self._display.so_far(self._first)[0])

    def _write(self) -> None:
        run_id, inputs = self._run
        stages, at, said = self._display.so_far(self._first)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        began = self._began.isoformat(timespec="seconds")
        value = UnderWay(
            run_id=run_id,
            inputs=inputs[:_PATHS],
            files=len(inputs),
            began=began,
            last_sign=now,
            process=os.getpid(),
            at=at,
            said=said,
            stages=stages,
            alive=True,
            interrupted=self._display.interrupted,
        )
        text = json.dumps(asdict(value)).encode()
        # In place: the lock is this file's, and a file put in its place would have none. A full disk is for the run to
        # meet, and to say.
        with self._writing, suppress(OSError):
            if not self._over.is_set():
                os.pwrite(self._number, text, 0)
                os.ftruncate(self._number, len(text))


_records: list[Record] = []


@contextmanager
def recorded(data: DataFolder) -> Iterator[Record]:
    """Keep a record of this process's run for as long as the block; within another one's block, that one is kept."""
    if _records:
        yield _records[0]
        return
    _clear(data.runs)
    record = Record(data.runs)
    _records.append(record)
    try:
        yield record
    finally:
        _records.remove(record)
        record.end()


def _clear(runs: Path) -> None:
    """Take away the records of dead runs."""
    for file in runs.glob(f"*{ENDING}"):
        with suppress(OSError):
            if not is_held(file):
                file.unlink()
