"""Fingerprints and match edges of a whole store made anew from its texts: after the fingerprint format has changed.

What belongs here: the way from a store's rows to the same rows with this code's fingerprints and edges, through
files, in bounded memory. What does not: one batch's fingerprints (``fingerprints``), one run's edges (``edges``), and
how the store takes the rows (``tasks.store``).

Runs are taken in the order in which the store got them. So an edge leads to a document of the same or an earlier
run, as if this code had been there from the first run on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.deduplication.edges import MATCH_EDGES, find_edges
from tasks.deduplication.fingerprints import fingerprint
from tasks.schema import Documents, arrow_schema
from tasks.schema.tables import RECOMPUTED

# Documents whose edges are looked for at a time: some hundred megabytes.
PART_ROWS = 50_000
_BATCH_ROWS = 4_000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents with their new fingerprints, and their edges, in a Parquet file each."""

    documents: Path
    edges: Path


def recompute(documents: pl.LazyFrame, folder: Path, on_progress: Progress = lambda *_: None) -> list[Part]:
    """Make the parts in ``folder``: every row of ``documents`` once, in the order of the runs.

    ``documents`` has the columns of ``tasks.schema.Documents``, but for those ``RECOMPUTED``, which are not read.
    ``on_progress`` is told the step, and how many documents of how many are done. Needs as much room on the
    disk as the store. Nothing outside ``folder`` is touched.
    """
    total = int(documents.select(pl.len()).collect().item())
    files = []
    for file, done in _fingerprinted(documents, folder):
        files.append(file)
        on_progress("fingerprints", done, total)
    parts, done = [], 0
    for number, file in enumerate(files):
        part = Part(file, folder / f"edges-{number:06}.parquet")
        known = pl.scan_parquet(files[:number]) if number else None
        find_edges(pl.scan_parquet(file), known, files[:number]).write_parquet(part.edges)
        parts.append(part)
        done += pq.read_metadata(file).num_rows
        on_progress("matches", done, total)
    return parts


def rows_of(parts: list[Part]) -> Iterator[pl.DataFrame]:
    """The rows of the parts, whole: the columns of ``tasks.schema.Documents``, some thousand rows at a time."""
    for part in parts:
        edges = pl.read_parquet(part.edges)
        for batch in pl.scan_parquet(part.documents).collect_batches(maintain_order=True, chunk_size=_BATCH_ROWS):
            joined = batch.join(edges, on="document_id", how="left", maintain_order="left")
            yield joined.with_columns(pl.col("match_edges").fill_null(pl.lit([], dtype=MATCH_EDGES))).select(
                Documents.column_names()
            )


def _fingerprinted(documents: pl.LazyFrame, folder: Path) -> Iterator[tuple[Path, int]]:
    """Files of at most ``PART_ROWS`` fingerprinted rows, and after each how many rows there are in all."""
    kept = [name for name in Documents.column_names() if name not in RECOMPUTED]
    schema = pa.schema([field for field in arrow_schema(Documents) if field.name != "match_edges"])
    writer: pq.ParquetWriter | None = None
    done = held = number = 0
    try:
        for batch in _by_run(documents.select(kept)):
            rows = fingerprint(batch).select(schema.names).to_arrow().cast(schema)
            if writer is not None and held + rows.num_rows > PART_ROWS:
                writer.close()
                yield folder / f"documents-{number:06}.parquet", done
                writer, held, number = None, 0, number + 1
            if writer is None:
                writer = pq.ParquetWriter(folder / f"documents-{number:06}.parquet", schema, compression="zstd")
            writer.write_table(rows)
            held, done = held + rows.num_rows, done + rows.num_rows
    finally:
        if writer is not None:
            writer.close()
    if held:
        yield folder / f"documents-{number:06}.parquet", done


def _by_run(documents: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows of one run after another, some thousand at a time."""
    moment = pl.col("ingested_at")
    runs = documents.group_by("run_id").agg(first=moment.min(), last=moment.max()).sort("first", "run_id")
    for run, first, last in runs.collect(engine="streaming").select("run_id", "first", "last").iter_rows():
        # The times let the reader pass over files and row groups without a row of the run.
        rows = documents.filter(moment.is_between(first, last) & (pl.col("run_id") == run))
        for batch in rows.collect_batches(maintain_order=True, chunk_size=_BATCH_ROWS):
            if batch.height:
                yield batch
