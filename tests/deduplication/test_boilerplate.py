import numpy as np

from tasks.deduplication.boilerplate import ALIKE_PAGES, DISTINCT_PAGES, boilerplate_values


def pages(count: int, shared: int, seed: int = 0) -> np.ndarray:
    """Signatures of unrelated pages that agree in their first ``shared`` values."""
    rows = np.random.default_rng(seed).integers(0, 256, (count, 256), dtype=np.uint8)
    rows[:, :shared] = np.arange(shared)
    return rows


def shares(rows: np.ndarray, sites: list[int], alike: bool = False) -> list[int] | None:
    """How many values of each page are boilerplate."""
    found = boilerplate_values(rows, np.array(sites), np.full(len(rows), alike))
    return None if found is None else np.unpackbits(found, axis=1).sum(axis=1).tolist()


def test_what_enough_pages_of_a_site_share_is_boilerplate() -> None:
    assert shares(pages(DISTINCT_PAGES, 100), [3] * DISTINCT_PAGES) == [100] * DISTINCT_PAGES


def test_what_fewer_pages_share_is_not() -> None:
    assert shares(pages(DISTINCT_PAGES - 1, 100), [3] * (DISTINCT_PAGES - 1)) is None


def test_what_pages_of_different_sites_share_is_not() -> None:
    assert shares(pages(40, 100), list(range(40))) is None


def test_documents_without_a_site_take_no_part() -> None:
    assert shares(pages(40, 100), [-1] * 40) is None


def test_copies_of_one_page_count_once() -> None:
    assert shares(pages(ALIKE_PAGES - 1, 240), [0] * (ALIKE_PAGES - 1), alike=True) is None


def test_so_many_copies_at_one_site_are_a_notice() -> None:
    found = shares(pages(ALIKE_PAGES + 10, 240), [0] * (ALIKE_PAGES + 10), alike=True)
    assert found is not None
    assert min(found) == 240


def test_what_a_large_site_shares_by_chance_is_not_boilerplate() -> None:
    found = shares(pages(5000, 50), [0] * 5000)
    assert found is not None
    assert max(found) == 50
