"""A release in object storage written anew: fetched, changed here, and put in the place of the old one.

What belongs here: that exchange, and its completion after a crash. What does not: what changes (``rewriting``), and new
releases (``uploading``).

Object storage exchanges no two folders at once. The new release is uploaded beside the old one first, its manifest
last: then it is whole. Then the old one's manifest goes, so that nobody takes it for a release any more; every file is
copied into place, the rest is deleted, and the manifest comes back last. Whoever rewrites next completes an exchange
that was interrupted, or takes away an upload that was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.release.error import ReleaseError
from tasks.release.manifest import MANIFEST
from tasks.release.uploading import (
    DEAD_AFTER,
    clear_dead_uploads,
    fetch_all,
    is_of_storage,
    remove_all,
    versions_under_way,
)
from tasks.storage import one_line

if TYPE_CHECKING:
    from upath import UPath

_BESIDE = ".rewritten-"


@contextmanager
def rebuilding_remote(
    releases: UPath, version: str, staging: Path | None, afterwards: Callable[[UPath], object]
) -> Iterator[tuple[Path, Path]]:
    """The release, fetched to this machine, and an empty folder that takes its place when the block ends well.

    ``staging``: where both lie meanwhile, the system's folder for passing files by default. ``afterwards`` is called
    with ``releases`` once the new one is in place. Raises :class:`ReleaseError` where the storage fails; the same call
    then goes on, and the release is as it was, or whole and new.
    """
    target, beside = releases / version, releases / f"{_BESIDE}{version}"
    with tempfile.TemporaryDirectory(prefix="rewriting-", dir=staging) as folder, _told(target):
        old, new = Path(folder) / "old", Path(folder) / "new"
        for made in (old, new):
            made.mkdir()
        fetch_all(target, old)
        yield old, new
        _upload(new, beside)
        _take_its_place(beside, target)
        afterwards(releases)


def complete_remote(releases: UPath) -> None:
    """Complete exchanges that were interrupted. Raises :class:`ReleaseError` where the storage fails."""
    with _told(releases):
        for beside in list(releases.iterdir()) if releases.is_dir() else []:
            if not beside.name.startswith(_BESIDE):
                continue
            target = releases / beside.name.removeprefix(_BESIDE)
            with _told(target):
                if (beside / MANIFEST).is_file():
                    _take_its_place(beside, target)
                else:
                    remove_all(beside)


def clear_uploads(releases: UPath) -> None:
    """Take away what dead publishers left half uploaded: no list of releases names it.

    Raises :class:`ReleaseError` where the storage fails, and while a living publish uploads.
    """
    with _told(releases):
        clear_dead_uploads(releases)
        living = versions_under_way(releases)
    if living:
        raise ReleaseError(
            f"release {living[0]} is being uploaded to {releases} and may hold the pages: wait until it is done, then "
            f"give the command again; without a sign for {DEAD_AFTER // 60} minutes an upload counts as dead"
        )


@contextmanager
def _told(target: UPath) -> Iterator[None]:
    try:
        yield
    except ReleaseError:
        raise
    except Exception as error:  # each driver has its own errors
        if is_of_storage(error):
            raise ReleaseError(f"{target} could not be rewritten: {one_line(error)}; give the command again") from error
        raise


def _names(folder: UPath) -> set[str]:
    return {str(key).removeprefix(f"{folder.path}/") for key in folder.fs.find(folder.path)}


def _upload(folder: Path, to: UPath) -> None:
    remove_all(to)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    for name in sorted(names, key=lambda name: name == MANIFEST):
        to.fs.put_file(str(folder / name), (to / name).path)
        if to.fs.size((to / name).path) != (folder / name).stat().st_size:
            raise ReleaseError(f"{to / name} is not as it was uploaded: give the command again")


def _take_its_place(beside: UPath, target: UPath) -> None:
    files, names = target.fs, _names(beside)
    if MANIFEST in _names(target):
        files.rm_file((target / MANIFEST).path)
    for name in sorted(names - {MANIFEST}):
        files.cp_file((beside / name).path, (target / name).path)
    for name in sorted(_names(target) - names):
        files.rm_file((target / name).path)
    files.cp_file((beside / MANIFEST).path, (target / MANIFEST).path)
    # Without its manifest first, what is beside would be taken for whole again.
    files.rm_file((beside / MANIFEST).path)
    remove_all(beside)
