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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.heap import keep_freed_memory
from tasks.deduplication.passing import PASSING
from tasks.deduplication.positions import POSITION, rows_at
from tasks.schema.tables import BAND_COLUMNS

Positions = npt.NDArray[np.int64]
Bands = npt.NDArray[np.int32]

BUCKET_FIRST = 4
BUCKET_BEFORE = 6
# Of the documents of the store in a bucket, the oldest and the newest so many: no more than 20 pairs in all.
KNOWN_OLDEST = 5
KNOWN_NEWEST = 5
# Rows of the store that are held, so that the filter of one column serves many of its values before it is made for the
# next: looking at every column of one row group of 20,000 cost four times as much.
PIECE = 3 << 17
# Values that are looked at in one go.
_BLOCK = 1 << 16
# Matches of a column that are held before its buckets are cut to size.
MATCHES_HELD = 1 << 20
# Pairs are kept as one 64-bit number: the later document above, the earlier below.
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (``later``, ``earlier``) of documents of a run, by their numbers in its order, and pairs of such a document
    (``ours``) and a text of the store, by its ``text_key`` (``theirs``). Each pair once.

    Not by its position: these pairs travel between processes, each of which opens the store for itself, and nothing
    promises that all list the files of one version in the same order (a checkpoint or another deltalake may change it).
    """

    later: Positions
    earlier: Positions
    ours: Positions
    theirs: Positions

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """All pairs of the parts, each once: the same however the bands were divided."""
        within = _once([_key(part.later, part.earlier) for part in parts])
        return cls(*_ends(within), *_texts_once([(part.ours, part.theirs) for part in parts]))

    def write(self, file: Path) -> None:
        """One table: first the pairs within the run."""
        one, other = np.concatenate([self.later, self.ours]), np.concatenate([self.earlier, self.theirs])
        known = np.arange(len(one)) >= len(self.later)
        pl.DataFrame({"one": one, "other": other, "known": known}).write_parquet(file, **PASSING)

    @classmethod
    def read(cls, file: Path) -> Candidates:
        """What was written."""
        pairs = pl.read_parquet(file)
        within, known = pairs.filter(~pl.col("known")), pairs.filter("known")
        return cls(*(frame[name].to_numpy() for frame in (within, known) for name in ("one", "other")))


def search(
    new: pl.LazyFrame, known: pl.LazyFrame | None, numbers: Positions, bands: Sequence[str] = BAND_COLUMNS
) -> Candidates:
    """The pairs that share one of the ``bands``.

    ``numbers`` has the number of each row of ``new`` in the run's order, negative for those that take no part. What a
    band finds depends on no other band: the searches of several bands, joined, are the search of all of them.
    """
    read = new.select(bands).collect(engine="streaming")
    present = np.flatnonzero(numbers >= 0)
    read, own = read[present] if len(present) < len(numbers) else read, numbers[present]
    within = pairs_within((read[band].to_numpy() for band in bands), own)
    if known is None:
        return Candidates(*within, own[:0], own[:0])
    ours, positions = pairs_with_known(known, read, own)
    keys = rows_at(known, pl.Series(positions), ["text_key"])
    theirs = keys["text_key"].to_numpy()[np.searchsorted(keys[POSITION].to_numpy(), positions)]
    return Candidates(*within, *_texts_once([(ours, theirs)]))


def pairs_within(bands: Iterator[Bands], present: Positions) -> tuple[Positions, Positions]:
    """Pairs (later, earlier) of documents of one run, by their numbers in its order, each pair once.

    ``bands`` gives, for each band, one value for each document of ``present``.
    """
    keys: list[npt.NDArray[np.uint64]] = []
    for values in bands:
        keys.append(_bucket_pairs(values, present))
        if len(keys) >= 5:
            keys = [_once(keys)]
    return _ends(_once(keys))


def _ends(pairs: npt.NDArray[np.uint64]) -> tuple[Positions, Positions]:
    return (pairs >> _SHIFT).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _once(keys: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    """Every key once, ascending."""
    joined = np.concatenate([np.empty(0, dtype=np.uint64), *keys])
    joined.sort()
    return joined[np.concatenate(([True], joined[1:] != joined[:-1]))] if len(joined) else joined


def _texts_once(parts: Sequence[tuple[Positions, Positions]]) -> tuple[Positions, Positions]:
    """Every pair (document of the run, text of the store) once, ascending."""
    pairs = pl.concat([pl.DataFrame({"ours": ours, "theirs": theirs}) for ours, theirs in parts])
    pairs = pairs.unique().sort("ours", "theirs")
    return pairs["ours"].to_numpy(), pairs["theirs"].to_numpy()


def _bucket_pairs(values: Bands, present: Positions) -> npt.NDArray[np.uint64]:
    """The pairs of one band."""
    if not len(values):
        return np.empty(0, dtype=np.uint64)
    # Value above, number below: one sort gives the buckets, each in the run's order.
    order = values.view(np.uint32).astype(np.uint64)
    order <<= _SHIFT
    order |= present.view(np.uint64)
    order.sort()
    value = (order >> _SHIFT).astype(np.uint32)
    same = value[1:] == value[:-1]
    shared = np.concatenate(([False], same)) | np.concatenate((same, [False]))
    members = (order[shared] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    value = value[shared]
    if not len(value):
        return np.empty(0, dtype=np.uint64)
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

    ``new`` has some of the band columns of the documents whose numbers are ``present``.
    """
    wanted, places_of = {}, {}
    for band in new.columns:
        wanted[band], places_of[band] = np.unique(new[band].to_numpy(), return_inverse=True)
    found = known_matches(known, wanted, KNOWN_OLDEST, KNOWN_NEWEST)
    keys: list[npt.NDArray[np.uint64]] = []
    for band, own in places_of.items():
        positions, places = found[band]
        counts = np.bincount(places, minlength=len(wanted[band]))
        starts = np.cumsum(counts) - counts
        ours = np.flatnonzero(counts[own])
        repeats = counts[own[ours]]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        keys.append(_key(np.repeat(present[ours], repeats), positions[np.repeat(starts[own[ours]], repeats) + within]))
        if len(keys) >= 5:
            keys = [_once(keys)]
    return _ends(_once(keys))


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
