"""The WARC file that a harvester is writing: out of sight and locked until it is whole, then renamed into place.

What belongs here: names, locks, appending, making durable, rotating by size. What does not: records (``records``)
and what a harvester that died left behind (``replay``).

A file under way is hidden (``.NAME.open``), so no reader of the folder takes it; its lock tells whether its writer
lives. No name holds anything that came from the network.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tasks.harvest.records import warcinfo

OPEN = ".open"
ROTATE_BYTES = 256_000_000


def open_name(name: str) -> str:
    """The hidden name of a file under way."""
    return f".{name}{OPEN}"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a harvester's files go: the folder, its own name (hexadecimal digits), and the User-Agent it used."""

    folder: Path
    owner: str
    user_agent: str


class WarcFile:
    """Appends exchanges. ``committed`` is the length up to which everything is durable and known to the state."""

    def __init__(self, shelf: Shelf, serial: int) -> None:
        now = datetime.now(UTC)
        self.name = f"harvest-{now:%Y%m%dT%H%M%S%f}"[:-3] + f"Z-{shelf.owner}-{serial:05d}.warc.gz"
        self.folder = shelf.folder
        self.path = shelf.folder / open_name(self.name)
        with locked(shelf.folder):
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._head = warcinfo(self.name, shelf.user_agent, now)
        try:
            self.committed = self._write(self._head, 0)
        except OSError:
            self.path.unlink()
            os.close(self._file)
            raise

    @property
    def is_empty(self) -> bool:
        """Whether it holds no exchange."""
        return self.committed == len(self._head)

    def append(self, data: bytes) -> int:
        """Write after what is committed and make it durable; return the new length.

        Raises OSError (a full disk), with the file cut back to what is committed.
        """
        try:
            end = self._write(data, self.committed)
            os.fdatasync(self._file)
        except OSError:
            self.cut_back()
            raise
        return end

    def cut_back(self) -> None:
        """Take away what was appended and is not committed."""
        os.ftruncate(self._file, self.committed)

    def _write(self, data: bytes, at: int) -> int:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, at)
            view, at = view[written:], at + written
        return at

    def close(self) -> Path | None:
        """Move the file into place, under its name; remove it where it holds no exchange. Returns where it is."""
        place = None
        if self.is_empty:
            self.path.unlink()
        else:
            os.fsync(self._file)
            place = self.folder / self.name
            self.path.rename(place)
            sync_folder(self.folder)
        os.close(self._file)
        return place

    def abandon(self) -> None:
        """Leave the file as it is, for the next harvest to recover."""
        os.close(self._file)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time makes files under way or takes orphans over: a file is never seen without its lock."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def orphans(folder: Path) -> Iterator[tuple[Path, int]]:
    """Files under way whose writer is gone, each locked until the next is asked for: path and descriptor."""
    for path in sorted(folder.glob(f".*{OPEN}")):
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:  # its writer was just done
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            continue
        if path.exists():  # not renamed by its writer between the listing and the lock
            yield path, file
        os.close(file)


def is_written_to(folder: Path) -> bool:
    """Whether some file under way has a writer that lives."""
    return len(list(folder.glob(f".*{OPEN}"))) > sum(1 for _ in orphans(folder))


def owner_of(path: Path) -> str:
    """The harvester that wrote a file under way, from its name."""
    return path.name.rsplit("-", 2)[-2]


def sync_folder(folder: Path) -> None:
    """Make a rename durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
