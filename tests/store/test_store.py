import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, write_deltalake

from tasks.schema import Documents, arrow_schema
from tasks.store import Store, StoreError, StoreMovedError, adding, clear_uncommitted
from tests.rows import document, documents, file_of, reject, rejects


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def a_file(tmp_path: Path, name: str, *texts: str) -> Path:
    rows = [document(f"https://example.com/{text}", text) for text in texts]
    return file_of(documents(*rows), tmp_path / f"{name}.parquet")


def test_a_store_without_commits_has_no_version_and_no_rows(store: Store) -> None:
    assert store.version() is None
    assert store.documents(None).collect().is_empty()
    assert store.rejects(None).collect().is_empty()


def test_a_run_becomes_one_version_with_its_facts_and_rejects(store: Store, tmp_path: Path) -> None:
    rejected = file_of(rejects(reject()), tmp_path / "rejects.parquet")
    version = store.append("run-1", [a_file(tmp_path, "a", "one", "two")], [rejected], {"read": 3})
    assert (version.number, version.run_id, version.facts) == (0, "run-1", {"read": 3})
    assert store.documents(version).collect()["text"].sort().to_list() == ["one", "two"]
    assert store.rejects(version).collect()["reason"].to_list() == ["not_an_article"]


def test_an_older_version_stays_as_it_was(store: Store, tmp_path: Path) -> None:
    store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    store.append("run-2", [a_file(tmp_path, "b", "two")], [file_of(rejects(reject()), tmp_path / "r.parquet")], {})
    first = store.version(0)
    assert store.documents(first).collect()["text"].to_list() == ["one"]
    assert store.rejects(first).collect().is_empty()
    assert [version.run_id for version in store.versions()] == ["run-1", "run-2"]


def test_the_files_of_a_version_hold_its_documents_and_no_others(store: Store, tmp_path: Path) -> None:
    assert store.files(store.version()) == []
    store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    store.append("run-2", [a_file(tmp_path, "b", "two")], [], {})
    assert [pq.ParquetFile(file).read(["text"])["text"].to_pylist() for file in store.files(store.version(0))] == [
        ["one"]
    ]
    assert len(store.files(store.version())) == 2


def test_a_run_repeated_after_its_commit_adds_nothing(store: Store, tmp_path: Path) -> None:
    file, rejected = a_file(tmp_path, "a", "one"), file_of(rejects(reject()), tmp_path / "r.parquet")
    store.append("run-1", [file], [rejected], {})
    version = store.append("run-1", [file], [rejected], {})
    assert version.number == 0
    assert len(store.documents(version).collect()) == 1
    assert len(store.rejects(version).collect()) == 1


def test_a_run_that_died_between_its_two_appends_is_completed(store: Store, tmp_path: Path) -> None:
    file, rejected = a_file(tmp_path, "a", "one"), file_of(rejects(reject()), tmp_path / "r.parquet")
    broken = a_file(tmp_path, "b", "two")
    broken.write_bytes(broken.read_bytes()[:100])
    with pytest.raises(Exception, match="Parquet"):
        store.append("run-1", [broken], [rejected], {})
    assert not store.has_run("run-1")
    version = store.append("run-1", [file], [rejected], {})
    assert len(store.documents(version).collect()) == 1
    assert len(store.rejects(version).collect()) == 1


def test_rejects_of_a_run_that_died_between_its_two_appends_are_in_no_version_until_it_is_completed(
    store: Store, tmp_path: Path
) -> None:
    def rejected(run: str) -> Path:
        return file_of(rejects(reject(url=f"https://example.com/{run}", run_id=run)), tmp_path / f"r-{run}.parquet")

    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1")
    with pytest.raises(Exception, match="Parquet"):
        store.append("run-1", [broken], [rejected("run-1")], {})
    assert store.version() is None
    assert store.rejects(None).collect().is_empty()
    first = store.append("run-2", [a_file(tmp_path, "a", "one")], [rejected("run-2")], {})
    assert store.rejects(first).collect()["run_id"].to_list() == ["run-2"]
    second = store.append("run-1", [a_file(tmp_path, "b", "two")], [rejected("run-1")], {})
    assert store.rejects(second).collect()["run_id"].sort().to_list() == ["run-1", "run-2"]
    assert store.rejects(first).collect()["run_id"].to_list() == ["run-2"]


def data_files(store: Store) -> set[Path]:
    return {file for file in store.folder.rglob("*.parquet*") if "_delta_log" not in file.parts}


def test_files_that_no_version_names_are_cleared_and_nothing_else_is(store: Store, tmp_path: Path) -> None:
    first = store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    batches = pq.read_table(a_file(tmp_path, "b", "two")).cast(arrow_schema(Documents)).to_batches()
    store.replace("change", iter(batches), {"recomputed": {}})  # an older version has the first file
    before = data_files(store)
    with pytest.raises(StoreMovedError):  # written, and then not committed: as after a kill between the two
        store.append("run-2", [a_file(tmp_path, "c", "three")], [], {}, based_on=first)
    (uncommitted,) = data_files(store) - before
    half_written = uncommitted.with_name(f"{uncommitted.name}#1")
    half_written.write_bytes(b"PAR1")
    with store.writing(), ThreadPoolExecutor(1) as pool:  # they may be those of a run at work
        assert pool.submit(clear_uncommitted, store).result() == 0
    assert clear_uncommitted(store) == 2
    assert data_files(store) == before
    assert store.documents(first).collect()["text"].to_list() == ["one"]
    assert store.documents(store.version()).collect()["text"].to_list() == ["two"]
    assert clear_uncommitted(store) == 0


def test_a_store_that_was_never_written_has_nothing_to_clear(store: Store) -> None:
    assert clear_uncommitted(store) == 0


def test_a_version_that_does_not_exist_is_named(store: Store, tmp_path: Path) -> None:
    store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    with pytest.raises(StoreError, match="versions 0 to 0, not 7"):
        store.version(7)


def test_a_store_with_an_older_schema_is_told_so(store: Store, tmp_path: Path) -> None:
    older = documents(document()).drop("license", "band_00")
    older.write_delta(store.folder / "documents")
    with pytest.raises(StoreError, match="older schema: it lacks band_00, license"):
        store._scan("documents", 0)


def test_a_store_begun_before_a_nullable_column_goes_on_with_it(store: Store, tmp_path: Path) -> None:
    older = documents(document(text="before")).drop("robots")
    note = CommitProperties(custom_metadata={"broadsheet": '{"run_id": "run-0", "rejects_version": -1, "facts": {}}'})
    write_deltalake(store.folder / "documents", older.to_arrow(), commit_properties=note, partition_by=["ingest_month"])
    assert store._scan("documents", 0).collect()["robots"].to_list() == [None]
    store.append("run-1", [a_file(tmp_path, "a", "after")], [], {})
    both = store.documents(store.version()).sort("text").collect()
    assert both.columns == list(Documents.column_names())
    assert both["text"].to_list() == ["after", "before"]
    assert both["robots"].to_list()[1] is None


def test_a_store_goes_on_whose_columns_were_described_in_other_words(store: Store, tmp_path: Path) -> None:
    store.append("run-1", [a_file(tmp_path, "a", "before")], [], {})
    (log,) = (store.folder / "documents/_delta_log").glob("*.json")
    words, of_column, of_field = log.read_text(), "The URL as fetched.", "Width in pixels."
    assert of_column in words
    assert of_field in words
    log.write_text(words.replace(of_column, "A URL.").replace(of_field, "The width."))
    store.append("run-2", [a_file(tmp_path, "b", "after")], [], {})
    assert store.documents(store.version()).sort("text").collect()["text"].to_list() == ["after", "before"]


def test_no_text_is_left_in_statistics_or_in_the_log(store: Store, tmp_path: Path) -> None:
    store.append("run-1", [a_file(tmp_path, "a", "unmistakable")], [], {})
    log = "".join(file.read_text() for file in store.folder.rglob("*.json"))
    assert "unmistakable" not in log
    (data,) = (store.folder / "documents").rglob("*.parquet")
    group = pq.ParquetFile(data).metadata.row_group(0)
    with_statistics = {group.column(i).path_in_schema for i in range(group.num_columns) if group.column(i).is_stats_set}
    assert with_statistics <= {"document_id", "article_id", "published_at", "retrieved_at", "ingested_at"}


def test_files_are_zstd_and_partitioned_by_month(store: Store, tmp_path: Path) -> None:
    store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    (data,) = (store.folder / "documents").rglob("*.parquet")
    assert data.parent.name == "ingest_month=2026-03"
    assert pq.ParquetFile(data).metadata.row_group(0).column(0).compression == "ZSTD"


def test_runs_that_commit_at_the_same_time_all_arrive(store: Store, tmp_path: Path) -> None:
    def one(number: int) -> None:
        with store.writing():
            store.append(f"run-{number}", [a_file(tmp_path, f"f{number}", f"text{number}")], [], {})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(6)))
    assert len(store.documents(store.version()).collect()) == 6
    assert len(store.versions()) == 6


def test_documents_can_be_replaced_in_one_version(store: Store, tmp_path: Path) -> None:
    first = store.append("run-1", [a_file(tmp_path, "a", "one", "two")], [], {"read": 2})
    batches = pq.read_table(a_file(tmp_path, "b", "three")).cast(arrow_schema(Documents)).to_batches()
    version = store.replace("change-1", iter(batches), {"recomputed": {}})
    assert store.documents(version).collect()["text"].to_list() == ["three"]
    assert store.documents(first).collect()["text"].sort().to_list() == ["one", "two"]
    assert [found.run_id for found in store.versions()] == ["run-1"]  # it was no run
    assert store.has_run("run-1")
    after = store.append("run-2", [a_file(tmp_path, "c", "four")], [], {})
    assert store.documents(after).collect()["text"].sort().to_list() == ["four", "three"]


def test_a_replacement_that_dies_leaves_the_store_as_it_was(store: Store, tmp_path: Path) -> None:
    store.append("run-1", [a_file(tmp_path, "a", "one", "two")], [], {})

    def dying() -> Iterator[pa.RecordBatch]:
        yield from pq.read_table(a_file(tmp_path, "b", "three")).cast(arrow_schema(Documents)).to_batches()
        raise OSError("the disk is full")

    with pytest.raises(Exception, match="disk is full"):
        store.replace("change-1", dying(), {"recomputed": {}})
    version = store.version()
    assert version is not None
    assert version.number == 0
    assert store.documents(version).collect()["text"].sort().to_list() == ["one", "two"]


def test_a_replacement_of_a_version_that_is_not_the_newest_any_more_replaces_nothing(
    store: Store, tmp_path: Path
) -> None:
    first = store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    store.append("run-2", [a_file(tmp_path, "b", "two")], [], {})
    batches = pq.read_table(a_file(tmp_path, "c", "three")).cast(arrow_schema(Documents)).to_batches()
    with pytest.raises(StoreMovedError):
        store.replace("change-1", iter(batches), {"recomputed": {}}, based_on=first)
    assert store.documents(store.version()).collect()["text"].sort().to_list() == ["one", "two"]


def test_of_a_replacement_a_row_group_is_held_however_many_rows_it_has(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "GROUP_ROWS", 4)
    store.append("run-1", [a_file(tmp_path, "a", "one")], [], {})
    alive: list[weakref.ref[pa.RecordBatch]] = []
    most = 0

    def many() -> Iterator[pa.RecordBatch]:
        nonlocal most
        for number in range(50):
            (made,) = pq.read_table(a_file(tmp_path, "b", str(number))).cast(arrow_schema(Documents)).to_batches()
            alive.append(weakref.ref(made))
            yield made
            del made
            gc.collect()
            most = max(most, sum(one() is not None for one in alive))

    replaced = store.replace("change-1", many(), {"recomputed": {}})
    assert store.documents(replaced).collect().height == 50
    assert 0 < most <= 4


def test_a_store_with_other_bands_says_what_to_do_and_keeps_its_contents(store: Store, tmp_path: Path) -> None:
    table = pq.read_table(a_file(tmp_path, "a", "one")).cast(arrow_schema(Documents)).drop_columns(["band_32"])
    write_deltalake(
        store.folder / "documents",
        table,
        partition_by=["ingest_month"],
        commit_properties=CommitProperties(
            custom_metadata={"broadsheet": '{"run_id": "run-1", "rejects_version": -1, "facts": {}}'}
        ),
    )
    version = store.version()
    with pytest.raises(StoreError, match="broadsheet refingerprint"):
        store.documents(version)
    assert store.contents(version).collect()["text"].to_list() == ["one"]
    batches = pq.read_table(a_file(tmp_path, "b", "one")).cast(arrow_schema(Documents)).to_batches()
    replaced = store.replace("change-1", iter(batches), {"recomputed": {}})
    assert store.documents(replaced).collect()["text"].to_list() == ["one"]
