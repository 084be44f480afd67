"""The graph of texts that match: its components, and the way from each text to the one that leads.

What belongs here: nodes, edges, components, shortest ways, all on plain numbers. What does not: which
document leads and what a placement says (``placement``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.deduplication.thresholds import Thresholds

# Two parts that make up the whole of a text have estimated shares of 1 together, give or take two errors.
_OVERLAP = 1.15

Numbers = npt.NDArray[np.int64]


def load_graphs() -> None:
    """Load what the functions below load when they meet the first pair: for those who have the time before."""
    import scipy.sparse.csgraph  # noqa: F401 - to be in memory


def text_nodes(edges: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """The rows that edges name, ascending, and a number for the text of each: equal where exact edges join them."""
    rows = np.unique(np.concatenate([edges["later"].to_numpy(), edges["earlier"].to_numpy()])).astype(np.int64)
    exact = edges.filter(pl.col("match") == "exact")
    one, other = (np.searchsorted(rows, exact[name].to_numpy()) for name in ("later", "earlier"))
    return rows, components(one, other, len(rows))


def components(one: Numbers, other: Numbers, nodes: int) -> Numbers:
    """A number for each of so many nodes: equal where a way of edges joins them, whichever way those point."""
    if not len(one):
        return np.arange(nodes, dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components  # 0.35 s, and many a run finds no two pages that match

    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(nodes, nodes))
    _, component = connected_components(graph, directed=False)
    return np.asarray(component, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes 0 to ``nodes`` - 1, and one edge a pair of nodes that match, each in both directions.

    ``edges`` has ``from`` and ``to`` (nodes), ``similarity``, ``containment`` of ``to`` in ``from``, and how much of
    ``from`` is ``covered`` by ``to``.
    """

    nodes: int
    edges: pl.DataFrame

    @classmethod
    def of(cls, edges: pl.DataFrame, node_of_row: pl.DataFrame, nodes: int, thresholds: Thresholds) -> Graph:
        """The near edges that meet the thresholds, between the nodes of their rows; of several the most similar."""
        near = edges.filter(pl.col("match") == "near")
        near = near.join(node_of_row.rename({"node": "to"}), left_on="later", right_on="row")
        near = near.join(node_of_row.rename({"node": "from"}), left_on="earlier", right_on="row")
        there = near.select("from", "to", "similarity", "containment", covered="containment_of_other")
        there = there.filter(pl.col("from") != pl.col("to"))
        back = there.select(
            pl.col("to").alias("from"),
            pl.col("from").alias("to"),
            "similarity",
            containment="covered",
            covered="containment",
        )
        order = ["similarity", "containment", "covered"]
        both = pl.concat([there, back]).sort("from", "to", *order, descending=[False, False, True, True, True])
        both = both.unique(["from", "to"], keep="first", maintain_order=True)
        larger = np.maximum(both["containment"].to_numpy(), both["covered"].to_numpy())
        met = pl.Series(thresholds.met(both["similarity"].to_numpy(), larger), dtype=pl.Boolean)
        return cls(nodes, _without_compilations(both.filter(met), both, thresholds))

    def components(self) -> Numbers:
        """For each node the number of its component."""
        return components(self.edges["from"].to_numpy(), self.edges["to"].to_numpy(), self.nodes)


def reached_from(graph: Graph, leaders: Numbers) -> pl.DataFrame:
    """For each node that is not a leader the node ``before`` it on a shortest way from its leader.

    Columns ``node``, ``before``, and of the edge between them ``similarity`` and ``containment`` (of the node in the
    one before). One leader a component. Breadth first from one root above all leaders: linear, however long a chain is.
    """
    node, before = _steps(graph, leaders) if len(graph.edges) else (np.empty(0, np.int64), np.empty(0, np.int64))
    steps = pl.DataFrame({"node": node, "before": before}, schema={"node": pl.UInt32, "before": pl.UInt32})
    return steps.join(graph.edges, left_on=["before", "node"], right_on=["from", "to"], how="left")


def _without_compilations(met: pl.DataFrame, recorded: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Without the edges by which a text that was put together from two stories would join the two.

    A text matches the one it is most similar to. Another that it holds, but that makes up a small part of it
    (a match by containment alone), counts only where that one and the first have a recorded match too, or where both
    cover so much of the text that they must overlap.
    """
    nearest = met.sort("from", "similarity", "to", descending=[False, True, False])
    nearest = nearest.unique("from", keep="first", maintain_order=True)
    held = met.filter(
        (pl.col("similarity") < thresholds.similarity) & (pl.col("containment") >= thresholds.containment)
    ).join(nearest.select("from", nearest="to", covered_by_nearest="covered"), on="from")
    apart = held.filter(
        (pl.col("to") != pl.col("nearest")) & (pl.col("covered") + pl.col("covered_by_nearest") <= _OVERLAP)
    ).join(recorded, left_on=["to", "nearest"], right_on=["from", "to"], how="anti")
    there, back = apart.select("from", "to"), apart.select(pl.col("to").alias("from"), pl.col("from").alias("to"))
    return met.join(pl.concat([there, back]), on=["from", "to"], how="anti", maintain_order="left")


def _steps(graph: Graph, leaders: Numbers) -> tuple[Numbers, Numbers]:
    """The nodes that are reached, and the one before each."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order  # as in components

    root = graph.nodes
    one = np.concatenate([graph.edges["from"].to_numpy(), np.full(len(leaders), root)])
    other = np.concatenate([graph.edges["to"].to_numpy(), leaders])
    ways = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(root + 1, root + 1)).tocsr()
    ways.sort_indices()
    _, before = breadth_first_order(ways, root, directed=True, return_predecessors=True)
    node = np.flatnonzero((before >= 0) & (before != root))
    return node, before[node]
