"""The files of a table, some at a time: as many as can be read at once in bounded memory.

What belongs here: where a list of files is cut. What does not: what is read out of them.

A month of few rows costs as much to open as a large one, so a hundred of them are read in one go; large ones are
read one after the other, because over all of them at once a reader held 1.4 GB for a million articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

STRETCH_BYTES = 16 << 20


def stretches(files: Iterable[Path]) -> Iterator[list[Path]]:
    """The files in their order, cut into lists of at most 16 MB; a larger file is a list of its own."""
    held: list[Path] = []
    weight = 0
    for file in files:
        size = file.stat().st_size
        if held and weight + size > STRETCH_BYTES:
            yield held
            held, weight = [], 0
        held.append(file)
        weight += size
    if held:
        yield held
