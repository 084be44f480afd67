import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplication import Thresholds, place
from tasks.schema import Placements

from .stories import Row, clusters, documents, placed, story, with_edges, with_words_changed

A, B, C, D = (f"https://{name}.example/story" for name in ("north", "south", "east", "west"))


def test_a_document_that_matches_nothing_is_an_article() -> None:
    assert placed(with_edges(documents([Row(A, story(1))])))[A] == {
        "document_id": documents([Row(A, story(1))])["document_id"].item(),
        "article_id": A,
        "table": "articles",
        "revision": 1,
        "cluster_id": A,
        "cluster_size": 1,
        "copy_of": None,
        "match": None,
        "similarity": None,
        "containment": None,
        "joined_through": None,
    }


def test_placements_keep_their_schema() -> None:
    frame = place(with_edges(documents([Row(A, story(1)), Row(B, story(1)), Row(A, story(2), retrieved=1)])).lazy())
    assert Placements.validate(frame, cast=False).height == 3
    assert Placements.validate(place(with_edges(documents([Row(A, story(1))])).clear().lazy()), cast=False).height == 0


def test_the_earliest_published_leads() -> None:
    rows = documents([Row(A, story(1), published=5), Row(B, story(1), published=3), Row(C, story(1), retrieved=-9)])
    assert {url: row["copy_of"] for url, row in placed(with_edges(rows)).items()} == {A: B, B: None, C: B}


def test_then_the_first_seen_leads() -> None:
    rows = documents([Row(A, story(1), retrieved=5), Row(B, story(1), retrieved=3)])
    assert placed(with_edges(rows))[A]["copy_of"] == B


def test_a_copy_says_how_it_matches() -> None:
    whole = story(1)
    cut = "\n\n".join(whole.split("\n\n")[:14])
    rows = placed(with_edges(documents([Row(A, whole), Row(B, whole, retrieved=1), Row(C, cut, retrieved=2)])))
    assert (rows[B]["match"], rows[B]["similarity"], rows[B]["containment"]) == ("exact", 1.0, 1.0)
    assert (rows[C]["match"], rows[C]["containment"]) == ("near", pytest.approx(1.0, abs=0.06))
    assert {row["cluster_size"] for row in rows.values()} == {3}


def test_a_leader_that_holds_its_copy_has_the_copys_containment() -> None:
    whole = story(1)
    cut = "\n\n".join(whole.split("\n\n")[:14])
    # The whole text comes later but was published first: the edge is the whole's, the copy the cut one.
    rows = placed(with_edges(documents([Row(A, whole, retrieved=1, published=0), Row(B, cut, published=1)])))
    assert rows[B]["copy_of"] == A
    assert rows[B]["containment"] == pytest.approx(1.0, abs=0.06)


def chain(links: int) -> list[Row]:
    """Texts that each share two thirds and more with the next, and nothing with one far away."""
    sentences = story(1, sentences=20 + 4 * links).split("\n\n")
    return [
        Row(f"https://n{n:03}.example/", "\n\n".join(sentences[3 * n : 3 * n + 20]), retrieved=n) for n in range(links)
    ]


def test_a_member_that_does_not_match_the_leader_says_through_whom_it_joined() -> None:
    rows = placed(with_edges(documents(chain(6))))
    assert [rows[row.url]["joined_through"] for row in chain(6)][1] is None
    assert rows["https://n005.example/"]["joined_through"] == "https://n004.example/"
    assert rows["https://n005.example/"]["copy_of"] == "https://n000.example/"
    assert rows["https://n005.example/"]["similarity"] > 0.7


def test_the_newest_revision_stands_for_its_article() -> None:
    rows = documents([Row(A, story(1), retrieved=2), Row(A, story(2), retrieved=1), Row(A, story(3), retrieved=3)])
    by_text = place(with_edges(rows).lazy())
    assert by_text.select("table", "revision").rows() == [("revisions", 2), ("revisions", 1), ("articles", 3)]


def test_a_match_of_an_earlier_revision_counts_for_whoever_still_has_the_text() -> None:
    alike = [Row(url, story(1), retrieved=hour) for hour, url in enumerate((A, B, C))]
    rows = documents([*alike, Row(A, story(9), retrieved=3)])
    frame = place(with_edges(rows).lazy()).with_columns(url=rows["url"])
    tables = dict(frame.filter(pl.col("table") != "revisions").select("url", "table").iter_rows())
    assert tables == {A: "articles", B: "articles", C: "copies"}
    assert frame.filter(pl.col("url") == A)["cluster_size"].to_list() == [1, 1]


def test_a_revision_has_the_cluster_of_its_article() -> None:
    rows = documents([Row(A, story(1)), Row(B, story(2), retrieved=1), Row(A, story(2), retrieved=3)])
    frame = place(with_edges(rows).lazy())
    assert frame["cluster_id"].n_unique() == 1
    assert frame["cluster_size"].to_list() == [2, 2, 2]


def test_a_late_original_leads_and_the_cluster_keeps_its_name() -> None:
    first = with_edges(documents([Row(A, story(1), published=5, ingested=1)]))
    second = with_edges(documents([Row(B, story(1), published=1, ingested=2)]), first)
    before, after = placed(first), placed(pl.concat([first, second]))
    assert (before[A]["table"], after[A]["table"], after[B]["table"]) == ("articles", "copies", "articles")
    assert before[A]["cluster_id"] == after[A]["cluster_id"] == after[B]["cluster_id"] == A


def test_two_clusters_that_merge_keep_the_older_name() -> None:
    whole = story(1, sentences=20)
    head, tail = "\n\n".join(whole.split("\n\n")[:12]), "\n\n".join(whole.split("\n\n")[8:])
    first = with_edges(documents([Row(A, head, ingested=1)]))
    second = with_edges(documents([Row(B, tail, ingested=2, retrieved=-5)]), first)
    both = pl.concat([first, second])
    assert clusters(both) == set()
    third = with_edges(documents([Row(C, whole, ingested=3)]), both)
    assert {row["cluster_id"] for row in placed(pl.concat([both, third])).values()} == {A}


def test_other_thresholds_can_be_chosen_from_the_same_edges() -> None:
    rows = with_edges(documents([Row(A, story(1)), Row(B, with_words_changed(story(1), every=20), retrieved=1)]))
    assert place(rows.lazy(), Thresholds(similarity=0.95, containment=1.1))["table"].to_list() == [
        "articles",
        "articles",
    ]
    assert place(rows.lazy(), Thresholds(similarity=0.5))["table"].to_list() == ["articles", "copies"]


def test_a_removed_document_joins_nobody() -> None:
    rows = with_edges(documents([*chain(2), Row(D, story(8))]))
    assert clusters(rows.filter(pl.col("url") != "https://n000.example/")) == set()


def test_a_version_of_the_store_is_placed_alike_ever_after() -> None:
    first = with_edges(documents(chain(4)))
    before = place(first.lazy())
    with_edges(documents([Row(A, chain(4)[0].text, published=-9)]), first)
    assert place(first.lazy()).equals(before)


@settings(max_examples=15, deadline=None)
@given(seed=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_placement(seed: object) -> None:
    rows = with_edges(documents([*chain(8), *(Row(url, story(50), published=3) for url in (A, B, C))]))
    order = list(range(len(rows)))
    seed.shuffle(order)
    assert placed(rows[order]) == placed(rows)
