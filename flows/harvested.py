"""From what harvest wrote to what a run reads.

What belongs here: which files those are. What does not: writing them (``tasks.harvest``, which this module does not
load: most runs fetch nothing), and which of them were read before (``flows.ledger``).
"""

from __future__ import annotations

from flows.options import DataFolder
from tasks.sources import Input, ReadOptions, Source, find_inputs


def is_fetched(source: Source) -> bool:
    """Whether harvest fetches the source."""
    return source.enabled and not source.is_input


def harvested_inputs(data: DataFolder, options: ReadOptions) -> list[Input]:
    """The WARCs that harvest finished."""
    files = sorted(str(path) for path in data.harvest.glob("*.warc.gz"))
    return find_inputs(files, "warc", options) if files else []
