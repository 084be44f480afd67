"""The fingerprint of each document, as columns.

What belongs here: a batch of documents in, the same with its fingerprint out; the format's version and what
to say of rows in another. What does not: the kernels (``shingles``, ``signatures``).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from tasks.deduplication.shingles import Bytes, shingle_sets
from tasks.deduplication.signatures import HEAD_BANDS, bands, head_bands, signatures
from tasks.schema.tables import BAND_COLUMNS, SIGNATURE_BYTES

FORMAT_VERSION = 1
# With fewer shingles a text matches only exactly: of 20, a dateline, a byline and a notice of rights are half.
LEAST_SHINGLES = 20


class FormatError(ValueError):
    """Fingerprints in another format than this code's: they must be made again from the texts."""


def fingerprint(documents: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``fingerprint_version``, ``text_key``, ``shingle_count``, ``signature`` and the bands.

    Reads ``text`` and ``text_sha256``; columns of those names that are already there are replaced. A row's
    fingerprint depends on its text alone, so how rows are cut into batches changes nothing.
    """
    counts, rows = [np.empty(0, dtype=np.int64)], [np.empty((0, SIGNATURE_BYTES), dtype=np.uint8)]
    heads = [np.empty((HEAD_BANDS, 0), dtype=np.int32)]
    for sets in shingle_sets(documents["text"]):
        counts.append(sets.counts)
        rows.append(signatures(sets))
        heads.append(head_bands(sets))
    count, signature = np.concatenate(counts), np.concatenate(rows)
    band_values = np.concatenate([bands(signature), np.concatenate(heads, axis=1)])
    long_enough = pl.Series(count >= LEAST_SHINGLES, dtype=pl.Boolean)
    return documents.with_columns(
        pl.lit(FORMAT_VERSION, dtype=pl.Int32).alias("fingerprint_version"),
        _text_key(documents["text_sha256"]),
        pl.Series("shingle_count", count, dtype=pl.Int32),
        _only(long_enough, pl.Series("signature", binary_rows(signature))),
        *(
            _only(long_enough, pl.Series(name, values, dtype=pl.Int32))
            for name, values in zip(BAND_COLUMNS, band_values, strict=True)
        ),
    )


def check_format(documents: pl.LazyFrame) -> None:
    """Raise :class:`FormatError` where a row's fingerprint has another version than this code makes."""
    version = pl.col("fingerprint_version")
    found = documents.select(version.filter(version.ne_missing(FORMAT_VERSION)).unique().sort()).collect(
        engine="streaming"
    )
    if found.height:
        raise FormatError(
            f"the store's fingerprints have format {found.to_series().to_list()}, this code makes {FORMAT_VERSION}: "
            "make them again from the texts: broadsheet refingerprint"
        )


def signature_rows(signature: pl.Series, length: int = SIGNATURE_BYTES) -> Bytes:
    """A column of signatures (or of other rows of ``length`` bytes), none of them null: shape (documents, 256)."""
    if not len(signature):
        return np.empty((0, length), dtype=np.uint8)
    column = signature.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    if (np.diff(bounds) != length).any():
        raise FormatError(f"a signature is not {length} bytes long")
    return np.frombuffer(data, dtype=np.uint8)[bounds[0] : bounds[-1]].reshape(-1, length)


def binary_rows(rows: Bytes) -> pl.Series:
    """The rows of an array as a column of binary values."""
    offsets = np.arange(len(rows) + 1, dtype=np.int64) * rows.shape[1]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows))]
    column = pl.from_arrow(pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(rows), buffers))
    assert isinstance(column, pl.Series)
    return column


def _text_key(text_sha256: pl.Series) -> pl.Series:
    """The first 64 bits of the hash, as a signed integer: one narrow column finds every equal text."""
    return text_sha256.str.head(16).str.to_integer(base=16, dtype=pl.UInt64).reinterpret(signed=True).alias("text_key")


def _only(wanted: pl.Series, values: pl.Series) -> pl.Series:
    """The values, null where they are not wanted."""
    return values.to_frame().select(pl.when(wanted).then(pl.col(values.name))).to_series()
