"""Where the columns of a table hold given values: one pass over all rows, in memory that does not grow with them.

What belongs here: that look-up. What does not: which values are looked for, and what a match means (``candidates``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.heap import keep_freed_memory

Positions = npt.NDArray[np.int64]

# Rows of the store that are held, so that the filter of one column serves many of its values before it is made for the
# next: looking at every column of one row group of 20,000 cost four times as much.
PIECE = 3 << 17
# Values that are looked at in one go.
_BLOCK = 1 << 16
# Matches of a column that are held before its buckets are cut to size.
MATCHES_HELD = 1 << 20


def known_matches(
    known: pl.LazyFrame, wanted: dict[str, npt.NDArray[Any]], oldest: int, newest: int
) -> dict[str, tuple[Positions, Positions]]:
    """Where each of the store's columns holds one of the values ``wanted`` of it (ascending, each once).

    For each column the positions and the places in its ``wanted``, by place and then position; of each value
    the first ``oldest`` positions and the last ``newest``. All columns are read in one pass: opening the
    files once for each of 33 costs more than reading them. Memory: for each column a table of some bytes a wanted
    value, some pieces of the columns, and the matches; how large the store is does not matter.
    """
    keep_freed_memory()
    searched = {column: _Searched(values) for column, values in wanted.items() if len(values)}
    look, before = _Filter(max((len(one.wanted) for one in searched.values()), default=0)), 0
    for held in _pieces(known.select(list(searched))) if searched else ():
        for column, one in searched.items():
            look.expect(one.wanted)
            one.look_up(_values(held, column), before, look)
            if one.held > MATCHES_HELD:
                one.found(oldest, newest)
        before += sum(piece.height for piece in held)
    nothing = np.empty(0, dtype=np.int64)
    return {name: searched[name].found(oldest, newest) if name in searched else (nothing,) * 2 for name in wanted}


def _pieces(frame: pl.LazyFrame) -> Iterator[list[pl.DataFrame]]:
    """The frame's batches in its order, as many at a time as have ``PIECE`` rows together."""
    held: list[pl.DataFrame] = []
    for batch in frame.collect_batches(maintain_order=True):
        held.append(batch)
        if sum(piece.height for piece in held) >= PIECE:
            yield held
            held = []
    if held:
        yield held


def _values(held: list[pl.DataFrame], column: str) -> npt.NDArray[Any]:
    """The column of all pieces; a null, which only a text too short for near matching has, as 0."""
    values = pl.concat([piece[column] for piece in held])
    return (values.fill_null(0) if values.null_count() else values).to_numpy()


class _Filter:
    """Tells of most values that they are none of the wanted ones, by two tables of flags.

    The first knows the lowest bits of the wanted values, the second their highest: of values that are not wanted one in
    40 passes the first, and one in 20 of those the second. They are large for that, so all columns share the two.
    """

    def __init__(self, most: int) -> None:
        """For up to ``most`` values."""
        bits = min(max(32 * most, 1024).bit_length(), 24)
        self.lowest, self.highest = np.zeros(1 << bits, dtype=bool), np.zeros(1 << (bits - 1), dtype=bool)
        # Kept from call to call: new memory each time costs as much as looking.
        self.index, self.flags = np.empty(_BLOCK, dtype=np.int64), np.empty(_BLOCK, dtype=bool)

    def expect(self, wanted: npt.NDArray[Any]) -> None:
        """Let these pass, and no others any more."""
        self.lowest.fill(False)
        self.highest.fill(False)
        self.lowest[wanted & (len(self.lowest) - 1)] = True
        self.highest[self._high(wanted)] = True

    def _high(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        size = len(self.highest)
        return (values >> (8 * values.itemsize + 1 - size.bit_length())) & (size - 1)

    def passing(self, values: npt.NDArray[Any]) -> Positions:
        """Where values that may be wanted are; at most ``_BLOCK`` values."""
        index, flags = self.index[: len(values)], self.flags[: len(values)]
        np.bitwise_and(values, len(self.lowest) - 1, out=index)
        np.take(self.lowest, index, out=flags, mode="clip")  # clip: unlike raise, it writes straight into ``out``
        maybe = np.flatnonzero(flags)
        return maybe[self.highest.take(self._high(values.take(maybe)))]


class _Searched:
    """The wanted values of one column, and where they were found so far."""

    def __init__(self, wanted: npt.NDArray[Any]) -> None:
        self.wanted = wanted
        self.positions, self.places = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        self.held = 0

    def look_up(self, values: npt.NDArray[Any], before: int, look: _Filter) -> None:
        """Keep where ``values``, which begin at position ``before``, are wanted ones."""
        for at in range(0, len(values), _BLOCK):
            block = values[at : at + _BLOCK]
            maybe = look.passing(block)
            left = block.take(maybe)
            place = np.minimum(np.searchsorted(self.wanted, left), len(self.wanted) - 1)
            real = self.wanted[place] == left
            if real.any():
                self.positions.append(maybe[real] + (before + at))
                self.places.append(place[real])
                self.held += len(self.places[-1])

    def found(self, oldest: int, newest: int) -> tuple[Positions, Positions]:
        """What was found so far, buckets cut to size."""
        positions, places = _ends_of_runs(np.concatenate(self.positions), np.concatenate(self.places), oldest, newest)
        self.positions, self.places, self.held = [positions], [places], 0
        return positions, places


def _ends_of_runs(positions: Positions, places: Positions, oldest: int, newest: int) -> tuple[Positions, Positions]:
    """Of each place the first ``oldest`` and the last ``newest`` positions."""
    order = np.lexsort((positions, places))
    positions, places = positions[order], places[order]
    counts = np.bincount(places)[places] if len(places) else places
    first = np.searchsorted(places, places)
    rank = np.arange(len(places)) - first
    kept = (rank < oldest) | (rank >= counts - newest)
    return positions[kept], places[kept]
