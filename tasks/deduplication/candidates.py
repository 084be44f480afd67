"""Which pairs of documents are worth comparing: those with an equal band.

What belongs here: pairs within a run and between a run and the store, a band a time, with every bucket
capped. What does not: how the store's bands are looked through (``known_matches``), and whether a pair matches
(``verification``).

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

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.known_matches import Positions, known_matches
from tasks.deduplication.passing import PASSING
from tasks.deduplication.positions import POSITION, rows_at
from tasks.schema.tables import BAND_COLUMNS

Bands = npt.NDArray[np.int32]

BUCKET_FIRST = 4
BUCKET_BEFORE = 6
# Of the documents of the store in a bucket, the oldest and the newest so many: no more than 20 pairs in all.
KNOWN_OLDEST = 5
KNOWN_NEWEST = 5
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
