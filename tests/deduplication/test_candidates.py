import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplication.candidates import (
    BUCKET_BEFORE,
    BUCKET_FIRST,
    KNOWN_NEWEST,
    KNOWN_OLDEST,
    pairs_with_known,
    pairs_within,
)
from tasks.schema.tables import BAND_COLUMNS


def within(*bands: list[int]) -> list[tuple[int, int]]:
    values = [np.array(band, dtype=np.int32) for band in bands]
    later, earlier = pairs_within(iter(values), np.arange(len(bands[0])))
    return list(zip(later.tolist(), earlier.tolist(), strict=True))


def test_documents_with_an_equal_band_are_a_pair() -> None:
    assert within([7, 8, 7, -1]) == [(2, 0)]


def test_a_pair_of_several_bands_comes_once() -> None:
    assert within([7, 7], [1, 1], [2, 3], [4, 4], [5, 5], [6, 6], [9, 9]) == [(1, 0)]


def test_a_small_bucket_gives_all_its_pairs() -> None:
    assert len(within([1] * 7)) == 21


def test_no_bucket_makes_more_than_twenty_pairs_a_document() -> None:
    later = [pair[0] for pair in within([1] * 500)]
    assert max(later.count(number) for number in range(500)) == BUCKET_FIRST + BUCKET_BEFORE
    assert BUCKET_FIRST + BUCKET_BEFORE + KNOWN_OLDEST + KNOWN_NEWEST <= 20


def test_a_large_bucket_stays_in_one_piece() -> None:
    pairs = within([1] * 500)
    assert {(number, number - 1) for number in range(1, 500)} <= set(pairs)
    assert {(number, 0) for number in range(1, 500)} <= set(pairs)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=6, max_size=6), min_size=1, max_size=8))
def test_buckets_below_the_cap_are_complete(bands: list[list[int]]) -> None:
    expected = {(i, j) for band in bands for i in range(6) for j in range(i) if band[i] == band[j]}
    assert set(within(*bands)) == expected


def test_each_document_of_a_bucket_is_paired_with_the_store() -> None:
    schema = dict.fromkeys(BAND_COLUMNS, pl.Int32)
    known = pl.LazyFrame({name: [1, 2, 1] for name in BAND_COLUMNS}, schema=schema)
    new = pl.DataFrame({name: [1, 3, 1] for name in BAND_COLUMNS}, schema=schema)
    ours, positions = pairs_with_known(known, new, np.array([10, 11, 12]))
    assert list(zip(ours.tolist(), positions.tolist(), strict=True)) == [(10, 0), (10, 2), (12, 0), (12, 2)]
