"""Rejects as rows: the frame that a batch's rejects are written as.

What belongs here: the way from :class:`tasks.page.Reject` to the ``Rejects`` table. What does not: the
reasons and their meaning (``tasks.schema.vocabulary``).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tasks.page import Reject
from tasks.schema import REJECT_REASONS, Rejects
from tasks.shard.job import ShardJob


def rejects_frame(rejects: Sequence[Reject], job: ShardJob, extractor: str) -> pl.DataFrame:
    """One row a reject, with the columns of ``tasks.schema.Rejects``, validated."""
    rows = [
        {
            "url": reject.url,
            "source": reject.source or job.shard.source,
            "input": reject.origin.input,
            "record_offset": reject.origin.record_offset,
            "record_id": reject.origin.record_id,
            "stage": reject.stage or REJECT_REASONS[reject.reason].stage,
            "reason": reject.reason,
            "detail": reject.detail,
            "payload_sha256": reject.payload_sha256,
            "retrieved_at": reject.origin.retrieved_at,
            "ingested_at": job.ingested_at,
            "run_id": job.run_id,
            "extractor": extractor,
        }
        for reject in rejects
    ]
    schema = {name: column.dtype for name, column in Rejects.columns().items()}
    return Rejects.validate(pl.DataFrame(rows, schema=schema))


def removed_frame(documents: pl.DataFrame) -> pl.DataFrame:
    """A reject for each document that was removed before; no URL is kept of it."""
    why = {"stage": REJECT_REASONS["removed"].stage, "reason": "removed"}
    unsaid = dict.fromkeys(("url", "detail", "payload_sha256"))
    schema = {name: column.dtype for name, column in Rejects.columns().items()}
    said = {name: pl.lit(value) for name, value in {**why, **unsaid}.items()}
    return Rejects.validate(
        documents.select(said.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in schema.items())
        if documents.height
        else pl.DataFrame(schema=schema)
    )
