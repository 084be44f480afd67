"""The match edges of a run's documents: verified matches with documents before them.

What belongs here: the way from fingerprints to ``match_edges``. What does not: candidates, verification and
boilerplate (modules of those names), and which matches make a cluster (``placement``).

Before a document are all of the store, and those of the run that were fetched earlier (then by id). An edge
is written with its later document and never changes; the order of the input and its shards change none.

Equal texts are one text here: the first document of the run with a text is compared with everything, the
others have one exact edge, to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from tasks.deduplication.boilerplate import ALIKE, boilerplate_values
from tasks.deduplication.candidates import Candidates, pairs_within, search
from tasks.deduplication.fingerprints import LEAST_SHINGLES, signature_rows
from tasks.deduplication.positions import POSITION, documents_of, in_files_with, signatures_of
from tasks.deduplication.questions import Questions
from tasks.deduplication.shingles import Bytes
from tasks.deduplication.signatures import bands
from tasks.deduplication.thresholds import Shares
from tasks.deduplication.verification import Fingerprints, Numbers, Pairs, raw_similarity
from tasks.schema.tables import SIGNATURE_BYTES

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


class Workers(Protocol):
    """Others who share the work of one run. What they find and answer does not depend on how many there are."""

    def search(self, numbers: Numbers) -> Candidates:
        """What ``candidates.search`` finds in the run's documents and the store, some bands a worker."""

    def answer(self, questions: Questions) -> Pairs:
        """What ``Questions.answer`` says, some questions a worker."""


def find_edges(
    new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path] = (), workers: Workers | None = None
) -> pl.DataFrame:
    """``document_id`` and ``match_edges`` of each document of the run that matches one before it.

    ``new``: the accepted documents of a run, each ``document_id`` once, with fingerprints and text;
    ``known``: the store's documents; ``files``: the Parquet files they lie in, where there are any: then texts are read
    from those alone that hold a text in doubt; ``workers``: who shares the search and the verification, by default
    nobody. Documents without a match have no row. Memory: the run's signatures
    and ids, and the texts of the pairs that are in doubt, some at a time.
    """
    times = ["retrieved_at", "ingested_at"]
    run = new.select(*_LIGHT, "text_sha256", *times).with_row_index(POSITION).collect(engine="streaming")
    run = run.sort(pl.coalesce(times), "document_id").drop(times).with_row_index("number")
    run = run.with_columns(first=pl.col("number").first().over("text_sha256"))
    exact = [_exact_in_run(run)]
    if known is not None:
        exact.append(_exact_in_store(run, known, files))
    return _as_lists(pl.concat([*exact, _near(run, new, known, files, workers)]))


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


def _near(
    run: pl.DataFrame, new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path], workers: Workers | None
) -> pl.DataFrame:
    """The edges between different texts.

    Documents are slots here: first those of the run that may match, in its order, then those of the store.
    """
    compared = run.filter((pl.col("number") == pl.col("first")) & (pl.col("shingle_count") >= LEAST_SHINGLES))
    if not compared.height:
        return _exact(pl.DataFrame(schema={"document_id": pl.String, "other": pl.String}))
    numbers = np.full(run.height, -1, dtype=np.int64)
    numbers[compared[POSITION].to_numpy()] = np.arange(compared.height)
    found = workers.search(numbers) if workers else search(new, known, numbers)
    questions, slots = _questions(compared, new, known, found)
    judged = workers.answer(questions) if workers else questions.answer(new, known, files)
    return _between_articles(judged, run, slots)


def _questions(
    compared: pl.DataFrame, new: pl.LazyFrame, known: pl.LazyFrame | None, found: Candidates
) -> tuple[Questions, pl.DataFrame]:
    """The pairs that are worth judging, and the documents that they are of, a row a slot."""
    later, earlier, theirs = found.later, found.earlier, compared.clear()
    if known is not None:
        theirs, ours, place = _candidates_known(known, found, compared, new)
        later, earlier = np.concatenate([later, ours]), np.concatenate([earlier, place + compared.height])
    text = pl.concat([compared["text_key"], theirs["text_key"]]).to_numpy()
    differs = text[later] != text[earlier]
    used, ends = np.unique(np.concatenate([later[differs], earlier[differs]]), return_inverse=True)
    later, earlier = np.split(ends.astype(np.int64), 2)
    of_run = int(np.searchsorted(used, compared.height))
    compared, theirs = compared[used[:of_run]], theirs[used[of_run:] - compared.height]
    slots = pl.concat([compared.select(_LIGHT), theirs.select(_LIGHT)])
    rows = _signatures_at(new, compared[POSITION].to_numpy())
    if theirs.height:
        rows = np.concatenate([rows, signature_rows(theirs["signature"])])
    documents = Fingerprints(rows, slots["shingle_count"].to_numpy().astype(np.int64))
    similarity = raw_similarity(documents.signatures, later, earlier)
    plausible = similarity >= LEAST_ESTIMATE
    later, earlier, similarity = later[plausible], earlier[plausible], similarity[plausible]
    boilerplate = _boilerplate(documents, slots["domain"], of_run, (later, earlier), similarity)
    all_ = np.arange(slots.height)
    return Questions(all_, of_run, slots["text_key"], documents, boilerplate, later, earlier, similarity), slots


def _signatures_at(new: pl.LazyFrame, positions: Numbers) -> Bytes:
    """The signatures of the rows at ``positions``, in that order; the column is never held as a whole."""
    rows = np.empty((len(positions), SIGNATURE_BYTES), dtype=np.uint8)
    order = np.argsort(positions)
    ascending, before = positions[order], 0
    for batch in new.select("signature").collect_batches(maintain_order=True):
        first, last = np.searchsorted(ascending, [before, before + batch.height])
        rows[order[first:last]] = signature_rows(batch["signature"].gather(ascending[first:last] - before))
        before += batch.height
    return rows


def _candidates_known(
    known: pl.LazyFrame, found: Candidates, compared: pl.DataFrame, new: pl.LazyFrame
) -> tuple[pl.DataFrame, Numbers, Numbers]:
    """The store's documents that may match one of the run, and the pairs: our number, row of that frame.

    Equal texts of the store stand for one another: each of ours is paired with one document of a text, if there
    is any with one of another article.
    """
    texts, pairs = _plausible(known, found, compared, new)
    theirs = documents_of(known, pairs["text_key"], _LIGHT).join(texts, on="text_key", maintain_order="left")
    theirs = theirs.with_row_index("place")
    pairs = pairs.join(theirs.select("text_key", "article_id", "place"), on="text_key")
    article = compared["article_id"].gather(pairs["ours"])
    pairs = pairs.with_columns(same=pairs["article_id"] == article).sort("ours", "text_key", "same", "place")
    pairs = pairs.unique(["ours", "text_key"], keep="first", maintain_order=True)
    return theirs.drop("place"), pairs["ours"].to_numpy(), pairs["place"].to_numpy().astype(np.int64)


def _plausible(
    known: pl.LazyFrame, found: Candidates, compared: pl.DataFrame, new: pl.LazyFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Texts of the store with their signatures, and the pairs (``ours``, ``text_key``) that their estimates keep.

    The larger the store, the more pairs share a band by chance, anywhere in it: two thousand of 50,000 documents
    against 5 million. They are told by the signatures alone, before the columns of names are read for them.
    """
    pairs = pl.DataFrame({"ours": found.ours, "text_key": found.theirs})
    texts = signatures_of(known, pairs["text_key"])
    pairs = pairs.join(texts.select("text_key").with_row_index("place"), on="text_key")
    own, later = np.unique(pairs["ours"].to_numpy(), return_inverse=True)
    earlier = pairs["place"].to_numpy().astype(np.int64) + len(own)
    rows = [_signatures_at(new, compared[POSITION].gather(own).to_numpy()), signature_rows(texts["signature"])]
    similarity = raw_similarity(np.concatenate(rows), later, earlier)
    return texts, pairs.filter(similarity >= LEAST_ESTIMATE).drop("place")


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
    alike[later[raw_similarity(documents.signatures, later, earlier) >= ALIKE]] = True
    return boilerplate_values(documents.signatures, sites, alike)


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
    # By all that can differ, so that nothing depends on the order of the rows.
    scores = ["containment", "containment_of_other", "recomputed"]
    order = ["document_id", "similarity", "match", "other", *scores]
    edges = edges.sort(order, descending=[name in ("similarity", *scores) for name in order])
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
