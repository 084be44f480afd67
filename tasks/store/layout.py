"""How the store's tables lie in Delta and Parquet: which there are, their partitions, statistics and encodings.

What belongs here: the form of files and rows. What does not: when they are written (``store``), and versions
(``reading``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dataframely as dy
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import ColumnProperties, DeltaTable, WriterProperties

from tasks.schema import Documents, Rejects, Tombstones
from tasks.schema.arrow import leaf_columns
from tasks.schema.tables import BAND_COLUMNS
from tasks.storage import Location

# Only these columns have statistics, in the log and in the files: no text may live on in them.
STATISTICS = {
    "documents": ["document_id", "article_id", "published_at", "retrieved_at", "ingested_at"],
    "rejects": ["stage", "reason", "retrieved_at", "ingested_at"],
    "tombstones": ["removed_at"],
}
TABLES: dict[str, type[dy.Schema]] = {"documents": Documents, "rejects": Rejects, "tombstones": Tombstones}
PARTITION = {"documents": ["ingest_month"], "rejects": None, "tombstones": None}
# Values of which no two are alike: a dictionary of them makes the file larger, and reading 33 bands of 5 million
# documents, which every run does, cost half as much again.
_UNIQUE = {"document_id", "article_id", "text_sha256", "payload_sha256", "text", "text_key", "signature", *BAND_COLUMNS}
# A row group ends after so many rows, or bytes of them in memory: that much is held while a file is written, and by
# whoever reads it whole.
GROUP_ROWS, GROUP_BYTES = 20_000, 32 << 20
# Small pages: deduplication reads some hundred scattered texts, a third of the cost at 5% more disk.
_PAGE_BYTES, _ROWS_A_LOOK = 1 << 17, 64
_LEVEL = 6  # of zstd
# Rows of a run's files that are held at a time, in bytes when unpacked.
_BATCH_BYTES, _BATCH_ROWS = 8 << 20, 4096
# The log is the store's history, which releases are made and rebuilt from: no entry of it is ever cleared.
KEEP_HISTORY = {"delta.enableExpiredLogCleanup": "false"}


def configuration(name: str) -> dict[str, str]:
    """What Delta is told of a table that is begun."""
    return {"delta.dataSkippingStatsColumns": ",".join(STATISTICS[name]), **KEEP_HISTORY}


def in_the_words_of(table: DeltaTable | None, schema: pa.Schema) -> pa.Schema:
    """The schema with the table's own descriptions of the columns that it has.

    Delta refuses to append where a description is worded otherwise than when the table was begun; which words it keeps
    matters to nobody, since those of a release are the schema's.
    """
    if table is None:
        return schema
    held = pa.schema(table.schema().to_arrow())
    return pa.schema([held.field(field.name) if field.name in held.names else field for field in schema])


def _properties(table: str, column: str) -> ColumnProperties:
    return ColumnProperties(
        dictionary_enabled=column not in _UNIQUE,
        statistics_enabled="CHUNK" if column in STATISTICS[table] else "NONE",
    )


def parquet_options(name: str, schema: pa.Schema) -> dict[str, Any]:
    """How files of a table are written by PyArrow."""
    leaves = list(leaf_columns(schema))
    return {
        "compression": "zstd",
        "compression_level": _LEVEL,
        "data_page_size": _PAGE_BYTES,
        "write_batch_size": _ROWS_A_LOOK,
        "use_dictionary": [leaf for leaf in leaves if leaf.partition(".")[0] not in _UNIQUE],
        "write_statistics": STATISTICS[name],
        "store_schema": False,
        "version": "2.6",
    }


def writer_properties(name: str) -> WriterProperties:
    """How files of a table are written by Delta itself: when rows are replaced, and when files are joined."""
    return WriterProperties(
        compression="ZSTD",
        compression_level=_LEVEL,
        max_row_group_size=GROUP_ROWS,
        data_page_size_limit=_PAGE_BYTES,
        write_batch_size=_ROWS_A_LOOK,
        default_column_properties=ColumnProperties(statistics_enabled="NONE"),
        column_properties={column: _properties(name, column) for column in TABLES[name].column_names()},
    )


def batches_of(files: Iterable[Location], schema: pa.Schema, *, optional: bool = False) -> Iterator[pa.RecordBatch]:
    """The columns of ``schema`` in Parquet files, some rows at a time: fewer where they are long.

    ``optional``: of files that lack some of the columns, the others.
    """
    for file in files:
        with ExitStack() as stack:
            # A file of this machine is opened by Arrow itself: read through Python, each column is held once more.
            source = str(file) if isinstance(file, Path) else stack.enter_context(file.open("rb"))
            # Buffered ahead (the default), all that was read of the file is held until it is closed.
            parquet = stack.enter_context(pq.ParquetFile(source, pre_buffer=False))
            there = parquet.schema_arrow.names
            wanted = pa.schema([field for field in schema if field.name in there]) if optional else schema
            for batch in parquet.iter_batches(batch_size=_rows_a_batch(parquet.metadata), columns=wanted.names):
                table = pa.Table.from_batches([batch]).select(wanted.names).cast(wanted)
                yield from table.combine_chunks().to_batches()


def _rows_a_batch(metadata: pq.FileMetaData) -> int:
    """As many rows as make some megabytes, by what the file weighs when it is unpacked."""
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    heaviest = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=0)
    return max(1, min(_BATCH_ROWS, int(_BATCH_BYTES / max(heaviest, 1))))
