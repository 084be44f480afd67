"""How the Parquet files of a release are written: the settings, and a writer that holds them.

What belongs here: everything that decides the bytes of a data file. What does not: which rows go into which
file (``plan``) and in which order they come (``data``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.release.spark import KEY, spark_schema
from tasks.schema.arrow import leaf_columns

# Raise it when a setting below changes, so that files of an earlier release are not taken over.
WRITER_VERSION = 2
ROW_GROUP_ROWS = 20_000
# The writer takes so many rows of a column at a time, and ends a page between two of these only.
BATCH_ROWS = 1024
# Point look-ups in DuckDB went from 28 to 12 ms, misses from 10 to 1.8 ms, for 0.3% of the size.
BLOOM_COLUMNS = ("article_id", "url")
# Strings whose statistics help a reader to skip row groups and that hold no text of a page. For other
# strings PyArrow's footer can hold a whole article body, so they have none.
_KEYS = (
    "article_id", "cluster_id", "copy_of", "match", "domain", "host", "source", "language", "page_type",
    "published_precision", "modified_precision", "run_id", "stage", "reason",
)  # fmt: skip
# Columns that repeat. A dictionary tried on the others costs time and is thrown away at 1 MB.
_REPEATING = (
    "host", "domain", "source", "language", "language_declared", "section", "article_type", "page_type",
    "published_precision", "published_zone", "modified_precision", "modified_zone", "license", "run_id", "input",
    "extractor", "match", "stage", "reason", "revision", "cluster_size", "copyright_year", "ingested_at",
    "authors.list.element", "keywords.list.element",
    "author_details.list.element.name", "author_details.list.element.type", "author_details.list.element.url",
    "author_details.list.element.image_url",
    "publisher.name", "publisher.legal_name", "publisher.url", "publisher.logo_url", "publisher.email",
    "publisher.telephone", "field_sources.list.element.field", "field_sources.list.element.source",
    "images.list.element.width", "images.list.element.height", "images.list.element.credit",
)  # fmt: skip


def _is_text(field: pa.Field) -> bool:
    return pa.types.is_nested(field.type) or (pa.types.is_string(field.type) and field.name not in _KEYS)


def writer_options(schema: pa.Schema, rows: int, sorted_by: tuple[str, ...] = ()) -> dict[str, Any]:
    """The arguments of ``pq.ParquetWriter`` for a file of ``rows`` rows in ``schema``."""
    dictionary, statistics, sorting = _by_column(schema, sorted_by)
    distinct = max(1, min(rows, ROW_GROUP_ROWS))
    return {
        "compression": "zstd",
        "compression_level": 6,
        "use_dictionary": dictionary,
        "write_statistics": statistics,
        "write_batch_size": BATCH_ROWS,
        "write_page_index": True,
        "write_page_checksum": True,
        "bloom_filter_options": {
            name: {"ndv": distinct, "fpp": 0.01} for name in BLOOM_COLUMNS if name in schema.names
        },
        "sorting_columns": sorting,
        "store_schema": True,
        "version": "2.6",
    }


@cache  # a release has a hundred files of one schema
def _by_column(schema: pa.Schema, sorted_by: tuple[str, ...]) -> tuple[list[str], list[str], list[pq.SortingColumn]]:
    """Which columns have a dictionary, which have statistics, and the order of the rows."""
    leaves = set(leaf_columns(schema))
    return (
        [name for name in _REPEATING if name in leaves],
        [field.name for field in schema if not _is_text(field)],
        pq.SortingColumn.from_ordering(schema, [(name, "ascending") for name in sorted_by]),
    )


class TableFile:
    """One Parquet file being written: each call writes one row group.

    The same groups of rows give the same bytes: columns are cast and laid out anew before they are written.
    Where the groups are cut is the plan's, so it depends on the rows of the file alone.
    """

    def __init__(self, path: Path, schema: pa.Schema, rows: int, sorted_by: tuple[str, ...] = ()) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, **writer_options(schema, rows, sorted_by))
        self._writer.add_key_value_metadata({KEY: spark_schema(schema)})

    def write_group(self, table: pa.Table) -> None:
        """Append one row group, of at most 20,000 rows."""
        whole = [_laid_out(column) for column in table.cast(self._schema).columns]
        self._writer.write_table(pa.Table.from_arrays(whole, schema=self._schema), row_group_size=ROW_GROUP_ROWS)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def _laid_out(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    """The column in chunks that give the bytes of one chunk: nothing is copied where they do already.

    The writer begins a batch at each chunk, so flat columns may be cut where it begins one anyway. Of nested ones it
    counts values, not rows.
    """
    if pa.types.is_nested(column.type) or any(len(chunk) % BATCH_ROWS for chunk in column.chunks[:-1]):
        return column.combine_chunks() if column.num_chunks > 1 else column
    return column
