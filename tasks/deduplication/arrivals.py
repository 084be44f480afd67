"""What a run brings that the store has not: new articles, revisions, and what is unchanged.

What belongs here: identity. Which page is which article, which text is known. What does not: similar texts
(``edges``).

What is guaranteed: the outcome depends on the set of pages of the run and on the store's version, never on
the order or the grouping of the pages. It does depend on which pages come in one run: the store's rows never
change, so of two pages that declare one canonical URL and arrive in two runs, the first keeps it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from tasks.deduplication.fingerprints import LEAST_SHINGLES, signature_rows
from tasks.deduplication.passing import only
from tasks.deduplication.positions import POSITION, positions_of, rows_at
from tasks.deduplication.signatures import share
from tasks.values.urls import domain_of, host_of, normalise_url

# Below this Jaccard similarity two pages that declare one canonical URL are two articles.
CLEARLY_DIFFERENT = 0.5
# A declared URL that thousands of pages share (a home page) is told from so many of them.
COMPARED_A_URL = 20

_IDENTITY = ["canonical_url", "host", "domain", "article_id", "document_id"]
_LIGHT = [*_IDENTITY, "url", "text_sha256", "payload_sha256", "retrieved_at", "ingested_at", "input", "record_offset"]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """``kept``: a row for each row to append: its ``position`` in the input, ascending, and the identity it is given.

    ``outcomes``: a row a page of the run: ``position`` in the input, ``document_id``, ``article_id``,
    ``outcome`` (``new``, ``revision``, ``unchanged``) and ``withdrawn``: its declared canonical URL was not believed.
    """

    kept: pl.DataFrame
    outcomes: pl.DataFrame

    def accepted(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The rows to append, whole, with the columns they had. ``pieces`` are those of the input, in its order."""
        return only(pieces, self.kept)

    def count(self, outcome: str) -> int:
        """How many pages ended so."""
        return int((self.outcomes["outcome"] == outcome).sum())


def sort_out(new: pl.LazyFrame, known: pl.LazyFrame | None) -> Arrivals:
    """Tell new articles, revisions and unchanged pages of a run apart.

    ``new`` and ``known`` have the columns of ``tasks.schema.Documents`` but ``match_edges``. The same
    ``document_id`` (one text at one URL) again, in the store or in the run, is unchanged: of several pages
    in the run the one fetched first stays. A text that returns after another is unchanged too. Several
    different texts at one URL in a run are one document each.
    """
    light = new.select(_LIGHT).with_row_index(POSITION).collect(engine="streaming")
    seen = _known_articles(known, light["article_id"])
    light = _withdraw(light, new, seen, known)
    if light["withdrawn"].any():
        seen = _known_articles(known, light["article_id"])
    fetched = pl.coalesce("retrieved_at", "ingested_at")
    light = light.with_columns(fetched=fetched).sort(
        "fetched", "document_id", "input", "record_offset", "payload_sha256", POSITION
    )
    again = pl.col("document_id").is_in(seen["document_id"].implode()) | ~pl.col("document_id").is_first_distinct()
    light = light.with_columns(again=again)
    article_seen = pl.col("article_id").is_in(seen["article_id"].unique().implode())
    outcomes = light.select(
        POSITION,
        "document_id",
        "article_id",
        pl.when("again")
        .then(pl.lit("unchanged"))
        .when(article_seen | ~pl.col("article_id").is_first_distinct())
        .then(pl.lit("revision"))
        .otherwise(pl.lit("new"))
        .alias("outcome"),
        "withdrawn",
    ).sort(POSITION)
    kept = light.filter(~pl.col("again")).select(POSITION, *_IDENTITY).sort(POSITION)
    return Arrivals(kept, outcomes)


def _known_articles(known: pl.LazyFrame | None, articles: pl.Series) -> pl.DataFrame:
    """The store's rows of these articles: where they are, and what they are called."""
    columns = ["article_id", "document_id", "url", "shingle_count"]
    if known is None:
        schema = {POSITION: pl.UInt32, **dict.fromkeys(columns, pl.String), "shingle_count": pl.Int32}
        return pl.DataFrame(schema=schema)
    return rows_at(known, positions_of(known, "article_id", articles), columns)


def _withdraw(light: pl.DataFrame, new: pl.LazyFrame, seen: pl.DataFrame, known: pl.LazyFrame | None) -> pl.DataFrame:
    """The pages with ``withdrawn``; those whose declared canonical URL is not believed under their own URL."""
    members = pl.concat(
        [
            light.select(POSITION, "article_id", "url", "canonical_url", run=pl.lit(True)),
            seen.select(POSITION, "article_id", "url", canonical_url=pl.lit(None, dtype=pl.String), run=pl.lit(False)),
        ]
    )
    members = members.filter((pl.col("url").n_unique() > 1).over("article_id"))
    normal = {url: normalise_url(url) for url in members["url"].unique()}
    own = pl.Series("own", [normal[url] or url for url in members["url"]], dtype=pl.String)
    members = members.with_columns(own).filter((pl.col("own").n_unique() > 1).over("article_id"))
    declared = members.filter(pl.col("run") & (pl.col("own") != pl.col("canonical_url")))
    rows = _different(declared, members, new, known)
    moved = light.filter(pl.col(POSITION).is_in(rows.implode()))
    if not moved.height:
        return light.with_columns(withdrawn=pl.lit(False))
    # A page stands mostly at a host whose domain the run knows: the list of public suffixes is slow to load.
    domains = dict(light.select("host", "domain").iter_rows())
    named = []
    for position, url, text in moved.select(POSITION, "url", "text_sha256").iter_rows():
        canonical = normal[url] or url
        host = host_of(canonical) if normal[url] else ""
        domain = (domains.get(host) or domain_of(host)) if host else ""
        article = uuid.uuid5(uuid.NAMESPACE_URL, canonical)
        named.append((position, canonical, host, domain, str(article), str(uuid.uuid5(article, text))))
    columns = {POSITION: pl.UInt32, **dict.fromkeys(_IDENTITY, pl.String)}
    names = pl.DataFrame(named, schema=columns, orient="row").with_columns(withdrawn=pl.lit(True))
    return (
        light.update(names, on=POSITION)
        .join(names.select(POSITION, "withdrawn"), on=POSITION, how="left", maintain_order="left")
        .with_columns(pl.col("withdrawn").fill_null(False))
    )


def _different(
    declared: pl.DataFrame, members: pl.DataFrame, new: pl.LazyFrame, known: pl.LazyFrame | None
) -> pl.Series:
    """The positions of declared pages that differ clearly from a page at another URL with the same canonical."""
    if not declared.height:
        return declared[POSITION]
    others = members.filter(pl.col("article_id").is_in(declared["article_id"].unique().implode()))
    others = others.sort("own", "run", POSITION)
    others = others.filter(pl.int_range(pl.len()).over("article_id") < COMPARED_A_URL)
    text = ["shingle_count", "signature"]
    wanted = pl.concat([declared, others]).unique(["run", POSITION])
    texts = [rows_at(new, wanted.filter("run")[POSITION], text).with_columns(run=pl.lit(True))]
    if known is not None:
        texts.append(rows_at(known, wanted.filter(~pl.col("run"))[POSITION], text).with_columns(run=pl.lit(False)))
    read = pl.concat(texts)
    pairs = (
        declared.join(others, on="article_id", suffix="_other")
        .filter(pl.col("own") != pl.col("own_other"))
        .join(read, on=["run", POSITION])
        .join(read, left_on=["run_other", f"{POSITION}_other"], right_on=["run", POSITION], suffix="_other")
    )
    shorter, longer = (f("shingle_count", "shingle_count_other") for f in (pl.min_horizontal, pl.max_horizontal))
    by_length = pairs.filter((longer >= LEAST_SHINGLES) & (shorter < CLEARLY_DIFFERENT * longer))
    both = pairs.filter(pl.col("signature").is_not_null() & pl.col("signature_other").is_not_null())
    equal = (signature_rows(both["signature"]) == signature_rows(both["signature_other"])).sum(axis=1)
    by_signature = both.filter(pl.Series(share(equal, np.full(len(equal), 256)) < CLEARLY_DIFFERENT, dtype=pl.Boolean))
    return pl.concat([by_length[POSITION], by_signature[POSITION]]).unique()
