"""Collections as large as wanted: documents of 570 words of real prose, each its own, and copies among them.

What belongs here: texts and rows by number, always the same for the same number. What does not: families of
copies edited by hand's rules (``families``), and the measuring (``deduplication.py``).

A document is a stretch of the evaluation pages' prose in which every word but the hundred commonest is
replaced by one about as common, by a rule of the document's own: sentences keep the make-up of prose, and no two
documents share more than the phrases that all prose shares.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash  # noqa: F401 - gives expressions their .chash
import pyarrow as pa
import pyarrow.compute as pc

from tasks.schema import Documents
from tasks.schema.tables import BAND_COLUMNS

WORDS = 570
KEPT = 100
# What is longer is no word: one page's 3,000 characters of JSON, drawn as a word of four documents, was most of them.
LONGEST = 40
SITES = 5000
DAY = datetime(2025, 1, 1, tzinfo=UTC)
DOCUMENTS = Documents.create_empty().schema

Numbers = npt.NDArray[np.int64]


class Prose:
    """The prose as numbers of words, and the classes of words that are about as common."""

    def __init__(self, texts: list[str]) -> None:
        words = [word for text in texts for word in re.findall(r"\S+", text) if len(word) <= LONGEST]
        ranked = [word for word, _ in Counter(words).most_common()]
        rank = {word: place for place, word in enumerate(ranked)}
        self.words = pa.array(ranked)
        self.sequence = np.array([rank[word] for word in words], dtype=np.int32)
        bounds = [0, KEPT]
        while bounds[-1] < len(ranked):
            bounds.append(min(2 * bounds[-1], len(ranked)))
        self.first = np.array(bounds[:-1], dtype=np.int32)
        self.size = np.diff(bounds).astype(np.int32)
        self.size[0] = 1
        self.word_class = np.searchsorted(bounds, np.arange(len(ranked)), side="right").astype(np.int32) - 1

    def stretch(self, numbers: Numbers) -> npt.NDArray[np.int32]:
        """The words of each document: shape (documents, WORDS)."""
        mixed = _mixed(numbers)
        start = (mixed % np.uint64(len(self.sequence) - WORDS)).astype(np.int64)
        words = self.sequence[start[:, None] + np.arange(WORDS)]
        classes = self.word_class[words]
        offsets = np.stack(
            [
                (_mixed(numbers + 1_000_003 * (one + 1)) % np.uint64(size)).astype(np.int32)
                for one, size in enumerate(self.size)
            ],
            axis=1,
        )
        first = np.where(classes == 0, words, self.first[classes])
        moved = (words - first + np.take_along_axis(offsets, classes, axis=1)) % self.size[classes]
        return (first + moved).astype(np.int32)

    def texts(self, words: npt.NDArray[np.int32], lengths: Numbers) -> pl.Series:
        """The words as texts, of each document the first ``lengths``."""
        kept = np.arange(words.shape[1]) < lengths[:, None]
        starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        lists = pa.ListArray.from_arrays(pa.array(starts), self.words.take(pa.array(words[kept])))
        return pl.Series("text", pc.binary_join(lists, " "))


def _mixed(numbers: Numbers) -> npt.NDArray[np.uint64]:
    mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(32))


def documents(prose: Prose, numbers: Numbers, sources: Numbers, run: int) -> pl.DataFrame:
    """The rows of ``tasks.schema.Documents`` without fingerprints, of a run in the ``run``-th month.

    A document whose source is another number is a copy of that document: by turns unchanged, with 2 to 8
    percent of its words changed, cut to 50 to 95 percent, or continued by a fifth of other words.
    """
    words = prose.stretch(sources)
    lengths = np.full(len(numbers), WORDS)
    edit = np.where(sources == numbers, -1, numbers % 4)
    draw = np.random.default_rng(int(numbers[0]) if len(numbers) else 0)
    share = draw.uniform(0.02, 0.08, len(numbers))
    other = prose.stretch(numbers)
    changed = (draw.random(words.shape) < share[:, None]) & (edit == 1)[:, None]
    words = np.where(changed, other, words)
    lengths[edit == 2] = (WORDS * draw.uniform(0.5, 0.95, (edit == 2).sum())).astype(np.int64)
    tail = (np.arange(WORDS) >= WORDS * 5 // 6) & (edit == 3)[:, None]
    words = np.where(tail, other, words)
    month = DAY + timedelta(days=30 * run)
    url = pl.format("https://www.site-{}.example/story-{}", pl.col("number") % SITES, pl.col("number"))
    minute = pl.duration(minutes=pl.col("number") % 43_000)
    frame = (
        pl.DataFrame({"number": numbers})
        .with_columns(prose.texts(words, lengths))
        .with_columns(
            url=url,
            canonical_url=url,
            host=pl.format("www.site-{}.example", pl.col("number") % SITES),
            domain=pl.format("site-{}.example", pl.col("number") % SITES),
            text_sha256=sha256(pl.col("text")),
            payload_sha256=pl.lit("0" * 64),
            published_at=pl.lit(month) + minute,
            retrieved_at=pl.lit(month) + minute,
            ingested_at=pl.lit(month + timedelta(days=29)),
            ingest_month=pl.lit(f"{month:%Y-%m}"),
            article_id=uuid_of(url),
            document_id=uuid_of(url + "#"),
            run_id=pl.lit(f"run-{run}"),
            input=pl.lit("crowd"),
            record_offset=pl.col("number"),
            word_count=pl.lit(WORDS),
            page_type=pl.lit("article"),
        )
    )
    return _complete(frame)


def filler(pool: pl.DataFrame, numbers: Numbers, run: int) -> pl.DataFrame:
    """Rows that only make the store large: texts drawn from ``pool``, fingerprints drawn at random.

    A random fingerprint shares bands with others by chance alone, as an unrelated text's does; real ones would take
    ten minutes more. One row in ten has a match edge to the row before it.
    """
    draw = np.random.default_rng(int(numbers[0]))
    month = DAY + timedelta(days=30 * run)
    url = pl.format("https://www.site-{}.example/story-{}", pl.col("number") % SITES, pl.col("number"))
    rows = len(numbers)
    noise = draw.bytes(256 * rows)
    frame = pool[draw.integers(0, len(pool), rows)].with_columns(
        pl.Series("number", numbers),
        pl.Series("text_key", draw.integers(-(2**63), 2**63 - 1, rows)),
        pl.Series("signature", [noise[at : at + 256] for at in range(0, len(noise), 256)]),
        *(pl.Series(name, draw.integers(-(2**31), 2**31, rows), dtype=pl.Int32) for name in BAND_COLUMNS),
    )
    minute = pl.duration(minutes=pl.col("number") % 43_000)
    frame = frame.with_columns(
        url=url,
        canonical_url=url,
        host=pl.format("www.site-{}.example", pl.col("number") % SITES),
        domain=pl.format("site-{}.example", pl.col("number") % SITES),
        article_id=uuid_of(url),
        document_id=uuid_of(url + "#"),
        text_sha256=sha256(url + "text"),
        published_at=pl.lit(month) + minute,
        retrieved_at=pl.lit(month) + minute,
        ingested_at=pl.lit(month + timedelta(days=29)),
        ingest_month=pl.lit(f"{month:%Y-%m}"),
        run_id=pl.lit(f"run-{run}"),
        record_offset=pl.col("number"),
    )
    edge = pl.struct(
        pl.col("document_id").shift(1).alias("document_id"),
        pl.lit("near").alias("match"),
        pl.lit(0.9).alias("similarity"),
        pl.lit(0.95).alias("containment"),
        pl.lit(0.94).alias("containment_of_other"),
        pl.lit(False).alias("recomputed"),
    )
    has_edge = (pl.col("number") % 10 == 9) & pl.col("document_id").shift(1).is_not_null()
    frame = frame.with_columns(
        match_edges=pl.when(has_edge).then(pl.concat_list(edge)).otherwise(pl.lit([], dtype=DOCUMENTS["match_edges"]))
    )
    return _complete(frame)


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of ``tasks.schema.Documents``, those that the frame has not null or empty."""
    missing = [
        pl.lit([] if isinstance(kind, pl.List) else None, dtype=kind).alias(name)
        for name, kind in DOCUMENTS.items()
        if name not in frame.columns
    ]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in DOCUMENTS.items())


def sha256(value: pl.Expr) -> pl.Expr:
    """64 hexadecimal digits."""
    return value.chash.sha2_256()


def uuid_of(name: pl.Expr) -> pl.Expr:
    """Something that looks like a UUID version 5, made as a column."""
    digest = sha256(name)
    return pl.format(
        "{}-{}-5{}-a{}-{}",
        digest.str.slice(0, 8),
        digest.str.slice(8, 4),
        digest.str.slice(12, 3),
        digest.str.slice(15, 3),
        digest.str.slice(18, 12),
    )
