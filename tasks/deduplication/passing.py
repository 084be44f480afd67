"""Files that one step of a run leaves for the next, and that are gone when the run is.

What belongs here: how they are written. What does not: what is in them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

PASSING: dict[str, Any] = {
    # Packed and unpacked in a third of zstd's time; they live for minutes.
    "compression": "lz4",
    # Texts are read one here and one there, and a page of a megabyte is unpacked for each.
    "data_page_size": 1 << 15,
    # Nothing is looked for by its range, and of a text it would be the text.
    "statistics": False,
}


def pass_on(frame: pl.LazyFrame, file: Path) -> None:
    """Write the frame, some thousand rows at a time."""
    frame.sink_parquet(file, **PASSING)
