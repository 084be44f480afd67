"""Why a document is where it is: its revisions, its cluster, its matches, the passages that two texts share.

What belongs here: gathering what the store and the placements say of one page. What does not: how it looks in a
terminal (``flows``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from tasks.values.urls import normalise_url

# Eight words in a row are rarely shared by chance; fewer are phrases that everybody uses.
LEAST_WORDS = 8
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# A run of words that a text repeats is looked for at so many of its places.
_PLACES_TRIED = 16


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of words that two texts share: where it stands in each (characters), and how many words it has."""

    start: int
    end: int
    start_of_other: int
    end_of_other: int
    words: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One document and where it stands: the columns of ``tasks.schema.Placements``, and what names the page."""

    document_id: str
    article_id: str
    url: str
    headline: str | None
    published_at: datetime | None
    retrieved_at: datetime | None
    ingested_at: datetime
    shingle_count: int
    table: str
    revision: int
    cluster_id: str
    cluster_size: int
    copy_of: str | None
    match: str | None
    similarity: float | None
    containment: float | None
    joined_through: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """One match edge of the document, and what it shares with the other text.

    ``containment`` is the share of the document's shingles that the other has, whichever came first.
    ``text_of_other`` is what ``passages`` point into.
    """

    other: Standing
    match: str
    similarity: float
    containment: float
    containment_of_other: float
    recomputed: bool
    passages: tuple[Passage, ...]
    text_of_other: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One document: its text, the revisions of its article, the cluster leader first, and its matches."""

    document: Standing
    text: str
    revisions: tuple[Standing, ...]
    cluster: tuple[Standing, ...]
    matches: tuple[Match, ...]


def explain(name: str, documents: pl.LazyFrame, placements: pl.LazyFrame) -> Explanation | None:
    """Explain the page ``name``: a URL as fetched or canonical, an ``article_id`` or a ``document_id``.

    ``documents`` are those of a store version and ``placements`` what ``place`` made of them. Of an article
    with several revisions the newest is explained, unless a ``document_id`` names another. None where there
    is no such page.
    """
    urls = pl.col("url").eq(name) | pl.col("canonical_url").eq(normalise_url(name) or name)
    named = urls | pl.col("article_id").eq(name) | pl.col("document_id").eq(name)
    found = documents.filter(named).select("document_id", "article_id").collect(engine="streaming")
    if not found.height:
        return None
    by_id = found.filter(pl.col("document_id") == name)
    article = (by_id if by_id.height else found)["article_id"].min()
    revisions = _standings(documents, placements, pl.col("article_id") == article)
    document = next((one for one in revisions if one.document_id == name), revisions[-1])
    in_cluster = (pl.col("cluster_id") == document.cluster_id) & (pl.col("table") != "revisions")
    cluster = sorted(
        _standings(documents, placements, in_cluster),
        key=lambda one: (one.table != "articles", -(one.similarity or 0.0), one.article_id),
    )
    return Explanation(
        document,
        _texts(documents, [document.document_id])[document.document_id],
        tuple(revisions),
        tuple(cluster),
        _matches(document, documents, placements),
    )


def shared_passages(one: str, other: str, least_words: int = LEAST_WORDS) -> tuple[Passage, ...]:
    """The runs of at least ``least_words`` words that two texts share, in the order of the first.

    Case and punctuation aside; in scripts without spaces a character is a word. Runs do not overlap in the first
    text. Linear in the length of the texts.
    """
    tokens, tokens_of_other = list(_TOKEN.finditer(one)), list(_TOKEN.finditer(other))
    words, words_of_other = [[token[0].lower() for token in each] for each in (tokens, tokens_of_other)]
    places: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(words_of_other) - least_words + 1):
        at = places.setdefault(tuple(words_of_other[place : place + least_words]), [])
        if len(at) < _PLACES_TRIED:
            at.append(place)
    passages = []
    first = 0
    while first <= len(words) - least_words:
        length, start = 0, 0
        for place in places.get(tuple(words[first : first + least_words]), ()):
            run = _common_run(words, first, words_of_other, place)
            if run > length:
                length, start = run, place
        if length:
            last, last_of_other = tokens[first + length - 1], tokens_of_other[start + length - 1]
            passages.append(
                Passage(tokens[first].start(), last.end(), tokens_of_other[start].start(), last_of_other.end(), length)
            )
        first += max(length, 1)
    return tuple(passages)


def _common_run(one: list[str], first: int, other: list[str], place: int) -> int:
    run = 0
    while first + run < len(one) and place + run < len(other) and one[first + run] == other[place + run]:
        run += 1
    return run


_OF_DOCUMENT = ["url", "headline", "published_at", "retrieved_at", "ingested_at", "shingle_count"]


def _standings(documents: pl.LazyFrame, placements: pl.LazyFrame, chosen: pl.Expr) -> list[Standing]:
    """The chosen placements with what names their pages; by article and revision."""
    placed = placements.filter(chosen).collect(engine="streaming")
    named = documents.select("document_id", *_OF_DOCUMENT).join(
        placed.lazy().select("document_id"), on="document_id", how="semi"
    )
    rows = placed.join(named.collect(engine="streaming"), on="document_id").sort("article_id", "revision")
    return [Standing(**row) for row in rows.select(Standing.__slots__).iter_rows(named=True)]


def _texts(documents: pl.LazyFrame, ids: list[str]) -> dict[str, str]:
    rows = documents.filter(pl.col("document_id").is_in(ids)).select("document_id", "text").collect(engine="streaming")
    return dict(rows.iter_rows())


def _matches(document: Standing, documents: pl.LazyFrame, placements: pl.LazyFrame) -> tuple[Match, ...]:
    """The edges that the document or a later one wrote, the most similar first."""
    this = document.document_id
    touching = pl.col("match_edges").list.eval(pl.element().struct.field("document_id") == this).list.any()
    written = (
        documents.filter((pl.col("document_id") == this) | touching)
        .select(pl.col("document_id").alias("writer"), "match_edges")
        .explode("match_edges", empty_as_null=False)
        .unnest("match_edges")
        .collect(engine="streaming")
    )
    edges: dict[str, dict[str, Any]] = {}
    for edge in written.filter((pl.col("writer") == this) | (pl.col("document_id") == this)).iter_rows(named=True):
        if edge["writer"] != this:
            edge["containment"], edge["containment_of_other"] = edge["containment_of_other"], edge["containment"]
        edges[edge["document_id"] if edge["writer"] == this else edge["writer"]] = edge
    texts = _texts(documents, [this, *edges])
    others = _standings(documents, placements, pl.col("document_id").is_in(list(edges)))
    matches = [
        Match(
            other,
            edge["match"],
            edge["similarity"],
            edge["containment"],
            edge["containment_of_other"],
            edge["recomputed"],
            shared_passages(texts[this], texts[other.document_id]),
            texts[other.document_id],
        )
        for other in others
        for edge in (edges[other.document_id],)
    ]
    return tuple(sorted(matches, key=lambda match: (-match.similarity, match.other.document_id)))
