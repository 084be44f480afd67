"""The graph of texts that match: its components, and the way from each text to the one that leads.

What belongs here: nodes, edges, components, shortest ways, all on plain numbers. What does not: which
document leads and what a placement says (``placement``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from tasks.deduplication.thresholds import Thresholds

Numbers = npt.NDArray[np.int64]


def text_nodes(edges: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """The rows that edges name, ascending, and a number for the text of each: equal where exact edges join them."""
    rows = np.unique(np.concatenate([edges["later"].to_numpy(), edges["earlier"].to_numpy()])).astype(np.int64)
    exact = edges.filter(pl.col("match") == "exact")
    one, other = (np.searchsorted(rows, exact[name].to_numpy()) for name in ("later", "earlier"))
    return rows, _components(one, other, len(rows))


def _components(one: Numbers, other: Numbers, nodes: int) -> Numbers:
    if not nodes:
        return np.empty(0, dtype=np.int64)
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(nodes, nodes))
    _, component = connected_components(graph, directed=False)
    return np.asarray(component, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes 0 to ``nodes`` - 1, and one edge a pair of nodes that match, each in both directions.

    ``edges`` has ``from`` and ``to`` (nodes), ``similarity``, and ``containment`` of ``to`` in ``from``.
    """

    nodes: int
    edges: pl.DataFrame

    @classmethod
    def of(cls, edges: pl.DataFrame, node_of_row: pl.DataFrame, nodes: int, thresholds: Thresholds) -> Graph:
        """The near edges that meet the thresholds, between the nodes of their rows; of several the most similar."""
        larger = np.maximum(edges["containment"].to_numpy(), edges["containment_of_other"].to_numpy())
        met = pl.Series(thresholds.met(edges["similarity"].to_numpy(), larger), dtype=pl.Boolean)
        near = edges.filter(met & (edges["match"] == "near"))
        near = near.join(node_of_row.rename({"node": "to"}), left_on="later", right_on="row")
        near = near.join(node_of_row.rename({"node": "from"}), left_on="earlier", right_on="row")
        scores = ["similarity", "containment", "containment_of_other"]
        there = near.select("from", "to", *scores).filter(pl.col("from") != pl.col("to"))
        back = there.select(
            pl.col("to").alias("from"),
            pl.col("from").alias("to"),
            "similarity",
            pl.col("containment_of_other").alias("containment"),
            pl.col("containment").alias("containment_of_other"),
        )
        both = pl.concat([there, back]).sort("from", "to", *scores, descending=[False, False, True, True, True])
        return cls(nodes, both.unique(["from", "to"], keep="first", maintain_order=True).drop("containment_of_other"))

    def components(self) -> Numbers:
        """For each node the number of its component."""
        return _components(self.edges["from"].to_numpy(), self.edges["to"].to_numpy(), self.nodes)


def reached_from(graph: Graph, leaders: Numbers) -> pl.DataFrame:
    """For each node that is not a leader the node ``before`` it on a shortest way from its leader.

    Columns ``node``, ``before``, and of the edge between them ``similarity`` and ``containment`` (of the node in the
    one before). One leader a component. Breadth first from one root above all leaders: linear, however long a chain is.
    """
    root = graph.nodes
    one = np.concatenate([graph.edges["from"].to_numpy(), np.full(len(leaders), root)])
    other = np.concatenate([graph.edges["to"].to_numpy(), leaders])
    ways = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(root + 1, root + 1)).tocsr()
    ways.sort_indices()
    _, before = breadth_first_order(ways, root, directed=True, return_predecessors=True)
    node = np.flatnonzero((before >= 0) & (before != root))
    steps = pl.DataFrame({"node": node, "before": before[node]}, schema={"node": pl.UInt32, "before": pl.UInt32})
    return steps.join(graph.edges, left_on=["before", "node"], right_on=["from", "to"], how="left")
