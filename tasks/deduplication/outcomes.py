"""How many of a run's new documents are copies: the figure for the run's funnel.

What belongs here: counting within one run, at the cost of the run alone. What does not: which document leads a
cluster (``place``): that is worked out from all documents of a version when a release is made.
"""

from __future__ import annotations

import polars as pl

from tasks.deduplication.clusters import components
from tasks.deduplication.thresholds import COPY, Thresholds


def count_copies(new: pl.Series, edges: pl.DataFrame, thresholds: Thresholds = COPY) -> int:
    """How many of the ``document_id`` in ``new`` are copies of another document, in the store or in ``new``.

    ``edges`` is what ``find_edges`` gave: ``document_id`` and ``match_edges``. Of each group of new documents that
    match one another, one is an article and the others are copies; where a member matches a document of the
    store too, all are copies.
    """
    pairs = (
        edges.lazy()
        .filter(pl.col("document_id").is_in(new.implode()))
        .explode("match_edges")
        .select(
            "document_id",
            other=pl.col("match_edges").struct.field("document_id"),
            similarity=pl.col("match_edges").struct.field("similarity"),
            containment=pl.max_horizontal(
                pl.col("match_edges").struct.field("containment"),
                pl.col("match_edges").struct.field("containment_of_other"),
            ),
        )
        .collect()
    )
    pairs = pairs.filter(pl.Series(thresholds.met(pairs["similarity"].to_numpy(), pairs["containment"].to_numpy())))
    others = pairs["other"].unique()
    nodes = pl.concat([new, others.filter(~others.is_in(new.implode()))])
    numbers = pl.DataFrame({"id": nodes}).with_row_index("number")
    ends = pairs.join(numbers, left_on="document_id", right_on="id").join(
        numbers, left_on="other", right_on="id", suffix="_other"
    )
    component = components(ends["number"].to_numpy(), ends["number_other"].to_numpy(), len(nodes))
    led_by_new = set(component.tolist()) - set(component[len(new) :].tolist())
    return len(new) - len(led_by_new)
