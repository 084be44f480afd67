"""A matrix put together by the names of its columns: those that a model asks for, or all.

What belongs here: which columns are made at all. Of 312 the model asks for 125, and each costs as much to make as to
ask about. What does not: what they say (``features``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.extraction.body.figures import Floats, Ints

Column = npt.NDArray[Any]


class Table:
    """Columns by name: those that are wanted, or all. What makes a column is called only where it is wanted."""

    def __init__(self, rows: int, wanted: list[str] | None) -> None:
        self.rows = rows
        self._names: list[str] = [] if wanted is None else wanted
        self._every: list[Floats] | None = [] if wanted is None else None
        self._matrix: Floats = np.empty((len(self._names), rows), np.float32)
        self._missing = {name: place for place, name in enumerate(self._names)}

    def add(self, name: str, column: Callable[[], Column | float]) -> None:
        """One column, or one value for the whole of it."""
        if self._every is None:
            place = self._missing.pop(name, None)
            if place is not None:
                self._matrix[place] = column()
            return
        self._names.append(name)
        self._every.append(np.full(self.rows, column(), np.float32))

    def add_bits(self, prefix: str, names: list[str], masks: Callable[[], Ints]) -> None:
        """One column a bit of the masks."""
        if self._every is None:
            found = [(self._missing.pop(f"{prefix}.{name}", -1), bit) for bit, name in enumerate(names)]
            wanted = [(place, bit) for place, bit in found if place >= 0]
            if wanted:
                places, bits = zip(*wanted, strict=True)
                self._matrix[list(places)] = (masks() >> np.array(bits)[:, None]) & 1
            return
        self._names += [f"{prefix}.{name}" for name in names]
        self._every += list(((masks() >> np.arange(len(names))[:, None]) & 1).astype(np.float32))

    def matrix(self) -> tuple[list[str], Floats]:
        """The names and the columns side by side. Raises KeyError where a wanted one was never added."""
        if self._missing:
            raise KeyError(*self._missing)
        return self._names, (self._matrix if self._every is None else np.stack(self._every)).T


def around(values: Floats, reach: int) -> Floats:
    """Sums over each row and ``reach`` rows on either side."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    place = np.arange(len(values))
    return (sums[np.minimum(place + reach + 1, len(values))] - sums[np.maximum(place - reach, 0)]).astype(np.float32)
