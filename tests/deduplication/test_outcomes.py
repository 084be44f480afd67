import polars as pl

from tasks.deduplication.edges import MATCH_EDGES
from tasks.deduplication.outcomes import count_copies


def edges(*pairs: tuple[str, str, float, float]) -> pl.DataFrame:
    rows = [
        {
            "document_id": one,
            "match_edges": [
                {
                    "document_id": other,
                    "match": "near",
                    "similarity": similarity,
                    "containment": containment,
                    "containment_of_other": 0.0,
                    "recomputed": True,
                }
            ],
        }
        for one, other, similarity, containment in pairs
    ]
    return pl.DataFrame(rows, schema={"document_id": pl.String, "match_edges": MATCH_EDGES})


def test_documents_without_edges_are_articles() -> None:
    assert count_copies(pl.Series(["a", "b"]), edges()) == 0


def test_of_a_group_of_new_documents_one_is_an_article() -> None:
    found = edges(("b", "a", 0.9, 0.9), ("c", "b", 0.9, 0.9), ("c", "a", 0.9, 0.9))
    assert count_copies(pl.Series(["a", "b", "c", "d"]), found) == 2


def test_a_document_that_joins_two_others_makes_both_one_group() -> None:
    assert count_copies(pl.Series(["a", "b", "c"]), edges(("c", "a", 0.8, 0.9), ("c", "b", 0.8, 0.9))) == 2


def test_all_that_match_a_known_document_are_copies() -> None:
    assert count_copies(pl.Series(["a", "b"]), edges(("a", "known", 0.9, 0.9), ("b", "a", 0.9, 0.9))) == 2


def test_an_edge_below_the_threshold_of_a_copy_does_not_count() -> None:
    assert count_copies(pl.Series(["a", "b"]), edges(("b", "a", 0.55, 0.7))) == 0


def test_a_text_held_whole_by_a_longer_one_is_a_copy() -> None:
    assert count_copies(pl.Series(["a", "b"]), edges(("b", "a", 0.35, 0.95))) == 1
