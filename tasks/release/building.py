"""The folder in which a release is built, out of sight, and its move into place.

What belongs here: what keeps a half-built release from ever being seen. What does not: what is in it (``publish``).

A release is built in ``releases/.building-<version>`` and moved by one rename, after every byte is on disk. A build
that was killed leaves its folder behind; the next one takes it away. A lock keeps two builds apart.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.release.error import ReleaseError
from tasks.release.replacing import complete, replace
from tasks.release.side_by_side import each

_PREFIX = ".building-"
_LOCK = ".publish.lock"


@contextmanager
def building(releases: Path, version: str, afterwards: Callable[[Path], object] | None = None) -> Iterator[Path]:
    """An empty folder that becomes ``releases/<version>`` when the block ends well, and is gone when it does not.

    ``afterwards`` is called with ``releases`` once the release is in place, before another build may begin.

    Raises :class:`ReleaseError` where the release exists, another build is at work, or the disk is full or cannot be
    written.
    """
    target = releases / version
    with _beside(releases, version, afterwards) as folder:
        if target.exists() or target.is_symlink():
            raise ReleaseError(f"release {version} exists ({target}): a release never changes; name another version")
        yield folder
        _sync(folder)
        folder.rename(target)


@contextmanager
def rebuilding(releases: Path, version: str, afterwards: Callable[[Path], object] | None = None) -> Iterator[Path]:
    """An empty folder that takes the place of ``releases/<version>`` when the block ends well.

    Raises :class:`ReleaseError` as :func:`building` does; the release is then as it was.
    """
    with _beside(releases, version, afterwards) as folder:
        yield folder
        _sync(folder)
        replace(folder, releases / version)


def clear_killed(releases: Path) -> bool:
    """Complete exchanges and take away builds that were killed: either may hold a whole release. Whether any was.

    Raises :class:`ReleaseError` where another build is at work, or the folder cannot be written.
    """
    if not releases.is_dir():
        return False
    try:
        with _locked(releases):
            return _clear_killed(releases)
    except OSError as error:
        raise ReleaseError(_why(error, releases)) from error


def _clear_killed(releases: Path) -> bool:
    """The same, with the releases locked."""
    completed, left = complete(releases), list(releases.glob(f"{_PREFIX}*"))
    for path in left:
        path.unlink() if path.is_symlink() else shutil.rmtree(path)
    return completed or bool(left)


@contextmanager
def _beside(releases: Path, version: str, afterwards: Callable[[Path], object] | None) -> Iterator[Path]:
    """An empty folder out of sight, with the releases locked; gone when the block does not end well."""
    try:
        releases.mkdir(parents=True, exist_ok=True)
        with _locked(releases):
            _clear_killed(releases)
            folder = releases / f"{_PREFIX}{version}"
            folder.mkdir()
            try:
                yield folder
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            _sync_folder(releases)
            if afterwards:
                afterwards(releases)
    except OSError as error:
        raise ReleaseError(_why(error, releases)) from error


@contextmanager
def _locked(releases: Path) -> Iterator[None]:
    with (releases / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(f"another release is being made in {releases}: wait until it is done") from None
        yield


def _sync(folder: Path) -> None:
    """Every file of the folder on disk, then the folders that name them."""
    held = list(folder.rglob("*"))
    each(_sync_file, (path for path in held if path.is_file()))
    for path in [*(path for path in held if path.is_dir()), folder]:
        _sync_folder(path)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _why(error: OSError, releases: Path) -> str:
    what = f"the release could not be written to {releases}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{what}: the disk is full; make room and publish again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{what}: it is not writable ({error.strerror})"
    return f"{what}: {error.strerror or str(error).splitlines()[0]}"
