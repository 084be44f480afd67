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
# Rows of a column of the store that are looked at a time.
PIECE = 1 << 20
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
    """Pairs (document of the run, position in the store), each once; one streaming pass a band.

    ``new`` has the band columns of the documents whose numbers are ``present``.
    """
    keys: list[npt.NDArray[np.uint64]] = []
    for band in BAND_COLUMNS:
        values = new[band].to_numpy()
        wanted = np.unique(values)
        positions, found = known_matches(known, band, wanted, KNOWN_OLDEST, KNOWN_NEWEST)
        counts = np.bincount(found, minlength=len(wanted))
        starts = np.cumsum(counts) - counts
        own = np.searchsorted(wanted, values)
        repeats = counts[own]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        keys.append(_key(np.repeat(present, repeats), positions[np.repeat(starts[own], repeats) + within]))
        if len(keys) >= 5:
            keys = [_once(keys)]
    pairs = _once(keys)
    return (pairs >> _SHIFT).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def known_matches(
    known: pl.LazyFrame, column: str, wanted: npt.NDArray[Any], oldest: int, newest: int
) -> tuple[Positions, Positions]:
    """Where the store's ``column`` holds one of the ``wanted`` values (ascending, each once).

    The positions and the places in ``wanted``, by place and then position; of each value the first
    ``oldest`` positions and the last ``newest``. Memory: a table of at most 16 MB, one piece of the
    column, and the matches; how large the store is does not matter.
    """
    # Most values of the store are none of the run's: a table of their lowest bits says so in one look.
    mask = (1 << min(max(32 * len(wanted), 1024).bit_length(), 24)) - 1
    slots = np.zeros(mask + 1, dtype=bool)
    slots[wanted & mask] = True
    positions, places, before = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)], 0
    for piece in known.select(pl.col(column).fill_null(0)).collect_batches(maintain_order=True, chunk_size=PIECE):
        values = piece.to_series().to_numpy()
        maybe = np.flatnonzero(slots[values & mask])
        place = np.minimum(np.searchsorted(wanted, values[maybe]), max(len(wanted) - 1, 0))
        real = wanted[place] == values[maybe] if len(wanted) else np.empty(0, dtype=bool)
        positions.append(maybe[real] + before)
        places.append(place[real])
        before += len(values)
        if sum(map(len, places)) > PIECE:
            kept = _ends_of_runs(np.concatenate(positions), np.concatenate(places), oldest, newest)
            positions, places = [kept[0]], [kept[1]]
    return _ends_of_runs(np.concatenate(positions), np.concatenate(places), oldest, newest)


def _ends_of_runs(positions: Positions, places: Positions, oldest: int, newest: int) -> tuple[Positions, Positions]:
    """Of each place the first ``oldest`` and the last ``newest`` positions."""
    order = np.lexsort((positions, places))
    positions, places = positions[order], places[order]
    counts = np.bincount(places)[places] if len(places) else places
    first = np.searchsorted(places, places)
    rank = np.arange(len(places)) - first
    kept = (rank < oldest) | (rank >= counts - newest)
    return positions[kept], places[kept]
