"""Rows on their way into the store's files, piece by piece."""

import gc
import json
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable

from tasks.schema import Documents, arrow_schema
from tasks.store import adding
from tasks.store.adding import add_rows, write_files
from tasks.store.layout import STATISTICS
from tests.rows import document, documents

SCHEMA = arrow_schema(Documents)


def batch(*texts: str, month: str = "2026-03") -> pa.RecordBatch:
    ingested = datetime.strptime(f"{month}-02", "%Y-%m-%d").replace(tzinfo=UTC)
    rows = [document(f"https://example.com/{text[:40]}", text, ingested_at=ingested) for text in texts]
    frame = documents(*rows).with_columns(ingest_month=pl.lit(month))
    (made,) = frame.to_arrow().select(SCHEMA.names).cast(SCHEMA).combine_chunks().to_batches()
    return made


def files_below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


def add(batches: list[pa.RecordBatch], folder: Path, table: DeltaTable | None = None) -> DeltaTable:
    add_rows(batches, SCHEMA, folder, "documents", table, CommitProperties())
    return DeltaTable(folder)


def texts_of(table: DeltaTable) -> list[str]:
    return sorted(pl.scan_delta(table).select("text").collect()["text"])


def test_a_table_is_begun_and_added_to_one_version_each(tmp_path: Path) -> None:
    table = add([batch("one", "two")], tmp_path)
    table = add([batch("three")], tmp_path, table)
    assert table.version() == 1
    assert texts_of(table) == ["one", "three", "two"]


def test_rows_lie_in_a_folder_a_month_however_they_arrive(tmp_path: Path) -> None:
    mixed = pa.Table.from_batches([batch("one"), batch("two", month="2026-04"), batch("three")]).combine_chunks()
    table = add(mixed.to_batches(), tmp_path)
    assert [file.parent.name for file in files_below(tmp_path)] == ["ingest_month=2026-03", "ingest_month=2026-04"]
    april = pl.scan_delta(table).filter(pl.col("ingest_month") == "2026-04").select("text").collect()
    assert april["text"].to_list() == ["two"]
    assert texts_of(table) == ["one", "three", "two"]


def test_the_log_knows_the_least_and_the_greatest_of_some_columns_and_nothing_of_texts(tmp_path: Path) -> None:
    rows = batch("one", "two", "three")
    table = add([rows], tmp_path)
    ids = sorted(rows["document_id"].to_pylist())
    actions = pl.DataFrame(table.get_add_actions(flatten=True))  # as Delta reads it
    assert actions.select("num_records", "min.document_id", "max.document_id").row(0) == (3, ids[0], ids[-1])
    (log,) = (tmp_path / "_delta_log").glob("*.json")
    (added,) = [line["add"] for line in map(json.loads, log.read_text().splitlines()) if "add" in line]
    stats = json.loads(added["stats"])
    assert stats["minValues"]["ingested_at"] == stats["maxValues"]["ingested_at"] == "2026-03-02T00:00:00Z"
    assert stats["nullCount"] == {**dict.fromkeys(STATISTICS["documents"], 0), "published_at": 3, "retrieved_at": 3}


def test_a_full_file_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "FILE_BYTES", 100)
    monkeypatch.setattr(adding, "GROUP_ROWS", 2)
    table = add([batch(f"text {number}") for number in range(5)], tmp_path)
    assert sorted(pq.ParquetFile(file).metadata.num_rows for file in files_below(tmp_path)) == [1, 2, 2]
    assert texts_of(table) == [f"text {number}" for number in range(5)]


def test_no_more_is_held_than_a_row_group_however_many_rows_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = [f"{number} " + "All the words of a long day. " * 400 for number in range(8)]
    size = batch(*long).nbytes
    monkeypatch.setattr(adding, "GROUP_BYTES", 4 * size)
    alive: list[weakref.ref[pa.RecordBatch]] = []
    most = 0

    def many(count: int) -> Iterator[pa.RecordBatch]:
        nonlocal most
        for _ in range(count):
            made = batch(*long)
            alive.append(weakref.ref(made))
            yield made
            del made
            gc.collect()
            most = max(most, pa.total_allocated_bytes() - before)

    before = pa.total_allocated_bytes()
    write_files(many(10), SCHEMA, tmp_path / "few", "documents")
    few, most = most, 0
    write_files(many(60), SCHEMA, tmp_path / "many", "documents")
    assert len(alive) == 70
    assert not [one for one in alive if one() is not None]
    assert few > 2 * size  # something was measured
    assert most <= 1.25 * few
    assert most < 12 * size  # of 60


def test_what_cannot_be_written_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "FILE_BYTES", 100)
    monkeypatch.setattr(adding, "GROUP_ROWS", 1)

    def broken() -> Iterator[pa.RecordBatch]:
        yield batch("one")
        yield batch("two")
        assert len(files_below(tmp_path)) == 2
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_files(broken(), SCHEMA, tmp_path, "documents")
    assert files_below(tmp_path) == []


def test_a_table_that_another_began_meanwhile_is_not_begun_twice(tmp_path: Path) -> None:
    add([batch("one")], tmp_path)
    with pytest.raises(Exception, match="exist"):
        add_rows([batch("two")], SCHEMA, tmp_path, "documents", None, CommitProperties())
    assert texts_of(DeltaTable(tmp_path)) == ["one"]
