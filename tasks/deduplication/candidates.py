"""Which pairs of documents are worth comparing: those with an equal band.

What belongs here: pairs within a run and between a run and the store, a band a time, with every bucket
capped. What does not: whether a pair matches (``verification``).

A bucket of a thousand documents would make half a million pairs; a footer on 50,000 pages makes such buckets.
So each document of a bucket is paired with few of those before it: with ``BUCKET_FIRST`` that lead the
bucket (a star, so that one cluster does not fall apart) and ``BUCKET_BEFORE`` that come just before it (a
chain, so that a text near to its neighbours only is found). Texts that are really alike share several bands, and so
several buckets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.schema.tables import BAND_COLUMNS

Positions = npt.NDArray[np.int64]
Bands = npt.NDArray[np.int32]

BUCKET_FIRST = 4
BUCKET_BEFORE = 6
# Of the documents of the store in a bucket, the oldest and the newest so many: no more than 20 pairs in all.
KNOWN_OLDEST = 5
KNOWN_NEWEST = 5
# Rows of the store that are looked at a time.
PIECE = 1 << 17
# Matches of a column that are held before its buckets are cut to size.
MATCHES_HELD = 1 << 20
# Pairs are kept as one 64-bit number: the later document above, the earlier below.
_SHIFT = np.uint64(32)


def pairs_within(bands: Iterator[Bands], present: Positions) -> tuple[Positions, Positions]:
    """Pairs (later, earlier) of documents of one run, by their numbers in its order, each pair once.

    ``bands`` gives, for each band, one value for each document of ``present``, whose numbers ascend.
    """
    keys: list[npt.NDArray[np.uint64]] = []
    for values in bands:
        keys.append(_bucket_pairs(values, present))
        if len(keys) >= 5:
            keys = [_once(keys)]
    pairs = _once(keys)
    return (pairs >> _SHIFT).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _once(keys: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    """Every key once, ascending."""
    joined = np.concatenate([np.empty(0, dtype=np.uint64), *keys])
    joined.sort()
    return joined[np.concatenate(([True], joined[1:] != joined[:-1]))] if len(joined) else joined


def _bucket_pairs(values: Bands, present: Positions) -> npt.NDArray[np.uint64]:
    """The pairs of one band."""
    if not len(values):
        return np.empty(0, dtype=np.uint64)
    # Value above, place below: one sort gives the buckets, each in the run's order.
    order = (values.view(np.uint32).astype(np.uint64) << _SHIFT) | np.arange(len(values), dtype=np.uint64)
    order.sort()
    value = (order >> _SHIFT).astype(np.uint32)
    same = value[1:] == value[:-1]
    shared = np.concatenate(([False], same)) | np.concatenate((same, [False]))
    places = (order[shared] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    value = value[shared]
    if not len(value):
        return np.empty(0, dtype=np.uint64)
    members = present[places]
    first = np.concatenate(([True], value[1:] != value[:-1]))
    start = np.maximum.accumulate(np.where(first, np.arange(len(value)), 0))
    rank = np.arange(len(value)) - start
    keys = []
    for step in range(1, BUCKET_BEFORE + 1):
        later = np.flatnonzero(rank >= step)
        keys.append(_key(members[later], members[later - step]))
    for lead in range(BUCKET_FIRST):
        later = np.flatnonzero(rank > lead + BUCKET_BEFORE)  # nearer ones are paired already
        keys.append(_key(members[later], members[start[later] + lead]))
    return np.concatenate(keys)


def _key(later: Positions, earlier: Positions) -> npt.NDArray[np.uint64]:
    return (later.astype(np.uint64) << _SHIFT) | earlier.astype(np.uint64)


def pairs_with_known(known: pl.LazyFrame, new: pl.DataFrame, present: Positions) -> tuple[Positions, Positions]:
    """Pairs (document of the run, position in the store), each once; one streaming pass over the store's bands.

    ``new`` has the band columns of the documents whose numbers are ``present``.
    """
    bands = {band: new[band].to_numpy() for band in BAND_COLUMNS}
    wanted = {band: np.unique(values) for band, values in bands.items()}
    found = known_matches(known, wanted, KNOWN_OLDEST, KNOWN_NEWEST)
    keys: list[npt.NDArray[np.uint64]] = []
    for band, values in bands.items():
        positions, places = found[band]
        counts = np.bincount(places, minlength=len(wanted[band]))
        starts = np.cumsum(counts) - counts
        own = np.searchsorted(wanted[band], values)
        repeats = counts[own]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        keys.append(_key(np.repeat(present, repeats), positions[np.repeat(starts[own], repeats) + within]))
        if len(keys) >= 5:
            keys = [_once(keys)]
    pairs = _once(keys)
    return (pairs >> _SHIFT).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def known_matches(
    known: pl.LazyFrame, wanted: dict[str, npt.NDArray[Any]], oldest: int, newest: int
) -> dict[str, tuple[Positions, Positions]]:
    """Where each of the store's columns holds one of the values ``wanted`` of it (ascending, each once).

    For each column the positions and the places in its ``wanted``, by place and then position; of each value
    the first ``oldest`` positions and the last ``newest``. All columns are read in one pass: opening the
    files once for each of 33 costs more than reading them. Memory: for each column a table of some bytes a wanted
    value, some pieces of the columns, and the matches; how large the store is does not matter.
    """
    tables = {column: _Table(values) for column, values in wanted.items()}
    columns = [pl.col(column).fill_null(0) for column, values in wanted.items() if len(values)]
    before = 0
    for piece in known.select(columns).collect_batches(maintain_order=True, chunk_size=PIECE) if columns else ():
        for column in piece:
            tables[column.name].look_up(column.to_numpy(), before, oldest, newest)
        before += piece.height
    return {column: table.found(oldest, newest) for column, table in tables.items()}


class _Table:
    """The wanted values of one column, and where they were found so far."""

    def __init__(self, wanted: npt.NDArray[Any]) -> None:
        self.wanted = wanted
        # Most values of the store are none of the run's. A table of their lowest bits, small enough for the
        # cache, says so of nine in ten, one of their highest bits of nine in ten of the rest. Without the
        # second, searching took 1.9 CPU-s for 33 bands of 5 million; with it 0.4.
        bits = min(max(8 * len(wanted), 1024).bit_length(), 24)
        self.mask, self.shift = (1 << bits) - 1, 8 * wanted.itemsize - bits
        self.lowest, self.highest = (np.zeros(self.mask + 1, dtype=bool) for _ in range(2))
        self.lowest[wanted & self.mask] = True
        self.highest[(wanted >> self.shift) & self.mask] = True
        self.positions, self.places = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        self.held = 0

    def look_up(self, values: npt.NDArray[Any], before: int, oldest: int, newest: int) -> None:
        """Keep where ``values``, which begin at position ``before``, are wanted ones."""
        maybe = np.flatnonzero(self.lowest.take(values & self.mask))
        maybe = maybe[self.highest.take((values[maybe] >> self.shift) & self.mask)]
        place = np.minimum(np.searchsorted(self.wanted, values[maybe]), len(self.wanted) - 1)
        real = self.wanted[place] == values[maybe]
        self.positions.append(maybe[real] + before)
        self.places.append(place[real])
        self.held += len(self.places[-1])
        if self.held > MATCHES_HELD:
            self.found(oldest, newest)

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
