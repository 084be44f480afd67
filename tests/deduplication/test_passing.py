"""Documents passed from step to step in files, piece by piece."""

import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa

from tasks.deduplication.passing import only, pass_on, pieces_of

ROOT = Path(__file__).parents[2]
SCHEMA = pa.schema([("number", pa.int64()), ("text", pa.string())])
_ROWS, _MEGABYTE = 256, 1 << 20


def pieces(count: int) -> list[pa.Table]:
    """A megabyte a piece that packs to no less."""
    noise = random.Random(7)
    made = []
    for piece in range(count):
        texts = [noise.randbytes(_MEGABYTE // _ROWS // 2).hex() for _ in range(_ROWS)]
        numbers = range(piece * _ROWS, (piece + 1) * _ROWS)
        made.append(pa.table([pa.array(numbers), pa.array(texts)], schema=SCHEMA))
    return made


def test_rows_come_out_as_they_went_in(tmp_path: Path) -> None:
    given = pieces(3)
    pass_on(given, SCHEMA, tmp_path / "one.parquet")
    pass_on([], SCHEMA, tmp_path / "none.parquet")
    found = pieces_of([tmp_path / "none.parquet", tmp_path / "one.parquet"])
    assert pa.concat_tables(found).equals(pa.concat_tables(given))


def most_held(file: Path) -> int:
    """The most that Arrow holds while a file is read to its end, in bytes."""
    before = pa.total_allocated_bytes()
    return max(pa.total_allocated_bytes() - before for _ in pieces_of([file]))


def test_no_more_of_a_file_is_held_than_a_row_group_however_long_it_is(tmp_path: Path) -> None:
    few, many = tmp_path / "few.parquet", tmp_path / "many.parquet"
    pass_on(pieces(20), SCHEMA, few)
    pass_on(pieces(100), SCHEMA, many)
    least = most_held(few)
    assert least > _MEGABYTE  # something was measured
    assert most_held(many) <= 1.25 * least


CHOSEN = """
import sys
from tests.deduplication.test_passing import chosen
chosen()
print("pandas" in sys.modules)
"""


def chosen() -> list[dict[str, object]]:
    """Some rows of two pieces, with a column in place of theirs and one more."""
    # By way of Polars: PyArrow itself would load pandas to look at lists.
    whole = pl.DataFrame({"text": ["a", "b", "c", "d"], "host": ["x"] * 4}).to_arrow()
    pieces = [whole.slice(0, 3), whole.slice(3)]
    rows = pl.DataFrame({"position": [0, 2, 3], "host": ["y", "z", "w"], "month": ["5", "6", "7"]})
    return pa.concat_tables(list(only(pieces, rows))).to_pylist()


def test_the_chosen_rows_pass_with_the_columns_given_to_them() -> None:
    assert chosen() == [
        {"text": "a", "host": "y", "month": "5"},
        {"text": "c", "host": "z", "month": "6"},
        {"text": "d", "host": "w", "month": "7"},
    ]


def test_pandas_is_not_loaded_for_them() -> None:
    done = subprocess.run([sys.executable, "-c", CHOSEN], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
