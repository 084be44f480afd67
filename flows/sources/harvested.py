"""From what harvest wrote to what a run reads.

What belongs here: which files those are. What does not: writing them (``tasks.harvest``, which this module does not
load: most runs fetch nothing), and which of them were read before (``flows.ingesting.ledger``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.options import DataFolder
from tasks.sources import Input, ReadOptions, Source, find_inputs, read_sources


def is_fetched(source: Source) -> bool:
    """Whether harvest fetches the source."""
    return source.enabled and not source.is_input


def harvests_first(inputs: Sequence[str], sources: Path) -> bool:
    """Whether the main job fetches before it reads: no inputs are named, and some declared source is fetched."""
    return not inputs and any(map(is_fetched, read_sources(sources)))


def harvested_inputs(data: DataFolder, options: ReadOptions) -> list[Input]:
    """The WARCs that harvest finished."""
    files = sorted(str(path) for path in data.harvest.glob("*.warc.gz"))
    return find_inputs(files, "warc", options) if files else []
