from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.release.parquet import BATCH_ROWS, TableFile
from tasks.release.tables import arrow_schemas
from tests.release.store import Store

TEXT_COLUMNS = {
    "url",
    "canonical_url",
    "headline",
    "description",
    "text",
    "published_raw",
    "input",
    "record_id",
    "section",
}


def columns_of(path: Path) -> dict[str, pq.ColumnChunkMetaData]:
    group = pq.ParquetFile(path).metadata.row_group(0)
    return {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}


@pytest.fixture(scope="module")
def article_columns(release: Path) -> dict[str, pq.ColumnChunkMetaData]:
    return columns_of(release / "articles/articles-2022-02.parquet")


def test_columns_that_hold_text_have_no_statistics(article_columns: dict[str, pq.ColumnChunkMetaData]) -> None:
    with_statistics = {name for name, column in article_columns.items() if column.is_stats_set}
    assert not with_statistics & TEXT_COLUMNS
    assert not {name for name in with_statistics if "." in name}
    assert {"published_at", "article_id", "domain", "word_count", "language"} <= with_statistics


def test_no_text_stands_outside_its_compressed_column(tmp_path: Path) -> None:
    store = Store(tmp_path)
    secret = "Quicksilver paragraph that must not stand in a footer"
    store.article("a", headline=secret, text=f"{secret}. More.", description=secret, section=secret)
    path = store.publish() / "articles/articles-2022-02.parquet"
    content = path.read_bytes()
    footer = int.from_bytes(content[-8:-4], "little")
    indexes = columns_of(path)["article_id"]
    assert indexes.has_offset_index
    assert secret.encode() not in content[-8 - footer :]
    assert secret.encode()[:20] not in content[-8 - footer :]


def test_pages_have_checksums_and_an_index(article_columns: dict[str, pq.ColumnChunkMetaData], release: Path) -> None:
    assert all(column.has_offset_index for column in article_columns.values())
    assert article_columns["published_at"].has_column_index
    assert not article_columns["text"].has_column_index
    column = article_columns["text"]
    content = bytearray((release / "articles/articles-2022-02.parquet").read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    with pytest.raises(OSError, match=r"(?i)checksum|crc"):
        pq.ParquetFile(pa.BufferReader(bytes(content)), page_checksum_verification=True).read()


def test_files_are_zstd(article_columns: dict[str, pq.ColumnChunkMetaData]) -> None:
    assert {column.compression for column in article_columns.values()} == {"ZSTD"}


def test_bloom_filters_are_on_ids_and_urls(release: Path) -> None:
    import duckdb

    path = release / "articles/articles-2022-02.parquet"
    rows = duckdb.sql(
        f"SELECT path_in_schema FROM parquet_metadata('{path}') WHERE bloom_filter_offset IS NOT NULL"
    ).fetchall()
    assert {name for (name,) in rows} == {"article_id", "url"}


def test_every_file_of_a_table_has_its_schema_with_descriptions(release: Path) -> None:
    for table, schema in arrow_schemas().items():
        for path in (release / table).iterdir():
            found = pq.read_schema(path)
            assert found.names == schema.names
            assert found.types == schema.types
            assert all(field.metadata[b"description"] == field.metadata[b"comment"] for field in found)


def test_descriptions_reach_into_structs(release: Path) -> None:
    images = pq.read_schema(release / "articles/articles-2022-02.parquet").field("images").type.value_type
    assert images.field("width").metadata[b"description"] == b"Width in pixels."


def test_rows_are_declared_sorted(release: Path) -> None:
    group = pq.ParquetFile(release / "articles/articles-2022-02.parquet").metadata.row_group(0)
    names = [group.column(column.column_index).path_in_schema for column in group.sorting_columns]
    assert names == ["published_at", "article_id"]


LONG = pa.schema([("number", pa.int64()), ("text", pa.string()), ("words", pa.list_(pa.string()))])


def long_rows(count: int) -> pa.Table:
    """A kilobyte a row, and lists of several lengths."""
    texts = [f"{number} " + "words " * 170 for number in range(count)]
    words = [["word"] * (number % 5) for number in range(count)]
    return pa.table([range(count), texts, words], schema=LONG)


def cut(rows: pa.Table, length: int) -> pa.Table:
    """The same rows in chunks of ``length``."""
    parts = [rows.slice(start, length).combine_chunks() for start in range(0, len(rows), length)]
    return pa.concat_tables([pa.Table.from_batches([pa.concat_batches(part.to_batches())]) for part in parts])


class Sink(io.BytesIO):
    """A file that looks, whenever something is written to it, at how much Arrow holds."""

    most = 0

    def write(self, data: Any) -> int:
        self.most = max(self.most, pa.total_allocated_bytes())
        return super().write(data)


def written(rows: pa.Table) -> tuple[bytes, int]:
    """The bytes of a file of one row group, and the most that Arrow held besides ``rows`` while it was written."""
    sink: Any = Sink()
    before = pa.total_allocated_bytes()
    out = TableFile(sink, rows.schema, len(rows))
    out.write_group(rows)
    out.close()
    return sink.getvalue(), sink.most - before


def test_rows_in_chunks_give_the_bytes_of_one_chunk_wherever_they_are_cut() -> None:
    rows = long_rows(5_000)
    whole, _ = written(rows)
    for length in (1, BATCH_ROWS, 2 * BATCH_ROWS, 700):
        chunks = cut(rows, length)
        assert chunks["text"].num_chunks == -(-5_000 // length)
        assert written(chunks)[0] == whole


def test_rows_cut_where_the_writer_begins_a_batch_are_not_copied() -> None:
    rows = long_rows(16 * BATCH_ROWS)
    assert written(cut(rows, 1_000))[1] > rows["text"].nbytes  # something was measured
    assert written(cut(rows, BATCH_ROWS))[1] < rows["text"].nbytes / 3
