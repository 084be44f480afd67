"""The rules that a row must keep to leave normalisation, and what becomes of rows that cannot.

What belongs here: the table of normalised rows, its check, and rejects. What does not: columns (``tasks.schema``).
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tasks.schema import REJECT_REASONS, Documents, Rejects
from tasks.schema.columns import Provenance
from tasks.schema.content import Content
from tasks.schema.tables import DocumentIdentity, Fingerprint


class Normalised(Content, Provenance):
    """Documents before their fingerprint. The key is free to repeat: one input may hold a page twice."""

    document_id = dy.String(description=DocumentIdentity.document_id.description)
    article_id = DocumentIdentity.article_id
    text_sha256 = Fingerprint.text_sha256


class _Numbered(Normalised):
    """Rows that know their place, which the check would lose."""

    row = dy.Int64()


COLUMNS = [name for name in Documents.column_names() if name in Normalised.column_names()]


def rejects(frame: pl.DataFrame, reason: str, detail: pl.Expr) -> pl.DataFrame:
    """The rows of ``frame`` as rejects, and ``row``."""
    made_here = ("stage", "reason", "detail", "payload_sha256")
    digest = pl.col("payload_sha256")
    return frame.select(
        "row",
        *(name for name in Rejects.column_names() if name not in made_here),
        # A row may be rejected for this very column; the reject must not break the rule again.
        payload_sha256=pl.when(digest.str.contains("^[0-9a-f]{64}$")).then(digest),
        stage=pl.lit(REJECT_REASONS[reason].stage),
        reason=pl.lit(reason),
        detail=detail.cast(pl.String),
    ).select("row", *Rejects.column_names())


def checked(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that keep every rule of the schema, and rejects of the others that name the rules they break."""
    kept, failure = _Numbered.filter(frame)
    details = failure.details()
    broken = (
        pl.concat_list(pl.when(pl.col(rule) == "invalid").then(pl.lit(rule)) for rule in failure.counts())
        if len(failure)
        else pl.lit([], dtype=pl.List(pl.String))
    )
    return kept, rejects(details, "invalid_row", broken.list.drop_nulls().list.join(", "))
