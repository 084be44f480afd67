"""Folders of runs under ``data/work``: whose they are, and what becomes of those whose run died.

What belongs here: the lock that a living run holds on its folder, the list of dead runs, and their clearing away.
What does not: what lies in a folder (``plan``, ``job``).

The lock is the kernel's and ends with the process that holds it, so a folder that can be locked belongs to nobody
alive: no process numbers to compare, and nothing to go stale.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.store import Store, StoreError
from tasks.version import EXTRACTOR

_LOCK = "run.lock"
_IDENTITY = "run.json"
KEPT_FOR = timedelta(days=7)
"""How long the work of a dead run is kept for the same command to go on with."""


class BusyError(StoreError):
    """Another living run has the folder: it reads the same inputs with the same options."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which run a folder belongs to. ``began``: ISO 8601, UTC. ``inputs``: the first few paths, ``files`` all."""

    run_id: str
    began: str
    extractor: str
    inputs: tuple[str, ...]
    files: int

    def write(self, folder: Path) -> None:
        """Put it into the folder, whole or not at all."""
        beside = folder / f"{_IDENTITY}.new"
        beside.write_text(json.dumps(asdict(self)))
        beside.replace(folder / _IDENTITY)

    @classmethod
    def read(cls, folder: Path) -> Identity | None:
        """The identity in a folder; null where there is none, or none that this version writes."""
        try:
            values = json.loads((folder / _IDENTITY).read_text())
            return cls(**{**values, "inputs": tuple(values["inputs"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True, slots=True)
class DeadRun:
    """A run that ended before its commit. Given the same command again within ``KEPT_FOR``, it goes on."""

    identity: Identity
    folder: Path
    last_sign: datetime


class FolderLock:
    """A folder held for this process; ``release`` it, or end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._number = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Its last holder may have taken the folder away between the two calls.
                if os.path.samestat(os.fstat(self._number), (folder / _LOCK).stat()):
                    return
            except BlockingIOError:
                self.release()
                raise BusyError(
                    f"another run of the same inputs is at work in {folder}: wait for its end; it does the same"
                ) from None
            except FileNotFoundError:
                folder.mkdir(parents=True, exist_ok=True)
            self.release()

    @property
    def is_held(self) -> bool:
        """Whether the folder is still this process's."""
        return self._number >= 0

    def release(self) -> None:
        """Let others have the folder."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


def empty(folder: Path) -> None:
    """Take everything out of a folder that is held, but for its lock."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


@contextmanager
def passing_folder(work: Path, prefix: str) -> Iterator[Path]:
    """A folder for what is needed until the block ends; should the process die, the next run clears it."""
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=work))
    lock = FolderLock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def dead_runs(work: Path, store: Store) -> list[DeadRun]:
    """The runs that died before their commit and whose work is still there, oldest first."""
    found = []
    for folder in _folders(work):
        identity = Identity.read(folder)
        if identity is None or _is_held(folder) or store.has_run(identity.run_id):
            continue
        found.append(DeadRun(identity, folder, _last_sign(folder)))
    return sorted(found, key=lambda run: run.identity.began)


def clear_leftovers(work: Path, store: Store, *, but: Path | None = None) -> list[str]:
    """Take away what dead runs left and nobody can go on with; return the folders' names.

    Kept are runs that the same command would go on with: those of this extractor whose last sign of life is younger
    than ``KEPT_FOR``, and ``but``. A folder that a living run holds is never touched.
    """
    cleared = []
    for folder in _folders(work):
        if folder == but:
            continue
        with suppress(BusyError):
            lock = FolderLock(folder)
            identity = Identity.read(folder)
            worth_keeping = (
                identity is not None
                and identity.extractor == EXTRACTOR
                and datetime.now(UTC) - _last_sign(folder) < KEPT_FOR
                and not store.has_run(identity.run_id)
            )
            if not worth_keeping:
                shutil.rmtree(folder)
                cleared.append(folder.name)
            lock.release()
    return cleared


def _folders(work: Path) -> list[Path]:
    return sorted(path for path in work.iterdir() if path.is_dir() and not path.is_symlink()) if work.is_dir() else []


def _is_held(folder: Path) -> bool:
    try:
        FolderLock(folder).release()
    except BusyError:
        return True
    return False


def _last_sign(folder: Path) -> datetime:
    """When something was last written there."""
    times = [path.stat().st_mtime for path in (folder, *folder.glob("*/journal.json"), *folder.glob("*.json"))]
    return datetime.fromtimestamp(max(times), UTC)
