"""Texts and documents for the tests of deduplication: stories made of sentences, each story's own.

What belongs here: the generator and the rows. What does not: expectations.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from tasks.deduplication import MATCH_EDGES, find_edges, fingerprint, place

_SUBJECTS = ("harbour", "council", "ferry", "bridge", "market", "school", "museum", "orchestra", "mayor", "team")
_VERBS = ("reopened", "delayed", "welcomed", "refused", "repaired", "painted", "counted", "moved", "borrowed")
_OBJECTS = ("plan", "roof", "boats", "budget", "timetable", "garden", "archive", "bells", "lamps", "report", "fence")
_ENDS = ("before winter", "after a long vote", "without a word", "near the old mill", "by train", "in the rain")
_NAMES = [
    first + last
    for first in ("Al", "Be", "Co", "Da", "El", "Fi", "Gu", "Ho", "Is", "Jo")
    for last in ("ston", "mere", "wick", "ford", "by", "ton", "ham")
]

DAY = datetime(2026, 3, 1, tzinfo=UTC)
_TIME = pl.Datetime("us", "UTC")


def story(seed: int, sentences: int = 20) -> str:
    """About eleven words a sentence; two seeds share no three words in a row but by chance."""
    draw = random.Random(seed)
    return "\n\n".join(
        f"{draw.choice(_NAMES)} {draw.choice(_SUBJECTS)} {draw.choice(_VERBS)} {draw.choice(_NAMES)}'s "
        f"{draw.choice(_OBJECTS)} {draw.choice(_ENDS)}, said {draw.choice(_NAMES)} {draw.choice(_NAMES)}."
        for _ in range(sentences)
    )


def with_words_changed(text: str, every: int, seed: int = 0) -> str:
    """One word in ``every`` replaced by another."""
    words = text.split(" ")
    draw = random.Random(seed)
    for place_of_word in range(seed % every, len(words), every):
        words[place_of_word] = draw.choice(_NAMES).lower()
    return " ".join(words)


@dataclass
class Row:
    """One document; what is not given follows from the URL and the text."""

    url: str
    text: str
    canonical_url: str | None = None
    retrieved: int | None = 0
    """Hours after DAY."""
    ingested: int = 100
    published: int | None = None
    input: str = "pages.warc.gz"
    record_offset: int = 0


def _hours(hours: int | None) -> datetime | None:
    return None if hours is None else DAY + timedelta(hours=hours)


def documents(rows: Iterable[Row]) -> pl.DataFrame:
    """The rows as a shard's worker hands them on: fingerprinted, without edges."""
    columns = []
    for row in rows:
        canonical = row.canonical_url or row.url
        article = uuid.uuid5(uuid.NAMESPACE_URL, canonical)
        digest = hashlib.sha256(row.text.lower().encode()).hexdigest()
        host = canonical.split("/")[2]
        columns.append(
            {
                "document_id": str(uuid.uuid5(article, digest)),
                "article_id": str(article),
                "url": row.url,
                "canonical_url": canonical,
                "host": host,
                "domain": ".".join(host.split(".")[-2:]),
                "headline": None,
                "text": row.text,
                "text_sha256": digest,
                "payload_sha256": hashlib.sha256(f"{row.url} {row.text}".encode()).hexdigest(),
                "published_at": _hours(row.published),
                "retrieved_at": _hours(row.retrieved),
                "ingested_at": _hours(row.ingested),
                "input": row.input,
                "record_offset": row.record_offset,
            }
        )
    times = dict.fromkeys(["published_at", "retrieved_at", "ingested_at"], _TIME)
    return fingerprint(pl.DataFrame(columns, schema_overrides={**times, "headline": pl.String}))


def ids(frame: pl.DataFrame) -> dict[str, str]:
    """``document_id`` -> URL."""
    return dict(frame.select("document_id", "url").iter_rows())


def with_edges(new: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """The rows as they are appended to the store."""
    edges = find_edges(new.lazy(), None if known is None else known.lazy())
    joined = new.join(edges, on="document_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("match_edges").fill_null(pl.lit([], dtype=MATCH_EDGES)))


def matched(frame: pl.DataFrame) -> dict[tuple[str, str], str]:
    """(URL, URL of the earlier document) -> how they match, for every edge of the rows."""
    url = ids(frame)
    return {
        (url[row["document_id"]], url.get(edge["document_id"], edge["document_id"])): edge["match"]
        for row in frame.iter_rows(named=True)
        for edge in row["match_edges"]
    }


def placed(frame: pl.DataFrame) -> dict[str, dict[str, object]]:
    """URL -> its placement, ids as URLs; for stores in which each URL has one document."""
    article_url = dict(frame.select("article_id", "url").iter_rows())
    rows = {}
    for row in place(frame.lazy()).iter_rows(named=True):
        for column in ("article_id", "cluster_id", "copy_of", "joined_through"):
            row[column] = article_url.get(row[column], row[column])
        rows[row["article_id"]] = row
    return rows


def clusters(frame: pl.DataFrame) -> set[frozenset[str]]:
    """The clusters of two and more, as sets of URLs."""
    groups: dict[object, set[str]] = {}
    for url, row in placed(frame).items():
        groups.setdefault(row["cluster_id"], set()).add(url)
    return {frozenset(group) for group in groups.values() if len(group) > 1}
