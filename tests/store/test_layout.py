"""How rows of the store's tables are read out of a run's files."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.store.layout import batches_of

SCHEMA = pa.schema([("number", pa.int64()), ("text", pa.string())])


def a_file(path: Path, groups: int) -> Path:
    """Half a megabyte a row group that packs to no less; the columns stand the other way round."""
    noise = random.Random(7)
    with pq.ParquetWriter(path, pa.schema(reversed(list(SCHEMA)))) as writer:
        for group in range(groups):
            texts = [noise.randbytes(1 << 10).hex() for _ in range(256)]
            writer.write_table(pa.table({"text": texts, "number": range(group * 256, (group + 1) * 256)}))
    return path


def most_held(file: Path) -> int:
    """The most that Arrow holds while a file is read to its end, in bytes."""
    before = pa.total_allocated_bytes()
    return max(pa.total_allocated_bytes() - before for _ in batches_of([file], SCHEMA))


def test_rows_come_in_their_order_and_in_the_columns_asked_for(tmp_path: Path) -> None:
    rows = pa.Table.from_batches(batches_of([a_file(tmp_path / "one.parquet", 3)], SCHEMA))
    assert rows.schema == SCHEMA
    assert rows["number"].to_pylist() == list(range(3 * 256))


def test_no_more_of_a_file_is_held_than_some_batches_however_long_it_is(tmp_path: Path) -> None:
    few, many = a_file(tmp_path / "few.parquet", 40), a_file(tmp_path / "many.parquet", 200)
    least = most_held(few)
    assert least > 1 << 19  # something was measured
    assert most_held(many) <= 1.25 * least
