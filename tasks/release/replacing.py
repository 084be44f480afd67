"""The one way a release that is there changes: another folder takes its place, whole.

What belongs here: the exchange of two folders, and its completion after a crash. What does not: what the new folder
holds (``rewriting``), and how a folder is built out of sight (``building``).

Where the system can exchange two names at once, no moment lies between; elsewhere the new folder first gets a name that
says that it is whole, and whoever locks the releases next completes the exchange.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

_WHOLE, _OLD = ".whole-", ".building-old-"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def replace(folder: Path, target: Path) -> None:
    """Put ``folder`` in the place of the folder ``target``; what stood there is deleted."""
    if _exchange(folder, target):
        shutil.rmtree(folder)
        return
    whole = target.with_name(f"{_WHOLE}{target.name}")
    folder.rename(whole)
    _complete(whole, target)


def complete(releases: Path) -> bool:
    """Complete the exchanges that were interrupted; whether there were any."""
    left = list(releases.glob(f"{_WHOLE}*"))
    for whole in left:
        _complete(whole, releases / whole.name.removeprefix(_WHOLE))
    return bool(left)


def _complete(whole: Path, target: Path) -> None:
    old = target.with_name(f"{_OLD}{target.name}")
    if target.exists():
        target.rename(old)
    whole.rename(target)
    if old.exists():
        shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names at once; false where the system or the file system cannot."""
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)
