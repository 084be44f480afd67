"""Whether a pair of candidates matches, and by how much.

What belongs here: the estimate from two signatures, the count from two texts where the estimate could be on either
side of a threshold. What does not: which pairs (``candidates``), and what becomes of them (``edges``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.fingerprints import LEAST_SHINGLES
from tasks.deduplication.passing import PASSING
from tasks.deduplication.shingles import Bytes, Hashes
from tasks.deduplication.signatures import share
from tasks.deduplication.thresholds import COPY, EDGE, Shares, containments
from tasks.schema.tables import SIGNATURE_BYTES

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PAIRS_A_PASS = 1 << 14
# So many pairs' texts are held at a time, as shingle sets: below half a gigabyte.
PAIRS_RECOMPUTED_A_PASS = 100_000
# An estimate this many standard errors from where a copy begins is taken as it is; nearer, the texts are asked.
_DOUBT = 2.0
# A pair whose boilerplate is an eighth of its values is judged by the others.
_MASKED = 32
# Where fewer values than this are left, the pages have nothing of their own: they are judged as a whole.
_NOTHING_OWN = 8


@dataclass(slots=True)
class Pairs:
    """Pairs of documents by number, and what is known of each so far; all arrays have one length."""

    later: Numbers
    earlier: Numbers
    similarity: Shares
    containment: Shares
    containment_of_other: Shares
    recomputed: Flags

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """All pairs of the parts."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def write(self, file: Path) -> None:
        """A row a pair."""
        pl.DataFrame({name: getattr(self, name) for name in self.__slots__}).write_parquet(file, **PASSING)

    @classmethod
    def read(cls, file: Path) -> Pairs:
        """What was written."""
        return cls(*(column.to_numpy(writable=True) for column in pl.read_parquet(file).select(cls.__slots__)))

    def are_edges(self) -> Flags:
        """Which pairs match by ``EDGE``."""
        return EDGE.met(self.similarity, np.maximum(self.containment, self.containment_of_other))

    def take(self, chosen: Numbers | Flags) -> Pairs:
        """Some of the pairs."""
        return Pairs(
            self.later[chosen],
            self.earlier[chosen],
            self.similarity[chosen],
            self.containment[chosen],
            self.containment_of_other[chosen],
            self.recomputed[chosen],
        )


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The fingerprints that pairs are judged by, a row a document."""

    signatures: Bytes
    counts: Numbers

    def __len__(self) -> int:
        return len(self.counts)


def raw_similarity(signatures: Bytes, later: Numbers, earlier: Numbers) -> Shares:
    """The estimated Jaccard similarity of each pair, two rows of the signatures, boilerplate and all."""
    agreeing = np.empty(len(later), dtype=np.int64)
    for first in range(0, len(later), _PAIRS_A_PASS):
        some = slice(first, first + _PAIRS_A_PASS)
        equal = signatures[later[some]] == signatures[earlier[some]]
        # 256 flags are 32 words of eight: their bits are counted a word a time.
        agreeing[some] = np.bitwise_count(equal.view(np.uint64)).sum(axis=1, dtype=np.int64)
    return share(agreeing, np.full(len(later), SIGNATURE_BYTES))


def judge(
    documents: Fingerprints,
    pairs: tuple[Numbers, Numbers],
    similarity: Shares,
    boilerplate: Bytes | None,
    shingles_of: Callable[[Numbers], dict[int, Hashes]],
) -> Pairs:
    """The pairs that match by ``EDGE``, with their scores.

    ``similarity`` is each pair's ``raw_similarity``; ``boilerplate`` as ``boilerplate_values`` gives it.
    ``shingles_of`` reads texts: numbers of documents -> their shingle sets.
    """
    later, earlier = pairs
    has_any = np.zeros(len(documents), dtype=bool) if boilerplate is None else np.asarray(boilerplate.any(axis=1))
    # Some at a time: one footer on 50,000 pages makes five million pairs, and few of them are kept.
    estimated = [
        _estimate(documents, (later[some], earlier[some]), similarity[some], boilerplate, has_any)
        for some in (slice(first, first + _PAIRS_A_PASS) for first in range(0, max(len(later), 1), _PAIRS_A_PASS))
    ]
    judged = Pairs.joined([some.pairs for some in estimated])
    surely, perhaps = (np.concatenate([getattr(some, name) for some in estimated]) for name in ("surely", "perhaps"))
    # A document that is a copy for sure need not be asked about the others that it may be a copy of.
    settled = np.zeros(len(documents), dtype=bool)
    settled[judged.later[surely]] = True
    _recompute(judged, np.flatnonzero(perhaps & ~surely & ~settled[judged.later]), shingles_of)
    return judged.take(judged.are_edges())


@dataclass(frozen=True, slots=True)
class _Estimated:
    """The pairs that may be edges or copies, and which are copies surely, and perhaps."""

    pairs: Pairs
    surely: Flags
    perhaps: Flags


def _estimate(
    documents: Fingerprints,
    pairs: tuple[Numbers, Numbers],
    similarity: Shares,
    boilerplate: Bytes | None,
    has_any: Flags,
) -> _Estimated:
    """Judge pairs by their signatures, boilerplate left out."""
    later, earlier = pairs
    left, right = documents.counts[later].astype(np.float64), documents.counts[earlier].astype(np.float64)
    masked = np.zeros(len(later), dtype=bool)
    marked = np.flatnonzero(has_any[later] | has_any[earlier])
    if boilerplate is not None and len(marked):
        similarity = similarity.copy()
        own = _own_text(documents, later[marked], earlier[marked], boilerplate)
        chosen = marked[own.counts]
        masked[chosen] = True
        similarity[chosen] = own.similarity[own.counts]
        left[chosen] *= own.share_of_later[own.counts]
        right[chosen] *= own.share_of_earlier[own.counts]
        similarity[masked & (np.minimum(left, right) < LEAST_SHINGLES)] = 0.0
    all_ = Pairs(later, earlier, similarity, *containments(similarity, left, right), np.zeros(len(later), dtype=bool))
    error = np.where(masked, 0.0, _DOUBT * np.sqrt(similarity * (1 - similarity) / SIGNATURE_BYTES))
    surely = _is_copy(np.clip(similarity - error, 0, 1), left, right)
    perhaps = _is_copy(np.clip(similarity + error, 0, 1), left, right)
    kept = np.flatnonzero(perhaps | all_.are_edges())
    return _Estimated(all_.take(kept), surely[kept], perhaps[kept])


def _is_copy(similarity: Shares, left: Shares, right: Shares) -> Flags:
    """Whether pairs of sets of these sizes would be copies, were their similarity so."""
    return COPY.met(similarity, np.maximum(*containments(similarity, left, right)))


def _recompute(pairs: Pairs, doubtful: Numbers, shingles_of: Callable[[Numbers], dict[int, Hashes]]) -> None:
    """Count the doubtful pairs from their texts, in place."""
    doubtful = doubtful[np.lexsort((pairs.earlier[doubtful], pairs.later[doubtful]))]
    for first in range(0, len(doubtful), PAIRS_RECOMPUTED_A_PASS):
        some = doubtful[first : first + PAIRS_RECOMPUTED_A_PASS]
        later, earlier = pairs.later[some], pairs.earlier[some]
        sets = shingles_of(np.unique(np.concatenate([later, earlier])))
        ends = zip(later.tolist(), earlier.tolist(), strict=True)
        counted = np.array([_counted(sets[one], sets[other]) for one, other in ends], dtype=np.float64).reshape(-1, 3)
        shared, left, right = counted.T
        pairs.similarity[some] = shared / np.maximum(left + right - shared, 1)
        pairs.containment[some] = shared / np.maximum(left, 1)
        pairs.containment_of_other[some] = shared / np.maximum(right, 1)
        pairs.recomputed[some] = True


def _counted(one: Hashes, other: Hashes) -> tuple[int, int, int]:
    """How many shingles two sets share, and how many each has."""
    both = np.concatenate([one, other])
    both.sort(kind="stable")  # which merges the two, since each ascends
    return int(np.count_nonzero(both[1:] == both[:-1])), len(one), len(other)


@dataclass(frozen=True, slots=True)
class _Own:
    """What is left of pairs without boilerplate; ``counts`` says for which pairs that is what to go by."""

    similarity: Shares
    share_of_later: Shares
    share_of_earlier: Shares
    counts: Flags


def _own_text(documents: Fingerprints, later: Numbers, earlier: Numbers, boilerplate: Bytes) -> _Own:
    """Judge pairs by the values that do not stem from boilerplate."""
    equal = documents.signatures[later] == documents.signatures[earlier]
    site_later, site_earlier = (np.unpackbits(boilerplate[side], axis=1).astype(bool) for side in (later, earlier))
    # Where both least shingles are boilerplate, or the one they share is, the value says nothing of the rest.
    void = (site_later & site_earlier) | (equal & (site_later | site_earlier))
    own = SIGNATURE_BYTES - void.sum(axis=1)
    return _Own(
        share((equal & ~void).sum(axis=1), own),
        1 - site_later.mean(axis=1),
        1 - site_earlier.mean(axis=1),
        (own >= _NOTHING_OWN) & (own <= SIGNATURE_BYTES - _MASKED),
    )
