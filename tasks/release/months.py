"""The data files of a release: those that did not change are taken over, the others are written.

What belongs here: which file comes from where. What does not: the writing itself (``data``).
"""

from __future__ import annotations

import os
from pathlib import Path

import dataframely as dy
import pyarrow as pa

from tasks.release.data import write_empty_tables, write_files
from tasks.release.error import ReleaseError
from tasks.release.facts import Progress
from tasks.release.manifest import FileEntry, entries_of, file_entry, read_manifest
from tasks.release.plan import Plan, PlannedFile
from tasks.release.sample import Sample
from tasks.release.side_by_side import each
from tasks.release.uploading import fetch
from tasks.release.versions import Release
from tasks.storage import is_remote


def make_data(  # noqa: PLR0913, PLR0917 - what is written where, what it is compared with, and who hears of it
    folder: Path,
    plans: list[Plan],
    tables: dict[str, type[dy.Schema]],
    former: Release | None,
    progress: Progress,
    sample: Sample,
) -> tuple[list[FileEntry], frozenset[str]]:
    """Every data file of the release, in ``folder``: their entries in the manifest, and which were taken over.

    ``sample`` is shown every article that is written.

    Raises :class:`ReleaseError` where a row breaks its table's schema, or the store changed meanwhile.
    """
    reused = _take_over(folder, plans, former)
    total = sum(plan.rows.height for plan in plans)
    done = sum(entry.rows or 0 for entry in reused.values())
    progress("rows", done, total)

    def held(table: str, rows: pa.Table) -> None:
        if table == "articles":
            sample.see(rows)

    def written(rows: int) -> None:
        nonlocal done
        done += rows
        progress("rows", done, total)

    for plan in plans:
        write_files(plan, tables, folder, skip=reused.keys(), on_bucket=held, on_group=written)
    files: list[PlannedFile] = [file for plan in plans for file in plan.files]
    files += write_empty_tables(plans, tables, folder)
    return each(lambda file: reused.get(file.name) or _written(folder, file), files), frozenset(reused)


def _written(folder: Path, file: PlannedFile) -> FileEntry:
    entry = file_entry(folder, file.name, file.table, file.content_key)
    if entry.rows != file.rows:
        raise ReleaseError(f"{file.name} has {entry.rows:,} rows where {file.rows:,} were planned: the store changed")
    return entry


def _take_over(folder: Path, plans: list[Plan], former: Release | None) -> dict[str, FileEntry]:
    """Link or fetch the files that the former release holds already, if they are still what its manifest says."""
    reused: dict[str, FileEntry] = {}
    if former is None:
        return reused
    held = {entry.path: entry for entry in entries_of(read_manifest(former.path))}
    for file in (file for plan in plans for file in plan.files):
        entry = held.get(file.name)
        if entry is None or entry.content_key != file.content_key:
            continue
        target = folder / file.name
        target.parent.mkdir(exist_ok=True)
        try:
            if is_remote(former.path):
                fetch(former.path, file.name, target)
            else:
                os.link(str(former.path / file.name), target)
        except OSError:
            target.unlink(missing_ok=True)
            continue  # gone, or a file system without hard links: written anew
        if file_entry(folder, file.name, file.table, file.content_key) == entry:
            reused[file.name] = entry
        else:
            target.unlink()
    return reused
