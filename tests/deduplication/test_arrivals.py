import polars as pl
import pyarrow as pa
import pytest

from tasks.deduplication import sort_out

from .stories import Row, documents, ids, story, with_words_changed

PAGE = "https://example.com/harbour"


def accepted(run: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """What is to be appended, the run given in pieces of two rows."""
    arrivals = sort_out(run.lazy(), None if known is None else known.lazy())
    pieces = [piece.to_arrow() for piece in run.iter_slices(2)]
    rows = pl.from_arrow(pa.concat_tables(arrivals.accepted(pieces)))
    assert isinstance(rows, pl.DataFrame)
    return rows


def outcomes(new: pl.DataFrame, known: pl.DataFrame | None = None) -> list[str]:
    arrivals = sort_out(new.lazy(), None if known is None else known.lazy())
    return arrivals.outcomes["outcome"].to_list()


def test_in_an_empty_store_everything_is_new() -> None:
    assert outcomes(documents([Row(PAGE, story(1)), Row("https://example.com/ferry", story(2))])) == ["new", "new"]


def test_the_same_text_at_the_same_url_is_unchanged() -> None:
    assert outcomes(documents([Row(PAGE, story(1))]), documents([Row(PAGE, story(1))])) == ["unchanged"]


def test_another_text_at_the_same_url_is_a_revision() -> None:
    assert outcomes(documents([Row(PAGE, story(2))]), documents([Row(PAGE, story(1))])) == ["revision"]


def test_a_text_that_returns_is_unchanged() -> None:
    known = documents([Row(PAGE, story(1)), Row(PAGE, story(2), retrieved=1)])
    assert outcomes(documents([Row(PAGE, story(1), retrieved=2)]), known) == ["unchanged"]


def test_within_a_run_the_page_fetched_first_is_the_new_one() -> None:
    run = documents(
        [
            Row(PAGE, story(2), retrieved=5),
            Row(PAGE, story(1), retrieved=4, record_offset=7),
            Row(PAGE, story(1), retrieved=3, record_offset=9),
        ]
    )
    assert outcomes(run) == ["revision", "unchanged", "new"]


def test_what_is_accepted_keeps_its_columns_and_its_order() -> None:
    run = documents([Row(f"https://example.com/{n}", story(n)) for n in (3, 1, 2, 1)])
    rows = accepted(run)
    assert rows.columns == run.columns
    assert rows["url"].to_list() == [f"https://example.com/{n}" for n in (3, 1, 2)]


def test_the_order_of_the_pages_changes_nothing() -> None:
    rows = [Row(PAGE, story(n % 3), retrieved=n % 2, record_offset=n, input=f"{n % 2}.warc") for n in range(8)]
    straight, turned = (sort_out(documents(order).lazy(), None) for order in (rows, rows[::-1]))
    assert straight.outcomes["outcome"].to_list() == turned.outcomes["outcome"].to_list()[::-1]


def accepted_urls(run: pl.DataFrame, known: pl.DataFrame | None = None) -> dict[str, str]:
    return dict(accepted(run, known).select("url", "canonical_url").iter_rows())


def test_a_canonical_url_that_pages_of_different_text_declare_is_not_believed() -> None:
    site = "https://news.example.com"
    run = documents([Row(f"{site}/{n}?utm_source=feed", story(n), f"{site}/top") for n in range(3)])
    assert accepted_urls(run) == {f"{site}/{n}?utm_source=feed": f"{site}/{n}" for n in range(3)}


def test_a_page_without_its_canonical_url_has_the_identity_of_its_own() -> None:
    shared = "https://example.com/top"
    run = documents(
        [Row("https://a.example.com/1", story(1), shared), Row("https://a.example.com/2", story(2), shared)]
    )
    own = documents([Row("https://a.example.com/1", story(1)), Row("https://a.example.com/2", story(2))])
    identity = ["document_id", "article_id", "canonical_url", "host", "domain"]
    assert accepted(run).select(identity).equals(own.select(identity))


def test_pages_of_similar_text_share_their_canonical_url() -> None:
    run = documents(
        [
            Row("https://example.com/harbour/print", story(1), PAGE),
            Row("https://example.com/harbour?page=all", with_words_changed(story(1), every=50), PAGE),
        ]
    )
    assert set(accepted_urls(run).values()) == {PAGE}


def test_the_page_at_the_canonical_url_itself_keeps_it() -> None:
    run = documents([Row(PAGE, story(1)), Row("https://example.com/ferry", story(2), PAGE)])
    assert accepted_urls(run) == {PAGE: PAGE, "https://example.com/ferry": "https://example.com/ferry"}


def test_a_canonical_url_is_not_believed_against_the_store() -> None:
    known = documents([Row(PAGE, story(1))])
    run = documents([Row("https://example.com/ferry", story(2), PAGE)])
    assert accepted_urls(run, known) == {"https://example.com/ferry": "https://example.com/ferry"}
    assert outcomes(run, known) == ["new"]


def test_a_page_that_changed_a_lot_is_still_a_revision_of_its_canonical_url() -> None:
    known = documents([Row(f"{PAGE}?page=all", story(1), PAGE)])
    assert outcomes(documents([Row(f"{PAGE}?page=all", story(2), PAGE)]), known) == ["revision"]


def test_a_short_text_says_nothing_against_a_canonical_url() -> None:
    run = documents([Row(f"{PAGE}/1", "Ferry late.", PAGE), Row(f"{PAGE}/2", "Ferry on time.", PAGE)])
    assert set(accepted_urls(run).values()) == {PAGE}


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_however_pages_are_grouped_the_same_are_accepted(cut: int) -> None:
    run = documents([Row(f"https://example.com/{n % 5}", story(n % 7), record_offset=n) for n in range(12)])
    parts = [run.slice(first, cut) for first in range(0, len(run), cut)]
    assert ids(accepted(pl.concat(parts))) == ids(accepted(run))
