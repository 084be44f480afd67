import numpy as np
import polars as pl

from tasks.deduplication.clusters import Graph, reached_from, text_nodes
from tasks.deduplication.thresholds import COPY

from .stories import Row, clusters, documents, story, with_edges

Edge = tuple[int, int, str, float, float, float]


def edges(*rows: Edge) -> pl.DataFrame:
    names = ["later", "earlier", "match", "similarity", "containment", "containment_of_other"]
    types = [pl.UInt32, pl.UInt32, pl.String, pl.Float64, pl.Float64, pl.Float64]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def graph(*rows: Edge) -> Graph:
    nodes = max(max(row[:2]) for row in rows) + 1
    of_row = pl.DataFrame({"row": range(nodes), "node": range(nodes)}, schema={"row": pl.UInt32, "node": pl.UInt32})
    return Graph.of(edges(*rows), of_row, nodes, COPY)


def components(*rows: Edge) -> list[int]:
    return graph(*rows).components().tolist()


def test_rows_joined_by_exact_edges_are_one_text() -> None:
    rows, texts = text_nodes(edges((9, 4, "exact", 1, 1, 1), (7, 4, "exact", 1, 1, 1), (9, 5, "near", 0.8, 0.9, 0.9)))
    assert rows.tolist() == [4, 5, 7, 9]
    assert texts.tolist() == [0, 1, 0, 0]


def test_no_edges_make_no_texts() -> None:
    assert [part.tolist() for part in text_nodes(edges())] == [[], []]


def test_an_edge_below_the_thresholds_joins_nothing() -> None:
    assert components((1, 0, "near", 0.69, 0.79, 0.79)) == [0, 1]
    assert components((1, 0, "near", 0.7, 0.75, 0.75)) == [0, 0]
    assert components((1, 0, "near", 0.3, 0.2, 0.8)) == [0, 0]


def test_a_text_put_together_from_two_stories_joins_the_one_it_is_most_like() -> None:
    # 2 holds all of 0 (three fifths of it) and all of 1 (two fifths).
    assert components((2, 0, "near", 0.6, 0.6, 1.0), (2, 1, "near", 0.4, 0.4, 1.0)) == [0, 1, 0]


def test_a_text_that_holds_two_that_match_joins_both() -> None:
    found = components((2, 0, "near", 0.6, 0.6, 1.0), (2, 1, "near", 0.4, 0.4, 1.0), (1, 0, "near", 0.66, 1.0, 0.66))
    assert found == [0, 0, 0]


def test_two_that_cover_more_than_the_whole_must_overlap() -> None:
    assert components((2, 0, "near", 0.65, 0.65, 1.0), (2, 1, "near", 0.6, 0.6, 1.0)) == [0, 0, 0]


def test_a_merged_story_does_not_merge_two_clusters() -> None:
    one, other = story(1, 14), story(2, 10)
    rows = [
        Row("https://a.example/", one),
        Row("https://b.example/", other, retrieved=1),
        Row("https://c.example/", f"{one}\n\n{other}", retrieved=2),
    ]
    assert clusters(with_edges(documents(rows))) == {frozenset({"https://a.example/", "https://c.example/"})}


def test_the_way_from_the_leader_is_the_shortest() -> None:
    made = graph(*((n, m, "near", 0.9, 0.95, 0.94) for n, m in ((1, 0), (2, 1), (3, 2), (3, 0))))
    steps = reached_from(made, np.array([0])).sort("node")
    assert steps.select("node", "before").rows() == [(1, 0), (2, 1), (3, 0)]
    assert steps["containment"].to_list() == [0.95, 0.95, 0.95]


def test_a_chain_of_100_000_is_walked_without_recursion() -> None:
    links = 100_000
    nodes = pl.Series(range(links), dtype=pl.UInt32)
    forth = pl.DataFrame({"from": nodes[:-1], "to": nodes[1:]}).with_columns(
        similarity=0.9, containment=0.9, covered=0.9
    )
    back = forth.select(pl.col("to").alias("from"), pl.col("from").alias("to"), "similarity", "containment", "covered")
    steps = reached_from(Graph(links, pl.concat([forth, back])), np.array([0]))
    assert steps.sort("node")["before"].to_list() == list(range(links - 1))
