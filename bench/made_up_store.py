"""A made-up store of any size: documents of 570 words over 24 months, with copies and earlier revisions.

What belongs here: rows for benchmarks of a release. Of each store file 5% of the rows are of older months; of 20
documents two are copies of the one before them and one is an earlier revision of the one before it.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.schema import Documents, Placements, Rejects

WORDS, FILE_ROWS, MONTHS = 570, 20_000, 24
DOCUMENTS = Documents.create_empty().schema
_EPOCH = np.datetime64("2024-01-01", "us")


def vocabulary(rng: np.random.Generator) -> pa.Array:
    """60,000 made-up words of 1 to 5 syllables; the commoner ones are shorter."""
    syllables = np.array([a + b + c for a in "bcdfglmnprstv" for b in "aeiou" for c in ("", "n", "r", "s", "t")])
    lengths = 1 + np.minimum(3, np.arange(60_000) // 300) + rng.integers(0, 2, 60_000)
    return pa.array(["".join(rng.choice(syllables, size=length)) for length in lengths])


def texts(rng: np.random.Generator, words: pa.Array, rows: int) -> pl.Series:
    """Texts whose words are about as unevenly frequent, and so about as compressible, as those of news."""
    picked = pa.array((rng.random(rows * WORDS) ** 4 * len(words)).astype(np.int32))
    starts = pa.array(np.arange(0, rows * WORDS + 1, WORDS, dtype=np.int32))
    return pl.Series("text", pc.binary_join(pa.ListArray.from_arrays(starts, words.take(picked)), " "))


def documents(rng: np.random.Generator, words: pa.Array, numbers: np.ndarray, month: int, run: str) -> pl.DataFrame:
    """One document a number, published in ``month`` (counted from January 2024, of 30 days)."""
    rows = len(numbers)
    months = np.where(rng.random(rows) < 0.05, rng.integers(0, month + 1, rows), month)
    days = (months * 30).astype("timedelta64[D]").astype("timedelta64[us]")
    moments = _EPOCH + days + rng.integers(0, 30 * 86_400_000_000, rows).astype("timedelta64[us]")
    kept = np.where(numbers % 20 == 19, numbers - 1, numbers)  # the earlier revision has its article's URL
    frame = pl.DataFrame(
        {
            "number": kept,
            "document_id": [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in numbers],
            "article_id": [str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) for number in kept],
            "published_at": moments,
        }
    ).with_columns(texts(rng, words, rows))
    text, number, site = pl.col("text"), pl.col("number"), pl.col("number") % 300
    url = pl.format("https://www.site-{}.example.com/news/2024/story-{}.html", site, number)
    hexadecimal = pl.col("document_id").str.replace_all("-", "")
    author = pl.format("Author {}", number % 5000)
    values = {
        "url": url,
        "canonical_url": url,
        "host": pl.format("www.site-{}.example.com", site),
        "domain": pl.format("site-{}.example.com", site),
        "headline": text.str.slice(0, 60),
        "alternative_headlines": pl.concat_list(text.str.slice(0, 40)),
        "description": text.str.slice(60, 150),
        "word_count": pl.lit(WORDS),
        "language": pl.lit("en"),
        "keywords": pl.concat_list(text.str.slice(300, 9), text.str.slice(320, 11)),
        "page_type": pl.lit("article"),
        "authors": pl.concat_list(author),
        "author_details": pl.concat_list(_struct("author_details", name=author, type=pl.lit("Person"))),
        "published_at": pl.col("published_at").dt.replace_time_zone("UTC"),
        "published_raw": pl.col("published_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "published_precision": pl.lit("second"),
        "published_zone": pl.lit("+00:00"),
        "images": pl.concat_list(
            _struct(
                "images",
                url=pl.format("https://img.example.com/{}.jpg", number),
                width=pl.lit(1200),
                height=pl.lit(800),
                caption=text.str.slice(500, 80),
            )
        ),
        "publisher": _struct("publisher", name=pl.format("Site {}", site)),
        "field_sources": pl.concat_list(
            _struct("field_sources", field=pl.lit(name), source=pl.lit("json-ld"))
            for name in ("headline", "published_at", "authors", "images")
        ),
        "ingested_at": pl.col("published_at").dt.replace_time_zone("UTC") + pl.duration(days=1),
        "run_id": pl.lit(run),
        "input": pl.lit(f"pages-{month}.warc.gz"),
        "record_offset": number * 1000,
        "payload_sha256": hexadecimal + hexadecimal,
        "extractor": pl.lit("broadsheet 0.1.0, trafilatura 2.3.1"),
        "text_sha256": hexadecimal + hexadecimal,
        "fingerprint_version": pl.lit(1),
        "shingle_count": pl.lit(WORDS - 2),
        "signature": pl.lit(rng.bytes(256)),
        "match_edges": pl.lit([], DOCUMENTS["match_edges"]),
        "ingest_month": pl.lit(f"{2024 + month // 12}-{month % 12 + 1:02}"),
    }
    held = {"document_id": pl.col("document_id"), "article_id": pl.col("article_id"), "text": text, **values}
    return frame.select(held.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in DOCUMENTS.items())


def _struct(column: str, **values: pl.Expr) -> pl.Expr:
    dtype = DOCUMENTS[column]
    fields = dtype.inner.fields if isinstance(dtype, pl.List) else dtype.fields
    return pl.struct(values.get(field.name, pl.lit(None)).cast(field.dtype).alias(field.name) for field in fields)


def placements(held: pl.DataFrame) -> pl.DataFrame:
    """Where each of ``held`` (document_id, article_id, in the order they were made) stands."""
    kind = pl.int_range(pl.len()) % 20
    is_copy, is_earlier, before = kind.is_in([7, 14]), kind == 19, pl.col("article_id").shift(1)
    columns = {
        "document_id": pl.col("document_id"),
        "article_id": pl.col("article_id"),
        "table": pl.when(is_copy)
        .then(pl.lit("copies"))
        .when(is_earlier)
        .then(pl.lit("revisions"))
        .otherwise(pl.lit("articles")),
        "revision": pl.when(kind == 18).then(2).otherwise(1),
        "cluster_id": pl.when(is_copy).then(before).otherwise(pl.col("article_id")),
        "cluster_size": pl.when(kind.is_in([6, 7, 13, 14])).then(2).otherwise(1),
        "copy_of": pl.when(is_copy).then(before),
        "match": pl.when(is_copy).then(pl.lit("near")),
        "similarity": pl.when(is_copy).then(0.8),
        "containment": pl.when(is_copy).then(0.9),
    }
    schema = Placements.create_empty().schema
    return held.select(columns.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in schema.items())


def make_store(folder: Path, rows: int) -> None:
    """``folder/documents/*.parquet``, ``placements.parquet`` and ``rejects.parquet``."""
    rng = np.random.default_rng(5)
    words = vocabulary(rng)
    (folder / "documents").mkdir(parents=True)
    held = []
    for start in range(0, rows, FILE_ROWS):
        numbers = np.arange(start, min(start + FILE_ROWS, rows))
        frame = documents(rng, words, numbers, start * MONTHS // rows, f"run-{start:08}")
        frame.write_parquet(folder / "documents" / f"{start:08}.parquet", compression_level=1)
        held.append(frame.select("document_id", "article_id"))
    placements(pl.concat(held)).write_parquet(folder / "placements.parquet")
    rejects = Rejects.create_empty(lazy=False)
    made = pl.DataFrame(
        {
            "url": [f"https://www.example.com/{number}" for number in range(rows // 2)],
            "input": "pages.warc.gz",
            "record_offset": range(rows // 2),
            "stage": "classify",
            "reason": "not_an_article",
            "run_id": "run",
            "extractor": "broadsheet 0.1.0",
        }
    ).with_columns(ingested_at=pl.datetime(2026, 11, 1, time_zone="UTC"))
    pl.concat([rejects, made], how="diagonal_relaxed").write_parquet(folder / "rejects.parquet")


def add_rows(folder: Path, rows: int) -> None:
    """1% more articles, all of the last month, appended to the store."""
    rng = np.random.default_rng(6)
    numbers = np.arange(rows * 2, rows * 2 + rows // 100) * 20  # plain articles: none a copy or a revision
    frame = documents(rng, vocabulary(rng), numbers, MONTHS - 1, "run-new")
    # Months of 30 days have drifted from the calendar's: the rows of November and before go to the last moment.
    in_month = pl.col("published_at") >= pl.datetime(2025, 12, 1, time_zone="UTC")
    moment = pl.when(in_month).then("published_at").otherwise(pl.col("published_at").max())
    frame = frame.with_columns(published_at=moment)
    frame.write_parquet(folder / "documents" / "new.parquet", compression_level=1)
    path = folder / "placements.parquet"
    new = placements(frame.select("document_id", "article_id")).with_columns(
        pl.lit(1, pl.Int32).alias("revision"),
        pl.lit(1, pl.Int32).alias("cluster_size"),
        table=pl.lit("articles"),
        cluster_id="article_id",
        **{name: pl.lit(None) for name in ("copy_of", "match", "similarity", "containment")},
    )
    new = new.cast(dict(Placements.create_empty().schema))
    pl.concat([pl.read_parquet(path), new]).write_parquet(path)
