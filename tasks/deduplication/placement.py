"""Where each document of one store version stands: article, copy or revision, and in which cluster.

What belongs here: revisions in order, clusters, who leads them, how each member matches. What does not: how
matches were found (``edges``). Everything is worked out anew from the rows of the version, so a late original
leads from its version on, and no earlier version changes.

A cluster is made of articles in their newest revision. The nodes of the graph are texts: documents joined
by exact edges have one, and a near edge of any of them is an edge of the text. A text that only older revisions
have joins nothing. So an edge to a page's earlier text counts for whoever still publishes that text, and not for
the page that replaced it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.clusters import Graph, reached_from, text_nodes
from tasks.deduplication.fingerprints import signature_rows
from tasks.deduplication.positions import POSITION, rows_at
from tasks.deduplication.thresholds import COPY, Thresholds, containments
from tasks.deduplication.verification import raw_similarity

Numbers = npt.NDArray[np.int64]

# Who leads: earliest published, then first seen, then first ingested, then lowest id.
_LEADS = ["published_at", "seen_at", "ingested_at", "article_id"]
# After whom a cluster is named: the member that the store has had longest.
_NAMES = ["ingested_at", "article_id"]


def place(documents: pl.LazyFrame, thresholds: Thresholds = COPY) -> pl.DataFrame:
    """The rows of ``tasks.schema.Placements``, in the order of ``documents``.

    ``documents``: every document of a store version that is not removed, with ids, times,
    ``match_edges``, ``shingle_count`` and ``signature`` (read for members that no edge joins to their
    leader). Edges to documents that are not there count for nothing. What a row says does not depend on
    the order of the rows. ``ingested_at`` should be one instant a run: a cluster is named after the article
    ingested first, of those of one instant the one with the lowest id.
    """
    rows = _with_revisions(documents)
    members = _members(rows, documents, thresholds)
    return _assemble(rows, members)


def _with_revisions(documents: pl.LazyFrame) -> pl.DataFrame:
    """Ids and times of every document with ``row``, ``revision`` and ``newest``, the row of its newest revision."""
    rows = documents.select(
        "document_id",
        "article_id",
        "published_at",
        pl.coalesce("retrieved_at", "ingested_at").alias("seen_at"),
        "ingested_at",
    ).collect(engine="streaming")
    rows = rows.with_row_index("row")
    several = rows.filter(pl.col("article_id").is_duplicated())
    several = several.sort("article_id", "seen_at", "ingested_at", "document_id")
    several = several.select(
        "row",
        revision=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("article_id"),
        newest=pl.col("row").last().over("article_id"),
        **{name: pl.col(name).min().over("article_id") for name in ("published_at", "seen_at", "ingested_at")},
    )
    return rows.with_columns(revision=pl.lit(1, dtype=pl.Int32), newest=pl.col("row")).update(several, on="row")


def _edges(rows: pl.DataFrame, documents: pl.LazyFrame) -> pl.DataFrame:
    """Every edge between two documents that are there: rows ``later`` and ``earlier``, and its scores."""
    edges = (
        documents.filter(pl.col("match_edges").list.len() > 0)
        .select(pl.col("document_id").alias("later_id"), "match_edges")
        .explode("match_edges")
        .unnest("match_edges")
        .rename({"document_id": "earlier_id"})
        .collect(engine="streaming")
    )
    ids = pl.concat([edges["later_id"], edges["earlier_id"]]).unique()
    named = rows.select("row", "document_id").join(ids.to_frame("document_id"), on="document_id", how="semi")
    return (
        edges.join(named, left_on="later_id", right_on="document_id")
        .rename({"row": "later"})
        .join(named, left_on="earlier_id", right_on="document_id")
        .rename({"row": "earlier"})
        .drop("later_id", "earlier_id")
    )


def _members(rows: pl.DataFrame, documents: pl.LazyFrame, thresholds: Thresholds) -> pl.DataFrame:
    """The articles of clusters of two and more, by the row of their newest revision.

    Columns: ``row``; ``leader``, ``named`` (rows); ``size``; for a copy ``through`` (a row; null where it
    matches the leader), ``match``, ``similarity``, ``containment``.
    """
    edges = _edges(rows, documents)
    known, texts = text_nodes(edges)
    ends = rows[known].with_columns(text=pl.Series(texts, dtype=pl.Int64)).filter(pl.col("row") == pl.col("newest"))
    ends = ends.sort(_LEADS, nulls_last=True)
    # Nodes are numbered by their leading article, so that the graph's numbering is the order of leading.
    node = ends.select("text").unique(maintain_order=True).with_row_index("node")
    ends = ends.join(node, on="text", maintain_order="left")
    of_row = pl.DataFrame({"row": known, "text": texts}).join(node, on="text").select("row", "node")
    graph = Graph.of(edges, of_row, node.height, thresholds)
    ends = ends.with_columns(cluster=pl.Series(graph.components())[ends["node"]])
    ends = ends.filter(pl.len().over("cluster") > 1)
    ends = ends.with_columns(
        leader=pl.col("row").first().over("cluster"),
        leading_node=pl.col("node").first().over("cluster"),
        named=pl.col("row").sort_by(_NAMES).first().over("cluster"),
        size=pl.len().over("cluster").cast(pl.Int32),
    )
    return _matched(ends, graph, documents, thresholds)


def _matched(ends: pl.DataFrame, graph: Graph, documents: pl.LazyFrame, thresholds: Thresholds) -> pl.DataFrame:
    """How each member matches its leader, or the member by which it joined."""
    leads_node = ends.select("node", through=pl.col("row")).unique("node", keep="first", maintain_order=True)
    steps = reached_from(graph, ends["leading_node"].unique().sort().to_numpy().astype(np.int64))
    matched = ends.join(steps, on="node", how="left", maintain_order="left")
    matched = matched.join(leads_node, left_on="before", right_on="node", how="left", maintain_order="left")
    same_text = pl.col("node") == pl.col("leading_node")
    direct = pl.col("before") == pl.col("leading_node")
    matched = matched.with_columns(
        match=pl.when(pl.col("row") != pl.col("leader")).then(
            pl.when(same_text).then(pl.lit("exact")).otherwise(pl.lit("near"))
        ),
        similarity=pl.when(same_text).then(1.0).otherwise("similarity"),
        containment=pl.when(same_text).then(1.0).otherwise("containment"),
        through=pl.when(~same_text & ~direct).then("through"),
    )
    apart = matched.filter(pl.col("through").is_not_null())
    checked = _checked_by_signature(apart, documents, thresholds)
    matched = matched.join(checked, on="row", how="left", suffix="_checked", maintain_order="left")
    found = pl.col("similarity_checked").is_not_null()
    return matched.select(
        "row",
        "leader",
        "named",
        "size",
        "match",
        through=pl.when(~found).then("through"),
        **{
            name: pl.when(pl.col("match").is_not_null()).then(pl.coalesce(f"{name}_checked", name))
            for name in ("similarity", "containment")
        },
    )


def _checked_by_signature(apart: pl.DataFrame, documents: pl.LazyFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Those that no edge joins to their leader and that match it all the same, by the estimate."""
    schema = {"row": pl.UInt32, "similarity": pl.Float64, "containment": pl.Float64}
    if not apart.height:
        return pl.DataFrame(schema=schema)
    read = rows_at(documents, pl.concat([apart["row"], apart["leader"]]), ["shingle_count", "signature"])
    read = read.filter(pl.col("signature").is_not_null())
    place_of = read.select(POSITION).with_row_index("place")
    pairs = apart.select("row", "leader").join(place_of, left_on="row", right_on=POSITION)
    pairs = pairs.join(place_of, left_on="leader", right_on=POSITION, suffix="_leader")
    counts = read["shingle_count"].to_numpy().astype(np.int64)
    one, other = (pairs[name].to_numpy().astype(np.int64) for name in ("place", "place_leader"))
    similarity = raw_similarity(signature_rows(read["signature"]), one, other)
    of_own, of_leader = containments(similarity, counts[one].astype(np.float64), counts[other].astype(np.float64))
    met = thresholds.met(similarity, np.maximum(of_own, of_leader))
    return pl.DataFrame({"row": pairs["row"], "similarity": similarity, "containment": of_own}, schema=schema).filter(
        pl.Series(met, dtype=pl.Boolean)
    )


def _assemble(rows: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """The placements: a cluster counts for every revision of its articles, a match for the newest one alone."""
    own = pl.Series("own", np.arange(len(rows)), dtype=pl.UInt32)
    by_row = pl.DataFrame({"row": own}).join(members, on="row", how="left", maintain_order="left")
    of_newest = by_row[rows["newest"]]
    is_newest = rows["newest"] == rows["row"]
    copy = is_newest & of_newest["match"].is_not_null()
    article_of = pl.col("article_id")
    return rows.select(
        "document_id",
        "article_id",
        pl.when(~is_newest)
        .then(pl.lit("revisions"))
        .when(copy)
        .then(pl.lit("copies"))
        .otherwise(pl.lit("articles"))
        .alias("table"),
        "revision",
        article_of.gather(of_newest["named"].zip_with(of_newest["named"].is_not_null(), rows["newest"])).alias(
            "cluster_id"
        ),
        of_newest["size"].fill_null(1).alias("cluster_size"),
        pl.when(copy).then(article_of.gather(of_newest["leader"].fill_null(0))).alias("copy_of"),
        *(pl.when(copy).then(of_newest[name]).alias(name) for name in ("match", "similarity", "containment")),
        pl.when(copy & of_newest["through"].is_not_null())
        .then(article_of.gather(of_newest["through"].fill_null(0)))
        .alias("joined_through"),
    )
