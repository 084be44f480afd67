"""From what harvest wrote to what a run reads.

What belongs here: which WARCs are new to the store. What does not: writing them (``tasks.harvest``, which this module
does not load: most runs fetch nothing).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from flows.options import DataFolder
from tasks.sources import Input, ReadOptions, Source, find_inputs
from tasks.sources.locations import is_remote


def is_fetched(source: Source) -> bool:
    """Whether harvest fetches the source."""
    return source.enabled and not source.is_input


def harvested_inputs(data: DataFolder, options: ReadOptions) -> list[Input]:
    """The WARCs that harvest finished and that no run has read into this store."""
    files = sorted(str(path) for path in data.harvest.glob("*.warc.gz"))
    known = _ingested(data)
    new = [path for path in files if Path(path).name not in known]
    return find_inputs(new, "warc", options) if new else []


def note_ingested(data: DataFolder, paths: Iterable[str]) -> None:
    """Remember which of harvest's WARCs are in the store. Kept with the store: without the one, the other is void."""
    folder = data.harvest.resolve()
    names = {Path(path).name for path in paths if not is_remote(path) and Path(path).resolve().parent == folder}
    known = _ingested(data)
    if not names - known:
        return
    file = _ledger(data)
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(sorted(known | names), indent=0))
    beside.replace(file)


def _ingested(data: DataFolder) -> set[str]:
    try:
        return set(json.loads(_ledger(data).read_text()))
    except (FileNotFoundError, ValueError):
        return set()  # all are read again, and their pages are unchanged


def _ledger(data: DataFolder) -> Path:
    if isinstance(data.store, Path):
        return data.store / "harvested.json"
    # A store in object storage takes in what several machines harvested, each under names of its own.
    return data.harvest / f"ingested-{hashlib.sha256(str(data.store).encode()).hexdigest()[:16]}.json"
