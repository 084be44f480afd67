"""Some rows of a table take other values, or go: in the files that hold them, and in no other."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake

from tasks.schema import Documents
from tasks.store import Store, adding
from tasks.store.rewriting import Change, rewrite_rows
from tests.rows import document, documents, file_of

NOTE = {"broadsheet": '{"run_id": "run-0", "rejects_version": -1, "facts": {}}'}


def without(*texts: str) -> Change:
    gone = pl.col("text").is_in(texts)
    return Change(lambda rows: rows.select(gone).to_series(), lambda rows: rows.filter(~gone), ["text"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def ingest(store: Store, run_id: str, *texts: str, month: str = "2026-03") -> None:
    rows = documents(*(document(f"https://example.com/{text[:40]}", text) for text in texts))
    file = file_of(rows.with_columns(ingest_month=pl.lit(month)), store.folder.parent / f"{run_id}.parquet")
    store.append(run_id, [file], [], {})


def texts_of(store: Store) -> list[str]:
    return store.documents(store.version()).collect()["text"].sort().to_list()


def files_of(store: Store) -> set[Path]:
    return {Path(file) for file in store.files(store.version())}


def test_files_that_hold_nothing_of_it_stay_and_the_order_within_the_others_too(store: Store) -> None:
    ingest(store, "run-1", "d", "a", "c", "b")
    ingest(store, "run-2", "e", month="2026-04")
    before = files_of(store)
    store.rewrite("documents", without("a"), "change", {})
    (new,) = files_of(store) - before
    assert files_of(store) & before == {file for file in before if file.parent.name.endswith("2026-04")}
    assert new.parent.name == "ingest_month=2026-03"
    assert pl.read_parquet(new)["text"].to_list() == ["d", "c", "b"]
    assert texts_of(store) == ["b", "c", "d", "e"]
    version = store.version()
    assert version is not None
    assert (version.number, version.run_id) == (2, "change")


def test_a_file_of_which_nothing_is_left_has_no_successor(store: Store) -> None:
    ingest(store, "run-1", "a")
    ingest(store, "run-2", "b")
    before = files_of(store)
    store.rewrite("documents", without("a"), "change", {})
    assert len(files_of(store)) == 1
    assert files_of(store) < before


def test_where_nothing_is_concerned_there_is_a_version_all_the_same(store: Store) -> None:
    ingest(store, "run-1", "a")
    before = files_of(store)
    store.rewrite("documents", without("z"), "change", {"note": 1})
    version = store.version()
    assert version is not None
    assert (version.number, version.facts) == (1, {"note": 1})
    assert files_of(store) == before


def test_rows_can_get_other_values(store: Store) -> None:
    ingest(store, "run-1", "a", "b")
    is_a = pl.col("text") == "a"
    change = Change(
        lambda rows: rows.select(is_a).to_series(),
        lambda rows: rows.with_columns(headline=pl.when(is_a).then(pl.lit("A")).otherwise("headline")),
    )
    store.rewrite("documents", change, "change", {})
    rows = store.documents(store.version()).sort("text").collect()
    assert rows.select("text", "headline").rows() == [("a", "A"), ("b", None)]
    assert rows.drop("headline").equals(
        documents(*(document(f"https://example.com/{text}", text) for text in "ab")).drop("headline")
    )


def test_what_another_added_meanwhile_is_looked_at_too(store: Store) -> None:
    ingest(store, "run-1", "a", "b")
    meanwhile = iter([lambda: ingest(store, "run-2", "a", "c")])
    plain = without("a")

    def concerns(rows: pl.DataFrame) -> pl.Series:
        for happens in meanwhile:
            happens()
        return plain.concerns(rows)

    store.rewrite("documents", Change(concerns, plain.change, plain.looked_at), "change", {})
    assert texts_of(store) == ["b", "c"]
    assert [commit.run_id for commit in store.changes()] == ["run-1", "run-2", "change"]


def test_a_file_older_than_a_column_is_rewritten_in_the_tables_columns(store: Store) -> None:
    older = documents(document(text="old"), document("https://example.com/b", "gone")).drop("robots")
    write_deltalake(
        store.folder / "documents",
        older.to_arrow(),
        commit_properties=CommitProperties(custom_metadata=NOTE),
        partition_by=["ingest_month"],
    )
    ingest(store, "run-1", "new")  # from here on the table has the column
    store.rewrite("documents", without("gone"), "change", {})
    rows = store.documents(store.version()).sort("text").collect()
    assert rows.columns == list(Documents.column_names())
    assert rows["text"].to_list() == ["new", "old"]
    assert rows["robots"].to_list() == [None, None]


def test_what_cannot_be_written_whole_is_not_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(store, "run-1", "a", "b")
    ingest(store, "run-2", "a", "c", month="2026-04")
    before, plain = set(store.folder.rglob("*.parquet")), without("a")

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        if "c" in rows["text"]:
            assert len(set(store.folder.rglob("*.parquet"))) == 3  # the other month's is there
            raise OSError(28, "No space left on device")
        return plain.change(rows)

    with pytest.raises(OSError, match="No space left"):
        store.rewrite("documents", Change(plain.concerns, change, plain.looked_at), "change", {})
    assert set(store.folder.rglob("*.parquet")) == before
    assert texts_of(store) == ["a", "a", "b", "c"]


def test_no_more_is_held_than_a_row_group_however_many_months_are_concerned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "GROUP_ROWS", 4)

    def most_held(months: int) -> int:
        store, most, plain = Store(tmp_path / f"store-{months}"), 0, without("gone")
        long = [f"{number} " + "All the words of a long day. " * 4000 for number in range(6)]
        for month in range(months):
            ingest(store, f"run-{months}-{month}", "gone", *long, month=f"2026-{month + 1:02}")

        def change(rows: pl.DataFrame) -> pl.DataFrame:
            nonlocal most
            most = max(most, pa.total_allocated_bytes() - before)
            return plain.change(rows)

        table = store.open("documents")
        assert isinstance(table, DeltaTable)
        before = pa.total_allocated_bytes()
        properties = CommitProperties(max_commit_retries=0, custom_metadata=NOTE)
        changing = Change(plain.concerns, change, plain.looked_at)
        rewrite_rows(table, store.path("documents"), "documents", changing, properties)
        assert store.documents(store.version()).collect().height == 6 * months
        return most

    few = most_held(2)
    assert few > 0  # something was measured
    assert most_held(12) <= 1.25 * few
