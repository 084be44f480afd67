"""Upkeep joins and clears files; no row changes, and what a release was made from can be read for good."""

from pathlib import Path

import polars as pl
import pytest

from tasks.store import Store, StoreError, clear_uncommitted
from tasks.upkeep import tidy_store
from tests.rows import document, documents, file_of, reject, rejects

RUNS = 10


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Ten runs, each with a document and a reject."""
    made = Store(tmp_path / "store")
    for run in range(RUNS):
        rows = documents(document(f"https://example.com/{run}", f"text {run}"))
        rejected = rejects(reject(url=f"https://example.com/reject-{run}", run_id=f"run-{run}"))
        made.append(
            f"run-{run}",
            [file_of(rows, tmp_path / f"d{run}.parquet")],
            [file_of(rejected, tmp_path / f"r{run}.parquet")],
            {"run": run},
        )
    return made


def rows_of(store: Store, number: int | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    version = store.version(number)
    return store.documents(version).sort("document_id").collect(), store.rejects(version).sort("url").collect()


def same(one: tuple[pl.DataFrame, pl.DataFrame], other: tuple[pl.DataFrame, pl.DataFrame]) -> bool:
    return one[0].equals(other[0]) and one[1].equals(other[1])


def test_ten_small_files_become_one_and_every_row_stays(store: Store) -> None:
    before, runs = rows_of(store), store.versions()
    done = {one.table: one for one in tidy_store(store)}
    assert [(done[name].files_before, done[name].files_after) for name in ("documents", "rejects")] == [(RUNS, 1)] * 2
    assert len(before[0]) == len(before[1]) == RUNS
    assert same(rows_of(store), before)
    assert store.versions() == runs


def test_versions_that_releases_were_made_from_stay_and_others_are_refused_in_words(store: Store) -> None:
    kept = store.version(3)
    assert kept is not None
    before = rows_of(store, 3)
    newest = rows_of(store)
    store.append("late", [], [], {})
    done = tidy_store(store, [kept.number], [kept.rejects], retention_hours=0)
    assert sum(one.deleted for one in done) == 2 * (RUNS - 4)
    assert same(rows_of(store, 3), before)
    assert same(rows_of(store), newest)
    with pytest.raises(StoreError, match="store version 5 can be read no more"):
        store.version(5)


def test_files_that_were_replaced_just_now_are_left_for_those_who_read_them(store: Store) -> None:
    before = rows_of(store, 5)
    assert sum(one.deleted for one in tidy_store(store)) == 0
    assert same(rows_of(store, 5), before)


def test_few_files_are_left_alone(store: Store) -> None:
    tidy_store(store)
    version = store.version()
    assert version is not None
    done = tidy_store(store)
    assert [(one.files_before, one.files_after) for one in done] == [(1, 1), (1, 1)]
    assert tidy_store(Store(store.folder / "none")) == []


def test_a_run_after_upkeep_appends_as_before(store: Store, tmp_path: Path) -> None:
    tidy_store(store, retention_hours=0)
    rows = file_of(documents(document("https://example.com/new", "a new text")), tmp_path / "new.parquet")
    rejected = file_of(
        rejects(reject(url="https://example.com/rejected", run_id="after")), tmp_path / "rejected.parquet"
    )
    version = store.append("after", [rows], [rejected], {})
    assert version.run_id == "after"
    found = rows_of(store)
    assert (len(found[0]), len(found[1])) == (RUNS + 1, RUNS + 1)
    assert clear_uncommitted(store) == 0
    assert same(rows_of(store), found)
