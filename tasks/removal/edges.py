"""The match edges that a removed document leaves to those that stay.

What belongs here: who takes its place among equal texts. What does not: how matches are found
(``tasks.deduplication``), and the change of the store (``tasks.store.erasure``).

Of equal texts the store joins each by one edge to the first; were that taken out, the others would fall apart. So one
of them takes its place: edges to the removed document lead to it, and the removed document's own become its own. They
hold as they are, because the text is the same. A near match to a removed text that nobody else has is gone with it.
"""

from __future__ import annotations

import polars as pl

from tasks.schema import Documents

_EDGES = Documents.create_empty().schema["match_edges"]


def inherited(documents: pl.LazyFrame, article_ids: list[str]) -> pl.DataFrame:
    """``document_id`` and ``match_edges`` of the documents that stay and whose edges change.

    Does nothing twice: asked again after the change, before the removal, it gives the same edges.
    """
    goes = pl.col("article_id").is_in(article_ids)
    removed = documents.filter(goes).select("document_id", "text_sha256", "text_key", "match_edges")
    gone = removed.collect(engine="streaming")
    equal = documents.filter(~goes & pl.col("text_key").is_in(gone["text_key"].unique().implode()))
    heirs = equal.group_by("text_sha256").agg(heir=pl.col("document_id").min()).collect(engine="streaming")
    heir_of = gone.join(heirs, on="text_sha256").select("document_id", "heir")
    leads_there = pl.col("match_edges").list.eval(
        pl.element().struct.field("document_id").is_in(heir_of["document_id"].implode())
    )
    changing = leads_there.list.any() | pl.col("document_id").is_in(heirs["heir"].implode())
    staying = documents.filter(~goes & changing).select("document_id", "match_edges").collect(engine="streaming")
    own = gone.join(heir_of, on="document_id").select(pl.col("heir").alias("document_id"), "match_edges")
    edges = pl.concat([staying, own]).explode("match_edges").drop_nulls().rename({"document_id": "of"})
    edges = edges.unnest("match_edges").join(heir_of, on="document_id", how="left", maintain_order="left")
    edges = edges.with_columns(document_id=pl.coalesce("heir", "document_id")).drop("heir")
    edges = edges.filter(
        (pl.col("of") != pl.col("document_id")) & ~pl.col("document_id").is_in(gone["document_id"].implode())
    )
    edges = edges.sort("of", "match", "document_id").unique(["of", "document_id"], keep="first", maintain_order=True)
    names = [name for name in edges.columns if name != "of"]
    lists = edges.group_by("of").agg(match_edges=pl.struct(names)).rename({"of": "document_id"})
    found = staying.select("document_id").join(lists, on="document_id", how="left")
    return found.with_columns(pl.col("match_edges").fill_null([]).cast(_EDGES))
