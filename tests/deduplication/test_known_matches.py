import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplication.known_matches import known_matches


def matches(column: list[int | None], wanted: list[int], oldest: int = 5, newest: int = 5) -> list[tuple[int, int]]:
    frame = pl.LazyFrame({"band": column}, schema={"band": pl.Int32})
    found = known_matches(frame, {"band": np.array(wanted, dtype=np.int32)}, oldest, newest)
    positions, places = found["band"]
    return list(zip(positions.tolist(), places.tolist(), strict=True))


def test_the_store_is_searched_for_the_wanted_values() -> None:
    assert matches([5, -7, None, 5, 9], [-7, 5, 6]) == [(1, 0), (0, 1), (3, 1)]


def test_of_a_large_bucket_the_oldest_and_the_newest_are_taken() -> None:
    assert [position for position, _ in matches([4] * 30, [4], oldest=2, newest=3)] == [0, 1, 27, 28, 29]


def test_values_that_agree_in_their_lowest_bits_are_told_apart() -> None:
    assert matches([3 + 2**24, 3 - 2**31, 3], [3]) == [(2, 0)]


def test_values_that_agree_in_their_highest_bits_are_told_apart() -> None:
    assert matches([2**30 + 4, 2**30 + 3, -(2**30) - 3], [-(2**30) - 3, 2**30 + 3]) == [(2, 0), (1, 1)]


@settings(deadline=None)
@given(st.lists(st.integers(-9, 9)), st.lists(st.integers(-9, 9), min_size=1))
def test_every_wanted_value_is_found(column: list[int], wanted: list[int]) -> None:
    values = sorted(set(wanted))
    expected = [(position, place) for place, one in enumerate(values) for position, v in enumerate(column) if v == one]
    assert matches(list(column), values, oldest=99) == expected


def test_an_empty_store_or_run_has_no_matches() -> None:
    assert matches([], [1]) == []
    assert matches([1], []) == []
