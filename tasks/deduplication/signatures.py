"""From sets of shingles to signatures and bands, and what two signatures say of two sets.

What belongs here: the MinHash kernel, the bands cut from a signature, the estimate of the Jaccard
similarity. What does not: shingles (``shingles``), and who is compared with whom (``candidates``). The
constants are part of the fingerprint format, as in ``shingles``.

The definition. The 2^32 shingle hashes are cut into four parts by their two highest bits, and each part has
64 values of its own: value i of a part is the least of ``hash * a_i + b_i`` modulo 2^32 over its shingles
(all bits set where it has none), of which the signature keeps one well-mixed byte at 4 i + part. A quarter of the
work of 256 functions over the whole set, and the estimate no worse. A band is five bytes of the signature,
hashed to 32 bits; bands are made from the signature alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.deduplication.shingles import Bytes, Hashes, ShingleSets
from tasks.schema.tables import BANDS, ROWS_A_BAND, SIGNATURE_BYTES

PARTS = 4
FUNCTIONS = SIGNATURE_BYTES // PARTS
_BYTE = np.uint32(0x9E3779B1)
_BAND = np.uint64(0x9E3779B97F4A7C15)


def _splitmix64(seed: int, count: int) -> list[int]:
    """The first numbers of the splitmix64 generator: a few lines that any language can repeat."""
    numbers, state = [], seed
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
        numbers.append(mixed ^ (mixed >> 31))
    return numbers


# The high half of each number, made odd, multiplies; the low half is added.
_NUMBERS = _splitmix64(20261123, FUNCTIONS)
_MULTIPLIERS = [np.uint32(number >> 32 | 1) for number in _NUMBERS]
_ADDENDS = [np.uint32(number % 2**32) for number in _NUMBERS]


def signatures(sets: ShingleSets) -> Bytes:
    """One row of 256 bytes a document. An empty set has a signature too; whoever stores it says null instead."""
    documents = len(sets)
    cuts = np.arange(documents * PARTS, dtype=np.uint64)
    # The values ascend within a document, so its parts follow one another: find where each starts.
    owners = np.repeat(np.arange(documents, dtype=np.uint64), sets.counts)
    parts = owners * np.uint64(PARTS) + (sets.values >> np.uint32(30)).astype(np.uint64)
    starts = np.searchsorted(parts, cuts)
    filled = np.flatnonzero(np.diff(starts, append=len(parts)))
    least = np.full((FUNCTIONS, documents * PARTS), 0xFFFFFFFF, dtype=np.uint32)
    if len(filled):
        values = np.empty_like(sets.values)
        segments = starts[filled]
        for function in range(FUNCTIONS):
            np.multiply(sets.values, _MULTIPLIERS[function], out=values)
            values += _ADDENDS[function]
            least[function, filled] = np.minimum.reduceat(values, segments)
    least *= _BYTE
    least >>= np.uint32(24)
    rows = least.astype(np.uint8).reshape(FUNCTIONS, documents, PARTS)
    return np.ascontiguousarray(rows.transpose(1, 0, 2).reshape(documents, SIGNATURE_BYTES))


def bands(rows: Bytes) -> npt.NDArray[np.int32]:
    """The bands of each signature: an array of shape (bands, documents)."""
    cut = np.empty((BANDS, len(rows)), dtype=np.int32)
    for band in range(BANDS):
        key = np.full(len(rows), band + 1, dtype=np.uint64)
        for row in range(ROWS_A_BAND):
            key <<= np.uint64(8)
            key |= rows[:, band * ROWS_A_BAND + row]
        key *= _BAND
        key ^= key >> np.uint64(29)
        key *= _BAND
        cut[band] = (key >> np.uint64(32)).astype(np.uint32).view(np.int32)
    return cut


def equal_values(left: Bytes, right: Bytes) -> npt.NDArray[np.bool_]:
    """Which of the 256 values agree: shape (pairs, 256)."""
    return np.equal(left, right)


def share(agreeing: npt.NDArray[np.int64], of: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The Jaccard similarity that so many agreeing values of so many say; one byte in 256 agrees by chance."""
    raw = agreeing / np.maximum(of, 1)
    return np.clip((raw - 1 / 256) / (1 - 1 / 256), 0.0, 1.0)


__all__ = ["FUNCTIONS", "PARTS", "ROWS_A_BAND", "Hashes", "bands", "equal_values", "share", "signatures"]
