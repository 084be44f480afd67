"""How the store's tables lie in Delta and Parquet: which there are, their partitions, statistics and encodings.

What belongs here: the form of files and rows. What does not: when they are written, and versions (``store``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import dataframely as dy
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import ColumnProperties, DeltaTable, WriterProperties

from tasks.schema import Documents, Rejects, Tombstones
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
# The log is the store's history, which releases are made and rebuilt from: no entry of it is ever cleared.
KEEP_HISTORY = {"delta.enableExpiredLogCleanup": "false"}


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


def writer_properties(name: str) -> WriterProperties:
    """How the files of a table are written."""
    return WriterProperties(
        compression="ZSTD",
        compression_level=6,
        max_row_group_size=20_000,
        # Small pages: deduplication reads some hundred scattered texts, a third of the cost at 5% more disk.
        data_page_size_limit=1 << 17,
        write_batch_size=64,
        default_column_properties=ColumnProperties(statistics_enabled="NONE"),
        column_properties={column: _properties(name, column) for column in TABLES[name].column_names()},
    )


def batches_of(files: Iterable[Location], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of Parquet files, some thousand at a time."""
    for file in files:
        with file.open("rb") as opened, pq.ParquetFile(opened) as parquet:
            for batch in parquet.iter_batches(batch_size=4096):
                table = pa.Table.from_batches([batch]).select(schema.names).cast(schema)
                yield from table.combine_chunks().to_batches()
