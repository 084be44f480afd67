from pathlib import Path

import polars as pl
import pytest

from tasks.deduplication import find_edges, recomputing
from tasks.deduplication.recomputing import recompute, rows_of
from tasks.schema import Documents
from tasks.schema.tables import BAND_COLUMNS, RECOMPUTED

from .stories import Row, clusters, documents, story, with_words_changed


def run(name: str, hour: int, rows: list[Row]) -> pl.DataFrame:
    """The documents of one run with all columns, as they are appended to the store but for their edges."""
    for row in rows:
        row.ingested = hour
    frame = documents(rows).with_columns(run_id=pl.lit(name))
    missing = [
        pl.lit([] if isinstance(kind, pl.List) else None, dtype=kind).alias(column)
        for column, kind in Documents.create_empty().schema.items()
        if column not in frame.columns
    ]
    return frame.with_columns(missing).select(Documents.column_names())


def three_runs() -> list[pl.DataFrame]:
    def rows(of_run: int) -> list[Row]:
        return [
            Row(
                f"https://r{of_run}n{n}.example/",
                with_words_changed(story(n % 5), every=30 + n, seed=n),
                retrieved=9 - of_run,
            )
            for n in range(10)
        ]

    return [run(f"run-{number}", 100 + number, rows(number)) for number in range(3)]


def stored(runs: list[pl.DataFrame]) -> pl.DataFrame:
    """The store as those runs leave it, one after another."""
    known: list[pl.DataFrame] = []
    for one in runs:
        edges = find_edges(one.lazy(), pl.concat(known).lazy() if known else None)
        joined = one.drop("match_edges").join(edges, on="document_id", how="left", maintain_order="left")
        known.append(joined.with_columns(pl.col("match_edges").fill_null([])).select(Documents.column_names()))
    return pl.concat(known)


def made_anew(store: pl.DataFrame, folder: Path) -> pl.DataFrame:
    return pl.concat(rows_of(recompute(store.drop(RECOMPUTED).lazy(), folder)))


def test_a_store_made_anew_is_as_its_runs_would_have_left_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "PART_ROWS", 10)  # a run is a part
    store = stored(three_runs())
    assert made_anew(store, tmp_path).equals(store)
    run_of = dict(store.select("document_id", "run_id").iter_rows())
    ends = store.explode("match_edges").drop_nulls("match_edges").select("run_id", pl.col("match_edges").struct[0])
    pairs = {(run_id, run_of[other]) for run_id, other in ends.iter_rows()}
    assert {("run-1", "run-0"), ("run-2", "run-0"), ("run-2", "run-1")} <= pairs


def test_it_does_not_matter_how_the_store_keeps_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "PART_ROWS", 10)
    store = stored(three_runs())
    shuffled = made_anew(store.sample(fraction=1, shuffle=True, seed=1), tmp_path)
    assert shuffled.sort("document_id").equals(store.sort("document_id"))


@pytest.mark.parametrize("part_rows", [1, 7, 1000])
def test_nor_how_it_is_cut_for_the_clusters(part_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "PART_ROWS", part_rows)
    monkeypatch.setattr(recomputing, "_BATCH_ROWS", 1 if part_rows == 1 else 3)
    store = stored(three_runs())
    found = made_anew(store, tmp_path)
    assert clusters(found) == clusters(store)
    assert found.drop("match_edges").sort("document_id").equals(store.drop("match_edges").sort("document_id"))


def test_what_the_old_fingerprints_were_does_not_matter(tmp_path: Path) -> None:
    store = stored(three_runs()[:1])
    old = store.with_columns(
        fingerprint_version=pl.lit(0, pl.Int32),
        signature=pl.lit(b"another format"),
        **{band: pl.lit(7, pl.Int32) for band in BAND_COLUMNS},
    )
    assert made_anew(old, tmp_path).equals(store)


def test_every_step_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    recompute(stored(three_runs()).lazy(), tmp_path, lambda *step: told.append(step))
    assert told == [("fingerprints", 30, 30), ("matches", 30, 30)]


def test_an_empty_store_stays_empty(tmp_path: Path) -> None:
    assert recompute(stored(three_runs()[:1]).clear().lazy(), tmp_path) == []
