"""Where every row of a release goes, worked out before any text is read.

What belongs here: the file, the row group and the position of each row, from small columns alone, and a key for
each file that says whether an earlier release holds the same bytes. What does not: reading and writing whole
rows (``data``), which part of the store is wanted (``select``).

A plan is held in memory: about 300 bytes a document, 60 a reject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import polars_hash as plh
import pyarrow as pa

from tasks.release.error import ReleaseError
from tasks.release.facts import Selection
from tasks.release.parquet import ROW_GROUP_ROWS, WRITER_VERSION
from tasks.release.scan import Scan
from tasks.release.select import chosen
from tasks.release.tables import DOCUMENT_TABLES, MONTH_OF, SORTED_BY

# A row group of long texts is cut before it holds much more than this, as counted by ``weight``.
ROW_GROUP_BYTES = 256 << 20
# What a row weighs in memory, about: bytes a word of text, and bytes of everything else.
_BYTES_A_WORD, _BYTES_A_DOCUMENT, _BYTES_A_REJECT = 7, 1500, 600
# What says that a document's row is the same as in an earlier release. A document is appended to the store once,
# by one run, and never changed; the rest of its row is its placement.
_DOCUMENT_KEY = ("document_id", "run_id", "ingested_at")


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One data file of a release. Two files with one ``content_key`` have the same bytes."""

    table: str
    name: str
    rows: int
    content_key: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The files, and the rows in the order they are written.

    ``rows`` has ``row`` (its number in the scan), ``moment``, ``weight`` (bytes), ``file`` (index into
    ``files``) and ``row_group`` (numbered through all files).
    """

    scan: Scan
    moment_column: str
    files: tuple[PlannedFile, ...]
    rows: pl.DataFrame


def plan_documents(
    documents: pl.LazyFrame, placements: Path, selection: Selection, fingerprints: dict[str, str]
) -> Plan:
    """Where the documents go. ``fingerprints`` is one string a table, different where its schema is.

    Raises :class:`ReleaseError` where documents and placements are not of one store version, or a key breaks.
    """
    small = documents.with_row_index("row").select("row", "word_count", "published_at", *_DOCUMENT_KEY)
    placed = small.collect(engine="streaming").sort("row")
    places = pl.read_parquet(placements)
    _check_all_placed(placed, places)
    placed = placed.join(places, on="document_id", how="left", maintain_order="left")
    scan = Scan(documents, placed.select(places.columns))
    wanted = placed if not selection.is_partial else placed.join(chosen(scan, selection), on="row", how="semi")
    rows = (
        wanted.lazy()
        .select(
            "row",
            pl.col("table").replace_strict(DOCUMENT_TABLES, list(range(len(DOCUMENT_TABLES))), return_dtype=pl.Int8),
            "published_at",
            "article_id",
            "revision",
            weight_of("articles").alias("weight"),
            _key([*_DOCUMENT_KEY, *places.columns]),
        )
        .collect(engine="streaming")
    )  # in stretches: the strings that are hashed are 250 bytes a row
    del places, placed, wanted
    _check_keys(rows)
    files, rows = _arranged(DOCUMENT_TABLES, rows, SORTED_BY["revisions"], fingerprints)
    return Plan(scan, "published_at", files, rows)


def plan_rejects(rejects: pl.LazyFrame, fingerprints: dict[str, str]) -> Plan:
    """Where the rejects go."""
    columns = rejects.collect_schema().names()
    weight = weight_of("rejects").alias("weight")
    rows = rejects.with_row_index("row").select(
        "row", pl.lit(0, pl.Int8).alias("table"), *SORTED_BY["rejects"], weight, _key(columns)
    )
    files, planned = _arranged(
        ("rejects",), rows.collect(engine="streaming"), (*SORTED_BY["rejects"], "row_key"), fingerprints
    )
    return Plan(Scan(rejects), "ingested_at", files, planned)


def weight_of(table: str) -> pl.Expr:
    """What a row of a table weighs in memory, in bytes, about."""
    if table == "rejects":
        return pl.lit(_BYTES_A_REJECT, pl.Int64)
    return pl.col("word_count").cast(pl.Int64) * _BYTES_A_WORD + _BYTES_A_DOCUMENT


def _key(columns: Sequence[str]) -> pl.Expr:
    """A 64-bit hash of the columns whose values are the same in every version of Polars, unlike ``Expr.hash``."""
    parts = [
        (pl.col(name).dt.epoch("us") if name.endswith("_at") else pl.col(name)).cast(pl.String).fill_null("\x1e")
        for name in columns
    ]
    return plh.concat_str(parts, separator="\x1f").nchash.xxh3_64().alias("row_key")


def _check_all_placed(documents: pl.DataFrame, places: pl.DataFrame) -> None:
    """Every document has one placement, and every placement its document."""
    both = documents.select("document_id").join(places.select("document_id"), on="document_id").height
    if not documents.height == places.height == both:
        raise ReleaseError(
            f"the store holds {documents.height:,} documents and there are {places.height:,} placements "
            f"({both:,} have both): they are not of one store version; work the placements out anew"
        )


def _check_keys(rows: pl.DataFrame) -> None:
    is_revision = pl.col("table") == DOCUMENT_TABLES.index("revisions")
    leading, earlier = rows.lazy().filter(~is_revision), rows.lazy().filter(is_revision)
    for where, frame, key in (
        ("articles and copies", leading, ["article_id"]),
        ("revisions", earlier, ["article_id", "revision"]),
    ):
        twice = frame.group_by(key).len().filter(pl.col("len") > 1).sort(key).collect()
        if twice.height:
            raise ReleaseError(f"{where} would hold {twice.height:,} keys twice, the first {twice.row(0)[:-1]}")
    orphans = earlier.join(leading, on="article_id", how="anti").select("article_id").collect()
    if orphans.height:
        raise ReleaseError(f"{orphans.height:,} revisions would have no article, the first {orphans.item(0, 0)}")


def _arranged(
    tables: tuple[str, ...], rows: pl.DataFrame, order: Sequence[str], fingerprints: dict[str, str]
) -> tuple[tuple[PlannedFile, ...], pl.DataFrame]:
    """The files, and the rows in their order."""
    moment = MONTH_OF[tables[0]]
    month = pl.col(moment).dt.strftime("%Y-%m").fill_null("undated").alias("month")
    rows = rows.with_columns(month).sort("table", "month", *order)
    rows = rows.with_columns(file=pl.struct("table", "month").rle_id())
    files = tuple(_files(rows, tables, fingerprints))
    return files, rows.select("row", pl.col(moment).alias("moment"), "weight", "file", row_group=_row_group())


def _row_group() -> pl.Expr:
    """Groups of 20,000 rows, cut again where their texts are long: from the rows of the file alone."""
    block = (pl.int_range(pl.len()) // ROW_GROUP_ROWS).over("file").alias("block")
    before = (pl.col("weight").cum_sum() - pl.col("weight")).over("file", block)
    return pl.struct("file", block, (before // ROW_GROUP_BYTES).alias("heavy")).rle_id()


def _files(rows: pl.DataFrame, tables: tuple[str, ...], fingerprints: dict[str, str]) -> Iterator[PlannedFile]:
    start = 0
    for number, month, length in (
        rows.group_by("file", maintain_order=True)
        .agg(pl.col("table").first(), pl.col("month").first(), pl.len())
        .select("table", "month", "len")
        .iter_rows()
    ):
        table = tables[number]
        digest = hashlib.sha256(f"{fingerprints[table]} {WRITER_VERSION} {pa.__version__} ".encode())
        digest.update(rows["row_key"].slice(start, length).to_numpy().astype("<u8").tobytes())
        yield PlannedFile(table, f"{table}/{table}-{month}.parquet", length, digest.hexdigest())
        start += length
