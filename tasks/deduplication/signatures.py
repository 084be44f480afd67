"""From sets of shingles to signatures and bands, and what two signatures say of two sets.

What belongs here: the MinHash kernel, the bands cut from a signature, the estimate of the Jaccard
similarity. What does not: shingles (``shingles``), and who is compared with whom (``candidates``). The
constants are part of the fingerprint format, as in ``shingles``.

The definition. The 2^32 shingle hashes are cut into four parts by their two highest bits, and each part has
64 values of its own: value i of a part is the least of ``hash * a_i + b_i`` modulo 2^32 over its shingles
(all bits set where it has none), of which the signature keeps one well-mixed byte at 4 i + part. A quarter of the
work of 256 functions over the whole set, and the estimate no worse.

A band is 32 bits. Each of the first 25 is a hash of five bytes of the signature. Each of the other eight is a
hash of four MinHash values of the text's head, its first 100 shingles, by the first 32 of the same functions: a text
that was cut to its first third, or continued by another, shares too little with the whole for the first 25.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.deduplication.shingles import Bytes, Hashes, Positions, ShingleSets
from tasks.schema.tables import BANDS, SIGNATURE_BYTES

Bands = npt.NDArray[np.int32]

PARTS = 4
FUNCTIONS = SIGNATURE_BYTES // PARTS
WHOLE_BANDS, ROWS_A_WHOLE_BAND = 25, 5
HEAD_BANDS, ROWS_A_HEAD_BAND = BANDS - WHOLE_BANDS, 4
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
    # The values ascend within a document, so its four parts follow one another: find where each starts.
    owners = np.repeat(np.arange(documents, dtype=np.uint64), sets.counts)
    parts = owners * np.uint64(PARTS) + (sets.values >> np.uint32(30)).astype(np.uint64)
    starts = np.searchsorted(parts, np.arange(documents * PARTS + 1, dtype=np.uint64))
    rows = _least(sets.values, starts, FUNCTIONS).reshape(FUNCTIONS, documents, PARTS)
    return np.ascontiguousarray(rows.transpose(1, 0, 2).reshape(documents, SIGNATURE_BYTES))


def _least(values: Hashes, offsets: Positions, functions: int) -> Bytes:
    """One byte of the least value of each function over each segment: shape (functions, segments)."""
    least = np.full((functions, len(offsets) - 1), 0xFFFFFFFF, dtype=np.uint32)
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled):
        segments, hashed = offsets[filled], np.empty_like(values)
        for function in range(functions):
            np.multiply(values, _MULTIPLIERS[function], out=hashed)
            hashed += _ADDENDS[function]
            least[function, filled] = np.minimum.reduceat(hashed, segments)
    least *= _BYTE
    least >>= np.uint32(24)
    return least.astype(np.uint8)


def bands(rows: Bytes) -> Bands:
    """The bands of the whole text, from its signature: shape (25, documents)."""
    return _hashed(rows.T[: WHOLE_BANDS * ROWS_A_WHOLE_BAND], ROWS_A_WHOLE_BAND, first=0)


def head_bands(sets: ShingleSets) -> Bands:
    """The bands of the text's head: shape (8, documents)."""
    values = _least(sets.heads, sets.head_offsets, HEAD_BANDS * ROWS_A_HEAD_BAND)
    return _hashed(values, ROWS_A_HEAD_BAND, first=WHOLE_BANDS)


def _hashed(values: Bytes, rows: int, first: int) -> Bands:
    """Bands of ``rows`` values each; each band has its own seed, counted from ``first``."""
    cut = np.empty((len(values) // rows, values.shape[1]), dtype=np.int32)
    for band in range(len(cut)):
        key = np.full(values.shape[1], first + band + 1, dtype=np.uint64)
        for row in range(rows):
            key <<= np.uint64(8)
            key |= values[band * rows + row]
        key *= _BAND
        key ^= key >> np.uint64(29)
        key *= _BAND
        cut[band] = (key >> np.uint64(32)).astype(np.uint32).view(np.int32)
    return cut


def share(agreeing: npt.NDArray[np.int64], of: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The Jaccard similarity that so many agreeing values of so many say; one byte in 256 agrees by chance."""
    raw = agreeing / np.maximum(of, 1)
    return np.clip((raw - 1 / 256) / (1 - 1 / 256), 0.0, 1.0)
