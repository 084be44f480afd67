"""The match edges of a run's documents: verified matches with documents before them.

What belongs here: the way from fingerprints to ``match_edges``. What does not: candidates, verification and
boilerplate (modules of those names), and which matches make a cluster (``placement``).

Before a document are all of the store, and those of the run that were fetched earlier (then by id). An edge
is written with its later document and never changes; the order of the input and its shards change none.

Equal texts are one text here: the first document of the run with a text is compared with everything, the
others have one exact edge, to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from tasks.deduplication.boilerplate import ALIKE, boilerplate_values
from tasks.deduplication.candidates import pairs_with_known, pairs_within
from tasks.deduplication.fingerprints import LEAST_SHINGLES, signature_rows
from tasks.deduplication.positions import POSITION, documents_of, in_files_with, rows_at, texts_of
from tasks.deduplication.shingles import Bytes, Hashes, shingle_sets
from tasks.deduplication.signatures import bands
from tasks.deduplication.thresholds import Shares
from tasks.deduplication.verification import Fingerprints, Numbers, Pairs, judge, raw_similarity
from tasks.schema.tables import BAND_COLUMNS

MATCH_EDGES = pl.List(
    pl.Struct(
        {
            "document_id": pl.String,
            "match": pl.String,
            "similarity": pl.Float64,
            "containment": pl.Float64,
            "containment_of_other": pl.Float64,
            "recomputed": pl.Boolean,
        }
    )
)
# Pairs that share a band by chance are passed over: no edge is as low, boilerplate or not.
LEAST_ESTIMATE = 0.15
# A document keeps its most similar matches; more say nothing new of its cluster.
MOST_EDGES = 20

_LIGHT = ["document_id", "article_id", "domain", "text_key", "shingle_count"]


def find_edges(new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path] = ()) -> pl.DataFrame:
    """``document_id`` and ``match_edges`` of each document of the run that matches one before it.

    ``new``: the accepted documents of a run, each ``document_id`` once, with fingerprints and text;
    ``known``: the store's documents; ``files``: the Parquet files they lie in, where there are any: then texts are read
    from those alone that hold a text in doubt. Documents without a match have no row. Memory: the run's signatures
    and ids, and the texts of the pairs that are in doubt, some at a time.
    """
    times = ["retrieved_at", "ingested_at"]
    run = new.select(*_LIGHT, "text_sha256", *times).with_row_index(POSITION).collect(engine="streaming")
    run = run.sort(pl.coalesce(times), "document_id").drop(times).with_row_index("number")
    run = run.with_columns(first=pl.col("number").first().over("text_sha256"))
    exact = [_exact_in_run(run)]
    if known is not None:
        exact.append(_exact_in_store(run, known, files))
    return _as_lists(pl.concat([*exact, _near(run, new, known, files)]))


def _exact_in_run(run: pl.DataFrame) -> pl.DataFrame:
    """An edge from each later document with a text of the run to the first one."""
    later = run.filter(pl.col("number") != pl.col("first"))
    other = run.select(pl.col("number").alias("first"), pl.col("document_id").alias("other"))
    return _exact(later.join(other, on="first"))


def _exact_in_store(run: pl.DataFrame, known: pl.LazyFrame, files: Sequence[Path]) -> pl.DataFrame:
    """An edge from the first document with a text of the run to one of the store with it: that of the lowest id."""
    firsts = run.filter(pl.col("number") == pl.col("first"))
    columns = ["text_key", "text_sha256", "document_id"]
    among = in_files_with(files, firsts["text_key"], columns) if files else known.select(columns)
    if among is None:
        return _exact(firsts.clear().with_columns(other=pl.lit(None, dtype=pl.String)))
    wanted = pl.col("text_key").is_in(firsts["text_key"].implode())
    equal = among.filter(wanted).group_by("text_sha256").agg(other=pl.col("document_id").min())
    return _exact(firsts.join(equal.collect(engine="streaming"), on="text_sha256"))


def _exact(pairs: pl.DataFrame) -> pl.DataFrame:
    one = [pl.lit(1.0).alias(name) for name in ("similarity", "containment", "containment_of_other")]
    return pairs.select("document_id", "other", pl.lit("exact").alias("match"), *one, pl.lit(True).alias("recomputed"))


def _near(run: pl.DataFrame, new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path]) -> pl.DataFrame:
    """The edges between different texts.

    Documents are slots here: first those of the run that are compared, in its order, then those of the
    store that share a band with one.
    """
    compared = run.filter((pl.col("number") == pl.col("first")) & (pl.col("shingle_count") >= LEAST_SHINGLES))
    if not compared.height:
        return _exact(pl.DataFrame(schema={"document_id": pl.String, "other": pl.String}))
    slots, own = compared.select(_LIGHT), np.arange(compared.height)
    read = new.select(BAND_COLUMNS).collect(engine="streaming")[compared[POSITION]]
    later, earlier = pairs_within((read[band].to_numpy() for band in BAND_COLUMNS), own)
    ours, positions = pairs_with_known(known, read, own) if known is not None else (own[:0], own[:0])
    del read
    rows = signature_rows(new.select("signature").collect(engine="streaming").to_series().gather(compared[POSITION]))
    if known is not None:
        theirs, ours, place = _candidates_known(known, ours, positions, slots)
        later, earlier = np.concatenate([later, ours]), np.concatenate([earlier, place + len(slots)])
        rows = np.concatenate([rows, signature_rows(theirs["signature"])])
        slots = pl.concat([slots, theirs.drop("signature")])
    text = slots["text_key"].to_numpy()
    differs = text[later] != text[earlier]
    later, earlier = later[differs], earlier[differs]
    documents = Fingerprints(rows, slots["shingle_count"].to_numpy().astype(np.int64))
    similarity = raw_similarity(documents, later, earlier)
    plausible = similarity >= LEAST_ESTIMATE
    later, earlier, similarity = later[plausible], earlier[plausible], similarity[plausible]
    pairs = later, earlier
    boilerplate = _boilerplate(documents, slots["domain"], len(compared), pairs, similarity)
    read_sets = _reader(slots, len(compared), new, known, files)
    judged = judge(documents, pairs, similarity, boilerplate, read_sets)
    return _between_articles(judged, run, slots)


def _candidates_known(
    known: pl.LazyFrame, ours: Numbers, positions: Numbers, slots: pl.DataFrame
) -> tuple[pl.DataFrame, Numbers, Numbers]:
    """The store's documents that share a band with one of the run, and the pairs: our slot, row of that frame.

    Equal texts of the store stand for one another: each of ours is paired with one document of a text, if there
    is any with one of another article.
    """
    keys = rows_at(known, pl.Series(positions, dtype=pl.UInt32), ["text_key"])
    theirs = documents_of(known, keys["text_key"], [*_LIGHT, "signature"])
    theirs = theirs.filter(pl.col("signature").is_not_null()).with_row_index("place")
    pairs = pl.DataFrame({"ours": ours, POSITION: pl.Series(positions, dtype=pl.UInt32)}).join(keys, on=POSITION)
    pairs = (
        pairs.select("ours", "text_key").unique().join(theirs.select("text_key", "article_id", "place"), on="text_key")
    )
    article = slots["article_id"].gather(pairs["ours"])
    pairs = pairs.with_columns(same=pairs["article_id"] == article).sort("ours", "text_key", "same", "place")
    pairs = pairs.unique(["ours", "text_key"], keep="first", maintain_order=True)
    return theirs.drop("place"), pairs["ours"].to_numpy(), pairs["place"].to_numpy().astype(np.int64)


def _codes(column: pl.Series) -> Numbers:
    """Equal numbers for equal values."""
    return column.cast(pl.Categorical).to_physical().to_numpy().astype(np.int64)


def _boilerplate(
    documents: Fingerprints, domains: pl.Series, compared: int, pairs: tuple[Numbers, Numbers], similarity: Shares
) -> Bytes | None:
    """The boilerplate of the sites that have pairs of pages of their own."""
    later, earlier = pairs
    codes = _codes(domains)
    same = codes[later] == codes[earlier]
    later, earlier, similarity = later[same], earlier[same], similarity[same]
    sites = np.full(len(documents), -1, dtype=np.int64)
    sites[later], sites[earlier] = codes[later], codes[earlier]
    alike = np.zeros(len(documents), dtype=bool)
    alike[later[similarity >= ALIKE]] = True
    # The store's documents were not paired with one another; copies among them must not pass for a template.
    theirs = np.flatnonzero(sites[compared:] >= 0) + compared
    later, earlier = pairs_within(iter(bands(documents.signatures[theirs])), theirs)
    same = sites[later] == sites[earlier]
    later, earlier = later[same], earlier[same]
    alike[later[raw_similarity(documents, later, earlier) >= ALIKE]] = True
    return boilerplate_values(documents.signatures, sites, alike)


def _reader(
    slots: pl.DataFrame, compared: int, new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path]
) -> Callable[[Numbers], dict[int, Hashes]]:
    """What reads the texts of slots and makes their shingle sets."""

    def read(wanted: Numbers) -> dict[int, Hashes]:
        sets = _shingle_sets(new, slots[wanted[wanted < compared]])
        if known is not None:
            theirs = slots[wanted[wanted >= compared]]
            sets |= _shingle_sets(in_files_with(files, theirs["text_key"]) if files else known, theirs)
        return {slot: sets[text] for slot, text in zip(wanted.tolist(), slots["text_key"][wanted], strict=True)}

    return read


def _shingle_sets(frame: pl.LazyFrame | None, slots: pl.DataFrame) -> dict[int, Hashes]:
    """The shingle set of each text, by its ``text_key``."""
    found: dict[int, Hashes] = {}
    for piece in texts_of(frame, slots["text_key"]) if slots.height and frame is not None else ():
        texts = piece.unique("text_key", keep="any")
        names = iter(texts["text_key"].to_list())
        for sets in shingle_sets(texts["text"]):
            for document in range(len(sets)):
                found[next(names)] = sets[document].copy()
    return found


def _between_articles(judged: Pairs, run: pl.DataFrame, slots: pl.DataFrame) -> pl.DataFrame:
    """The judged pairs of texts as edges between documents of different articles.

    Where a text stands for several documents of the run and the pair's own two are one article's, another
    document with one of the two texts takes its place; where there is none, the pair is two revisions.
    """
    ends = slots.select("document_id", "article_id", "text_key").with_row_index("slot")
    pairs = pl.DataFrame(
        {
            "later": pl.Series(judged.later, dtype=pl.UInt32),
            "earlier": pl.Series(judged.earlier, dtype=pl.UInt32),
            "similarity": judged.similarity,
            "containment": judged.containment,
            "containment_of_other": judged.containment_of_other,
            "recomputed": judged.recomputed,
        }
    )
    pairs = pairs.join(ends, left_on="later", right_on="slot").join(
        ends, left_on="earlier", right_on="slot", suffix="_other"
    )
    apart = pairs.filter(pl.col("article_id") != pl.col("article_id_other"))
    within = pairs.filter(pl.col("article_id") == pl.col("article_id_other"))
    repeated = run.filter(pl.col("number") != pl.col("first")).select("document_id", "article_id", "text_key")
    stand_ins = within.drop("document_id", "article_id").join(repeated, on="text_key")
    stand_ins = stand_ins.filter(pl.col("article_id") != pl.col("article_id_other"))
    columns = ["document_id", "document_id_other", "similarity", "containment", "containment_of_other", "recomputed"]
    turned = within.drop("document_id_other", "article_id_other").join(
        repeated, left_on="text_key_other", right_on="text_key", suffix="_other"
    )
    turned = turned.filter(pl.col("article_id") != pl.col("article_id_other")).select(
        pl.col("document_id_other").alias("document_id"),
        pl.col("document_id").alias("document_id_other"),
        "similarity",
        pl.col("containment_of_other").alias("containment"),
        pl.col("containment").alias("containment_of_other"),
        "recomputed",
    )
    found = pl.concat([apart.select(columns), stand_ins.select(columns), turned.select(columns)])
    return found.select(
        "document_id",
        pl.col("document_id_other").alias("other"),
        pl.lit("near").alias("match"),
        *columns[2:],
    )


def _as_lists(edges: pl.DataFrame) -> pl.DataFrame:
    """One row a document, its edges the most similar first."""
    edges = edges.sort("document_id", "similarity", "match", "other", descending=[False, True, False, False])
    edges = edges.unique(["document_id", "other"], keep="first", maintain_order=True)
    edges = edges.filter(pl.int_range(pl.len()).over("document_id") < MOST_EDGES)
    edge = pl.struct(
        pl.col("other").alias("document_id"), "match", "similarity", "containment", "containment_of_other", "recomputed"
    )
    return (
        edges.group_by("document_id", maintain_order=True)
        .agg(edge.alias("match_edges"))
        .cast({"match_edges": MATCH_EDGES})
    )
