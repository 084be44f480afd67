"""From texts to sets of shingles: what two texts are compared by.

What belongs here: the definition of words, shingles and their hash, and the numpy kernel that makes them
for a batch. What does not: signatures of those sets (``signatures``). Every rule and constant here is part
of the fingerprint format: change one, and ``FORMAT_VERSION`` must go up.

The definition. A text is lower-cased. A word is a run of letters and digits: every character but ASCII
punctuation and white space and the ranges of ``_SEPARATORS``. A shingle is three words in a row. Where more
than half of the characters belong to scripts written without spaces, a shingle is five characters in a row
(Han and kana) or eight (Thai, Lao, Khmer, Burmese and others, whose characters say less), separators left
out. A shingle is known by 32 bits of a hash; two different ones of a text are one in 10,000 texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.heap import keep_freed_memory

Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint32]
Wide = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

WORDS_A_SHINGLE = 3
# The head of a text: what a copy that was cut short or continued has in common with the whole.
HEAD_SHINGLES = 100
# Bytes of lower-cased text a pass of the kernel takes, about 140 documents: few enough for the caches, many enough for
# numpy's calls. A fourth of it made 0.8 as many a second.
CHUNK_BYTES = 1 << 19
_LOWEST_BYTES = np.array([256**count - 1 for count in range(9)], dtype=np.uint64)
_WORD_ROUNDS = 8  # a word is its first 64 bytes: longer ones are addresses and noise, and each round costs

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd
_FINISH = np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64
_PLACE = (np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9), np.uint64(0xD6E8FEB86659FD93))

# Separators beyond ASCII, first and last code point: Latin-1 signs, Arabic and Indic marks, general
# punctuation, CJK punctuation, full-width punctuation.
_SEPARATORS = (
    (0x80, 0xBF),
    (0x60C, 0x60C),
    (0x61B, 0x61B),
    (0x61F, 0x61F),
    (0x6D4, 0x6D4),
    (0x964, 0x965),
    (0x2000, 0x206F),
    (0x3000, 0x303F),
    (0xFF00, 0xFF0F),
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
)
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_UNSPACED = ((0xE00, 0xFFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0xA980, 0xAADF))
_IDEOGRAPHS_A_SHINGLE = 5
_UNSPACED_A_SHINGLE = 8


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The sets of a batch: document i has ``values[offsets[i]:offsets[i + 1]]``, ascending, each once.

    ``heads`` and ``head_offsets`` are likewise the first ``HEAD_SHINGLES`` of each text, in its order, repeated
    ones too.
    """

    values: Hashes
    offsets: Positions
    heads: Hashes
    head_offsets: Positions

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, document: int) -> Hashes:
        return self.values[self.offsets[document] : self.offsets[document + 1]]

    @property
    def counts(self) -> Positions:
        """How many different shingles each document has."""
        return np.diff(self.offsets)


def shingle_sets(texts: pl.Series) -> Iterator[ShingleSets]:
    """The shingle sets of a column of texts, in its order, some documents a time.

    A null counts as an empty text. The parts follow one another and cover the column exactly once.
    """
    keep_freed_memory()
    padded = texts.fill_null("").str.to_lowercase() + "\n"
    buffers = padded.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets_buffer, data_buffer = buffers.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int64)[buffers.offset : buffers.offset + len(buffers) + 1]
    data = np.frombuffer(data_buffer, dtype=np.uint8)
    unspaced = _shingle_lengths_in_characters(padded)
    first = 0
    while first < len(texts):
        last = int(np.searchsorted(offsets, offsets[first] + CHUNK_BYTES, side="right")) - 1
        last = min(max(last, first + 1), len(texts))
        yield _chunk(
            data[offsets[first] : offsets[last]], offsets[first : last + 1] - offsets[first], unspaced[first:last]
        )
        first = last


def _chunk(data: Bytes, offsets: Positions, unspaced: Positions) -> ShingleSets:
    """The sets of some documents whose bytes follow one another, each ending with a line feed."""
    hashes, counts = _word_shingles(data, offsets)
    if unspaced.any():
        of_each = np.split(hashes, np.cumsum(counts)[:-1])
        for document in np.flatnonzero(unspaced):
            text = data[offsets[document] : offsets[document + 1]].tobytes().decode()
            of_each[document] = _character_shingles(text, int(unspaced[document]))
        hashes, counts = np.concatenate(of_each), np.array([len(part) for part in of_each])
    bounds = np.concatenate(([0], np.cumsum(counts)))
    head_bounds = np.concatenate(([0], np.cumsum(np.minimum(counts, HEAD_SHINGLES))))
    heads = hashes[np.arange(head_bounds[-1]) + np.repeat(bounds[:-1] - head_bounds[:-1], np.diff(head_bounds))]
    # One sort a document: six times as fast as one of (document, hash) pairs, which are twice as wide.
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        hashes[first:last].sort()
    once = np.ones(len(hashes) + 1, dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=once[1:-1])
    once[bounds] = True
    once = once[:-1]
    before = np.concatenate(([0], np.cumsum(once)))
    return ShingleSets(hashes[once], before[bounds], heads, head_bounds)


def _word_shingles(data: Bytes, offsets: Positions) -> tuple[Hashes, Positions]:
    """The hash of every run of three words, document after document, and how many each document has."""
    is_word = np.zeros(len(data) + 1, dtype=bool)
    letters = data | np.uint8(0x20)
    letters -= np.uint8(ord("a"))
    np.less(letters, 26, out=is_word[1:])
    is_word[1:] |= (data - np.uint8(ord("0"))) < 10
    is_word[1:] |= data >= 0x80
    _clear_separators(data, is_word[1:])
    bounds = np.flatnonzero(is_word[1:] != is_word[:-1])  # a document ends with a line feed: starts and ends alternate
    starts, ends = bounds[::2], bounds[1::2]
    words_before = np.searchsorted(starts, offsets)
    counts = np.maximum(np.diff(words_before) - (WORDS_A_SHINGLE - 1), 0)
    if not counts.any():
        return np.empty(0, dtype=np.uint32), counts
    words = _word_hashes(data, starts, ends - starts)
    hashes = _finish(words[:-2] * _PLACE[0] + words[1:-1] * _PLACE[1] + words[2:] * _PLACE[2])
    # Without the runs that reach over the end of a document: the two that its last two words begin.
    whole = np.ones(len(words), dtype=bool)
    has = np.diff(words_before)
    whole[words_before[1:][has > 0] - 1] = False
    whole[words_before[1:][has > 1] - 2] = False
    return hashes[whole[:-2]], counts


def _word_hashes(data: Bytes, starts: Positions, lengths: Positions) -> Wide:
    """64 bits a word: its bytes, eight at a time, least significant first, each round multiplied and folded."""
    padded = np.zeros(len(data) + 7, dtype=np.uint8)
    padded[: len(data)] = data
    # The eight bytes from each place on, as one number. Written out: numpy reads them one by one where they overlap.
    eights = np.ndarray(len(data), dtype="<u8", buffer=padded, strides=(1,)).astype(np.uint64)
    hashes = lengths.astype(np.uint64)
    hashes *= _MIX
    left, at = lengths, starts
    chosen: Positions | slice = slice(None)
    for _ in range(_WORD_ROUNDS):
        mixed = eights.take(at)
        mixed &= _LOWEST_BYTES.take(np.minimum(left, 8))
        mixed ^= hashes[chosen]
        mixed *= _MIX
        mixed ^= mixed >> np.uint64(32)
        hashes[chosen] = mixed
        more = np.flatnonzero(left > 8)
        if not len(more):
            break
        chosen = more if isinstance(chosen, slice) else chosen[more]
        left, at = left[more] - 8, at[more] + 8
    return hashes


def _finish(sums: Wide) -> Hashes:
    """The 32 bits a shingle is known by."""
    sums ^= sums >> np.uint64(31)
    sums *= _FINISH
    return (sums >> np.uint64(32)).astype(np.uint32)


def _clear_separators(data: Bytes, is_word: npt.NDArray[np.bool_]) -> None:
    """Mark the bytes of separators beyond ASCII."""
    high = np.flatnonzero(data >= 0x80)
    if not len(high):
        return
    leads = data[high]
    for prefix, first, last in _SEPARATOR_BYTES:
        at = high[leads == prefix[0]]
        for step, byte in enumerate(prefix[1:], start=1):
            at = at[data[at + step] == byte]
        if len(at):
            end = data[at + len(prefix)]
            at = at[(end >= first) & (end <= last)]
            for step in range(len(prefix) + 1):
                is_word[at + step] = False


def _utf8_ranges() -> tuple[tuple[bytes, int, int], ...]:
    """``_SEPARATORS`` as leading bytes, and first and last closing byte."""
    ranges: dict[bytes, list[tuple[int, int]]] = {}
    for first, last in _SEPARATORS:
        for point in range(first, last + 1):
            encoded = chr(point).encode()
            runs = ranges.setdefault(encoded[:-1], [])
            if runs and runs[-1][1] == encoded[-1] - 1:
                runs[-1] = (runs[-1][0], encoded[-1])
            else:
                runs.append((encoded[-1], encoded[-1]))
    return tuple((prefix, low, high) for prefix, runs in ranges.items() for low, high in runs)


_SEPARATOR_BYTES = _utf8_ranges()


def _shingle_lengths_in_characters(texts: pl.Series) -> Positions:
    """For each text, how many characters make a shingle; 0 where words do."""
    lengths = np.zeros(len(texts), dtype=np.int64)
    # These scripts take three bytes a character: a text with fewer than two and a half bytes a character,
    # half of which are of them, would have fewer than two on average, and cannot be one.
    wide = (texts.str.len_bytes() > texts.str.len_chars() * 2 - 2).to_numpy()
    for document in np.flatnonzero(wide):
        points = _points(texts[int(document)])
        ideographs, unspaced = _within(points, _IDEOGRAPHS).sum(), _within(points, _UNSPACED).sum()
        if 2 * (ideographs + unspaced) > len(points):
            lengths[document] = _IDEOGRAPHS_A_SHINGLE if ideographs > unspaced else _UNSPACED_A_SHINGLE
    return lengths


def _character_shingles(text: str, length: int) -> Hashes:
    """The hash of every run of ``length`` characters, separators left out."""
    points = _points(text).astype(np.uint64)
    if len(points) < length:
        return np.empty(0, dtype=np.uint32)
    sums = np.zeros(len(points) - length + 1, dtype=np.uint64)
    for place in range(length):
        sums = (sums ^ points[place : place + len(sums)]) * _MIX
        sums ^= sums >> np.uint64(32)
    return _finish(sums)


def _points(text: str) -> Hashes:
    """The code points of a text that are no separators."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    folded = (points | 0x20) - ord("a")
    ascii_word = (folded < 26) | (points - ord("0") < 10)
    return points[np.where(points < 0x80, ascii_word, ~_within(points, _SEPARATORS))]


def _within(points: Hashes, ranges: tuple[tuple[int, int], ...]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(points), dtype=bool)
    for first, last in ranges:
        inside |= (points >= first) & (points <= last)
    return inside
