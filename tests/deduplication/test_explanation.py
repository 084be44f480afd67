import polars as pl

from tasks.deduplication import place
from tasks.deduplication.explanation import Explanation, explain, shared_passages

from .stories import Row, documents, story, with_edges, with_words_changed

A, B, C = (f"https://{name}.example/story" for name in ("north", "south", "east"))


def of(name: str, frame: pl.DataFrame) -> Explanation | None:
    return explain(name, frame.lazy(), place(frame.lazy()).lazy())


def three() -> pl.DataFrame:
    edited = with_words_changed(story(1), every=40)
    return with_edges(
        documents(
            [Row(A, story(1)), Row(B, edited, retrieved=1), Row(B, edited + " More.", retrieved=2), Row(C, story(2))]
        )
    )


def test_a_page_is_found_by_url_and_by_ids() -> None:
    frame = three()
    article, document = frame.filter(pl.col("url") == A).select("article_id", "document_id").row(0)
    for name in (A, f"{A}?utm_source=feed", article, document):
        found = of(name, frame)
        assert found is not None
        assert found.document.url == A


def test_a_page_that_is_not_there_has_no_explanation() -> None:
    assert of("https://nowhere.example/", three()) is None


def test_the_newest_revision_is_explained_with_its_earlier_ones() -> None:
    found = of(B, three())
    assert found is not None
    assert [(one.revision, one.table) for one in found.revisions] == [(1, "revisions"), (2, "copies")]
    assert found.document == found.revisions[1]
    assert found.text.endswith(" More.")


def test_the_cluster_names_its_leader_first() -> None:
    found = of(B, three())
    assert found is not None
    assert [(one.url, one.table) for one in found.cluster] == [(A, "articles"), (B, "copies")]


def test_a_match_has_its_scores_and_the_passages() -> None:
    found = of(B, three())
    assert found is not None
    (match,) = found.matches
    assert (match.other.url, match.match) == (A, "near")
    passage = match.passages[0]
    assert found.text[passage.start : passage.end] == match.text_of_other[passage.start_of_other : passage.end_of_other]


def test_the_earlier_document_is_explained_by_the_edges_of_the_later() -> None:
    found = of(A, three())
    assert found is not None
    assert [(match.other.url, match.other.revision) for match in found.matches] == [(B, 1), (B, 2)]
    back = of(B, three())
    assert back is not None
    assert found.matches[1].containment == back.matches[0].containment_of_other


def test_passages_are_the_common_runs_of_words() -> None:
    one = "Today, the harbour reopened on Monday. Nobody was hurt."
    other = "THE HARBOUR reopened — on Monday; somebody was hurt"
    (passage,) = shared_passages(one, other, least_words=3)
    assert one[passage.start : passage.end] == "the harbour reopened on Monday"
    assert other[passage.start_of_other : passage.end_of_other] == "THE HARBOUR reopened — on Monday"
    assert passage.words == 5


def test_passages_may_stand_in_another_order() -> None:
    first, second = story(1, 2), story(2, 2)
    runs = shared_passages(f"{first} {second}", f"{second} {first}")
    assert [run.start_of_other > run.start for run in runs] == [True, False]


def test_in_scripts_without_spaces_characters_are_words() -> None:
    (passage,) = shared_passages("昨天港口周一重新开放了", "报道：港口周一重新开放。", least_words=5)
    assert passage.words == 8


def test_a_text_of_one_repeated_word_is_no_trap() -> None:
    assert [run.words for run in shared_passages("no " * 3000, "no " * 2000)] == [2000, 1000]


def test_texts_without_a_common_run_share_no_passage() -> None:
    assert shared_passages(story(1), story(2)) == ()
    assert shared_passages("", "") == ()
