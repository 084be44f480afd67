"""Arrays that take long to unpack, kept unpacked in the user's cache, to be mapped by the next process.

What belongs here: the files, and that they are what was written. What does not: whose arrays they are (``detection``).

Whatever is wrong with a cache (no home, nobody may write there, the disk is full, a file was cut or changed) costs the
time it would have saved, and nothing else. Its folder may be deleted at any time. What no process has used for a month
(the arrays of an older version, what a killed process left) goes when new ones are kept, and with the first use in a
day of others.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

_SUMS = "sums.json"
_UNUSED_SECONDS = 30 * 24 * 3600
_LOOK_SECONDS = 24 * 3600


def kept_unpacked(name: str, unpack: Callable[[], Mapping[str, NDArray[Any]]]) -> Arrays:
    """The arrays that ``unpack`` makes, from the cache where they are there. ``name`` says all that they depend on."""
    cache = _cache()
    if cache is None:
        return dict(unpack())
    folder = cache / name
    # Anything but exactly what was written is unpacked anew.
    with contextlib.suppress(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        arrays = _mapped(folder)
        with contextlib.suppress(OSError):
            before = folder.stat().st_mtime
            os.utime(folder)  # its time says when it was last used
            if before < time.time() - _LOOK_SECONDS:
                _clear(cache)
        return arrays
    arrays = dict(unpack())
    with contextlib.suppress(OSError):
        _keep(arrays, folder)
    return arrays


def _cache() -> Path | None:
    """The user's cache; null where there is none."""
    said = os.environ.get("XDG_CACHE_HOME", "")
    try:
        home = Path(said) if Path(said).is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # a user without a home
        return None
    return home / "broadsheet"


def _mapped(folder: Path) -> Arrays:
    sums = json.loads((folder / _SUMS).read_text())
    # Plain arrays over the mapped files: numpy's own kind for those takes its time at each step.
    arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)) for name in sums}
    if any(_sum(array) != sums[name] for name, array in arrays.items()):
        raise ValueError(folder)
    return arrays


def _sum(array: NDArray[Any]) -> int:
    """A checksum: 68 MB take 0.02 s."""
    return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _keep(arrays: Arrays, folder: Path) -> None:
    """Write the arrays, all or none; those of another process that was faster stay, if they are whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clear(folder.parent)
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(beside / f"{name}.npy", array, allow_pickle=False)
        (beside / _SUMS).write_text(json.dumps({name: _sum(array) for name, array in arrays.items()}))
        shutil.rmtree(folder, ignore_errors=True)  # of a cache that could not be used
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _clear(cache: Path) -> None:
    """Take away what has not been used for a month."""
    for old in cache.iterdir():
        if old.is_dir() and old.stat().st_mtime < time.time() - _UNUSED_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
