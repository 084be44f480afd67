"""Files that one step of a run leaves for the next, and that are gone when the run is.

What belongs here: how they are written and read, piece by piece. What does not: what is in them.

Whole rows pass through here in pieces of some megabytes, and nothing is done to a piece that needs another one. A lazy
frame that is sunk into a file does not promise that: the engine read as many row groups ahead as it found, 460 MB for
11,550 documents, and a join held all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.deduplication.positions import POSITION
from tasks.schema import Documents, arrow_schema

# A piece ends after so many rows, and a row group of a file that is passed on after so many bytes.
_PIECE_ROWS, _GROUP_BYTES = 256, 16 << 20

PASSING: dict[str, Any] = {
    # Packed and unpacked in a third of zstd's time; they live for minutes.
    "compression": "lz4",
    # Texts are read one here and one there, and a page of a megabyte is unpacked for each.
    "data_page_size": 1 << 15,
    # Nothing is looked for by its range, and of a text it would be the text.
    "statistics": False,
}


def pieces_of(files: Iterable[Path]) -> Iterator[pa.Table]:
    """The rows of Parquet files of one schema, in their order, some at a time."""
    for file in files:
        # Buffered ahead (the default), all that was read of the file is held until it is closed.
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            for batch in parquet.iter_batches(batch_size=_PIECE_ROWS):
                yield pa.Table.from_batches([batch])


def pass_on(pieces: Iterable[pa.Table], schema: pa.Schema, file: Path) -> None:
    """Write the pieces, in ``schema``, into one file; nothing but a row group is held."""
    options = {
        "compression": PASSING["compression"],
        "data_page_size": PASSING["data_page_size"],
        # PyArrow looks at a page's size after so many values only.
        "write_batch_size": 16,
        "write_statistics": PASSING["statistics"],
        "use_dictionary": False,
    }
    with pq.ParquetWriter(file, schema, **options) as writer:
        held: list[pa.Table] = []
        for piece in pieces:
            held.append(piece)
            if sum(part.nbytes for part in held) >= _GROUP_BYTES:
                _write(writer, held)
        _write(writer, held)


def _write(writer: pq.ParquetWriter, held: list[pa.Table]) -> None:
    if held:
        rows = pa.concat_tables(held)
        held.clear()
        writer.write_table(rows, row_group_size=max(1, len(rows)))


def only(pieces: Iterable[pa.Table], chosen: pl.DataFrame) -> Iterator[pa.Table]:
    """The rows at the ``position`` that ``chosen`` names, ascending, with its other columns in place of their own.

    A column that the pieces do not have is put behind theirs.
    """
    positions, columns, start = chosen[POSITION].to_numpy().astype(np.int64), chosen.drop(POSITION), 0
    for piece in pieces:
        first, last = np.searchsorted(positions, [start, start + len(piece)])
        if last > first:
            # By way of Polars: to look at an array of NumPy, PyArrow loads pandas where that is there.
            kept = (
                piece if last - first == len(piece) else piece.take(pl.Series(positions[first:last] - start).to_arrow())
            )
            yield _replaced(kept, columns.slice(first, last - first).to_arrow())
        start += len(piece)


def _replaced(piece: pa.Table, columns: pa.Table) -> pa.Table:
    for name in columns.column_names:
        if name in piece.column_names:
            place = piece.schema.get_field_index(name)
            field = piece.schema.field(place)
            piece = piece.set_column(place, field, columns[name].cast(field.type))
        else:
            piece = piece.append_column(name, columns[name])
    return piece


def completion(accepted: pl.LazyFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """What the accepted rows lack to be the store's: ``position``, ``match_edges`` and ``ingest_month``."""
    rows = accepted.select("document_id", "ingested_at").with_row_index(POSITION).collect(engine="streaming")
    return rows.join(edges, on="document_id", how="left", maintain_order="left").select(
        POSITION, pl.col("match_edges").fill_null([]), ingest_month=pl.col("ingested_at").dt.strftime("%Y-%m")
    )


def completed(accepted: Path, completion: Path) -> Iterator[pa.RecordBatch]:
    """The accepted rows with what completes them, from the two files: the columns of ``tasks.schema.Documents``."""
    schema = arrow_schema(Documents)
    for piece in only(pieces_of([accepted]), pl.read_parquet(completion)):
        yield from piece.select(schema.names).cast(schema).combine_chunks().to_batches()
