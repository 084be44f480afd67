import hashlib
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.normalisation import EXTRACTED, Normalised, normalise, records_frame
from tasks.record import Author, Image, Publisher, Record
from tasks.schema import Documents, Rejects
from tests.normalisation.records import SHA, TEXT, URL, Row, kept, normalised, row


def test_a_record_becomes_a_row_of_the_dataset() -> None:
    one = kept(
        row(
            headline="Harbour reopens",
            description="Ships &amp; storms",
            section=" News ",
            page_type="article",
            license="https://creativecommons.org/licenses/by/4.0/",
            copyright_year=2022,
            is_accessible_for_free=True,
        )
    )
    assert one["headline"] == "Harbour reopens"
    assert one["description"] == "Ships & storms"
    assert one["section"] == "News"
    assert one["text"] == TEXT
    assert one["word_count"] == 27
    assert (one["url"], one["canonical_url"]) == (URL, URL)
    assert (one["host"], one["domain"], one["source"]) == ("www.example.com", "example.com", "example-news")
    assert (one["copyright_year"], one["is_accessible_for_free"]) == (2022, True)
    assert one["retrieved_at"] == datetime(2022, 2, 3, 6, tzinfo=UTC)
    assert one["ingested_at"] == datetime(2022, 2, 4, 2, tzinfo=UTC)
    assert (one["run_id"], one["extractor"]) == ("20220204T020000Z-5f3a9c", "broadsheet 0.1.0")
    assert (one["input"], one["record_offset"], one["record_id"]) == ("pages.warc.gz", 48213, "<urn:uuid:1>")
    assert one["payload_sha256"] == SHA
    assert (one["authors"], one["keywords"], one["images"], one["publisher"]) == ([], [], [], None)


def test_the_frames_have_the_columns_and_types_of_the_schema() -> None:
    documents, rejects = normalised(row(), row(text=""))
    assert documents.columns == [name for name in Documents.column_names() if name in documents.columns]
    assert set(documents.columns) == set(Normalised.column_names())
    assert all(documents.schema[name] == pl.Schema(Documents)[name] for name in documents.columns)
    assert rejects.schema == pl.Schema(Rejects)
    Rejects.validate(rejects)


def test_a_frame_without_rows_gives_frames_without_rows() -> None:
    documents, rejects = normalised()
    full, full_rejects = normalised(row(), row(text=""))
    assert (len(documents), len(rejects)) == (0, 0)
    assert (documents.schema, rejects.schema) == (full.schema, full_rejects.schema)


@pytest.mark.parametrize(
    ("page", "reason", "detail"),
    [
        (row("ftp://example.com/a"), "invalid_url", "ftp://example.com/a"),
        (row("nowhere", text=None), "invalid_url", "nowhere"),
        (row(text=None), "no_text", None),
        (row(text=" \u200b&nbsp;\n"), "no_text", None),
        (row(page_type="poem"), "invalid_row", "page_type|regex"),
        (row(payload_sha256="0"), "invalid_row", "payload_sha256|regex"),
        (row(payload_sha256="0", page_type="poem"), "invalid_row", "page_type|regex, payload_sha256|regex"),
    ],
)
def test_what_cannot_be_a_row_is_a_reject_with_its_reason(page: Row, reason: str, detail: str | None) -> None:
    documents, rejects = normalised(row(), page)
    assert len(documents) == 1
    reject = rejects.row(0, named=True)
    assert (reject["stage"], reject["reason"], reject["detail"]) == ("normalise", reason, detail)
    assert (reject["url"], reject["input"], reject["record_offset"]) == (page[0].url, "pages.warc.gz", 48213)
    Rejects.validate(rejects)


def test_rows_and_rejects_keep_their_order() -> None:
    pages = [row(f"https://example.com/{number}", text=None if number % 3 else TEXT) for number in range(9)]
    pages[7] = row("https://example.com/7", page_type="poem")
    documents, rejects = normalised(*pages, row("nowhere"))
    assert [url[-1] for url in documents["url"]] == ["0", "3", "6"]
    assert [url[-1] for url in rejects["url"]] == ["1", "2", "4", "5", "7", "8", "e"]


def test_a_page_that_is_in_a_batch_twice_stays_twice() -> None:
    documents, _ = normalised(row(), row())
    assert documents["document_id"].n_unique() == 1
    assert len(documents) == 2


def test_a_declared_canonical_url_names_the_article() -> None:
    page = row(
        "https://m.example.com/news/harbour-reopens?utm_source=feed",
        canonical_url="//www.example.com/news/harbour-reopens",
        field_sources={"canonical_url": "meta"},
    )
    one = kept(page)
    assert (one["canonical_url"], one["host"]) == (URL, "www.example.com")
    assert {"field": "canonical_url", "source": "meta"} in one["field_sources"]


def test_alternative_headlines_say_something_else_than_the_headline() -> None:
    one = kept(
        row(
            headline="Harbour reopens",
            alternative_headlines=["HARBOUR REOPENS!", "Ships return", "ships  return", "", "<b>Storm</b> over"],
        )
    )
    assert one["alternative_headlines"] == ["Ships return", "Storm over"]


def test_without_a_headline_the_alternatives_stay() -> None:
    one = kept(row(alternative_headlines=["Ships return"]))
    assert (one["headline"], one["alternative_headlines"]) == (None, ["Ships return"])


def test_keywords_are_split_and_each_is_there_once() -> None:
    assert kept(row(keywords=["harbour, storms", "Harbour", "", "R&amp;D"]))["keywords"] == ["harbour", "storms", "R&D"]


def test_authors_are_names_and_their_details_stand_in_the_same_order() -> None:
    one = kept(
        row(
            authors=[
                Author("By Ada Marlow and Jun Sato", url="/desk"),
                Author("Lena Ford", type="Person", url="/lena", image_url="data:image/png;base64,AA"),
                Author("ADA MARLOW", url="https://example.org/ada"),
            ]
        )
    )
    assert one["authors"] == ["Ada Marlow", "Jun Sato", "Lena Ford"]
    assert [details["name"] for details in one["author_details"]] == one["authors"]
    assert [details["url"] for details in one["author_details"]] == [
        "https://example.org/ada",
        None,
        "https://www.example.com/lena",
    ]
    assert one["author_details"][2]["image_url"] is None


def test_dates_are_instants_with_what_was_known_of_them() -> None:
    one = kept(row(published_raw="2022-02-02T19:14+0100", modified_raw="2022-02-01"))
    assert one["published_at"] == datetime(2022, 2, 2, 18, 14, tzinfo=UTC)
    assert (one["published_raw"], one["published_precision"]) == ("2022-02-02T19:14+0100", "minute")
    assert one["published_zone"] == "+01:00"
    assert one["modified_at"] == datetime(2022, 2, 1, tzinfo=UTC)  # earlier than published: as the page says
    assert (one["modified_precision"], one["modified_zone"]) == ("day", None)


def test_a_date_that_says_nothing_is_kept_as_it_was_found() -> None:
    one = kept(row(published_raw="last week", field_sources={"published_raw": "html"}))
    assert (one["published_raw"], one["published_at"], one["published_precision"]) == ("last week", None, None)
    assert "published_at" not in [entry["field"] for entry in one["field_sources"]]


def test_the_page_s_language_says_how_a_date_is_read() -> None:
    assert kept(row(published_raw="03/01/2021", language_declared="en-GB"))["published_at"].month == 1
    assert kept(row(published_raw="03/01/2021", language_declared="en-US"))["published_at"].month == 3


def test_images_are_absolute_and_each_is_there_once() -> None:
    one = kept(
        row(
            images=[
                Image("/a.jpg", 192, 108, caption="Ships &amp; <b>sea</b>", credit=""),
                Image("https://www.example.com/a.jpg", 192, 108),
                Image("//cdn.example.org/b.jpg", 0, 10**9),
                Image("data:image/gif;base64,R0lG"),
            ]
        )
    )
    assert one["images"] == [
        {
            "url": "https://www.example.com/a.jpg",
            "width": 192,
            "height": 108,
            "caption": "Ships & sea",
            "credit": None,
        },
        {"url": "https://cdn.example.org/b.jpg", "width": None, "height": None, "caption": None, "credit": None},
    ]


def test_a_publisher_is_clean_and_null_where_nothing_is_left() -> None:
    one = kept(row(publisher=Publisher(name=" Example\nNews", url="/", email="mailto:desk@example.com", telephone="")))
    assert one["publisher"] == {
        "name": "Example News",
        "legal_name": None,
        "url": "https://www.example.com/",
        "logo_url": None,
        "email": "desk@example.com",
        "telephone": None,
    }
    assert kept(row(publisher=Publisher(name=" ", url="javascript:void(0)")))["publisher"] is None


@pytest.mark.parametrize(("declared", "year"), [(2022, 2022), (20222, None), (22, None), (10**12, None), (None, None)])
def test_a_copyright_year_is_a_year(declared: int | None, year: int | None) -> None:
    assert kept(row(copyright_year=declared))["copyright_year"] == year


def test_only_filled_fields_have_a_source() -> None:
    one = kept(
        row(
            headline="Harbour reopens",
            description=" ",
            published_raw="2022-02-02",
            authors=[Author("Ada Marlow")],
            field_sources={
                "headline": "json-ld", "description": "meta", "text": "trafilatura", "authors": "html",
                "published_raw": "opengraph", "keywords": "meta", "images": "json-ld",
            },
        )
    )  # fmt: skip
    assert one["field_sources"] == [
        {"field": "canonical_url", "source": "url"},
        {"field": "headline", "source": "json-ld"},
        {"field": "text", "source": "trafilatura"},
        {"field": "language", "source": "detected"},
        {"field": "authors", "source": "html"},
        {"field": "published_at", "source": "opengraph"},
    ]


strings = st.sampled_from(
    ["", " ", "Harbour reopens", "cafÃ©", "&amp;amp;", "<b>", "\ud800", "\x00", "2022-02-02", "By Ada", "a, b", "en"]
) | st.text(max_size=12)
maybe = st.none() | strings
records = st.builds(
    Record,
    headline=maybe,
    alternative_headlines=st.lists(strings, max_size=3),
    description=maybe,
    text=maybe,
    language_declared=maybe,
    section=maybe,
    keywords=st.lists(strings, max_size=3),
    article_type=maybe,
    page_type=st.sampled_from(["article", "listing", "poem"]),
    authors=st.lists(st.builds(Author, strings, maybe, maybe, maybe), max_size=3),
    published_raw=maybe,
    modified_raw=maybe,
    canonical_url=maybe,
    images=st.lists(st.builds(Image, strings, st.none() | st.integers(), st.none() | st.integers(), maybe), max_size=3),
    publisher=st.none() | st.builds(Publisher, maybe, maybe, maybe, maybe, maybe, maybe),
    copyright_year=st.none() | st.integers(),
    license=maybe,
    field_sources=st.dictionaries(st.sampled_from(["headline", "text", "authors"]), st.sampled_from(["meta", "html"])),
)
pages = st.builds(
    lambda url, record: (row(url)[0], record, hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()),
    st.sampled_from([URL, "https://example.com/", "nowhere"]) | strings,
    records,
)


@settings(deadline=None, max_examples=25)
@given(st.lists(pages, max_size=3))
def test_whatever_extraction_hands_over_nothing_is_lost_and_batches_do_not_matter(rows: list[Row]) -> None:
    documents, rejects = normalised(*rows)
    assert len(documents) + len(rejects) == len(rows)
    parts = [normalised(one) for one in rows]
    assert documents.equals(pl.concat([normalised()[0], *(part for part, _ in parts)]))
    assert rejects.equals(pl.concat([normalised()[1], *(part for _, part in parts)]))


@settings(deadline=None, max_examples=25)
@given(st.lists(pages, max_size=3))
def test_normalising_what_is_normal_changes_nothing(rows: list[Row]) -> None:
    once, _ = normalised(*rows)
    again, rejects = normalise(
        once.with_columns(
            pl.col("author_details").alias("authors"),
            pl.lit(None, EXTRACTED["field_sources"]).alias("field_sources"),
            pl.lit(None, pl.String).alias("page_type_evidence"),
        ).select(EXTRACTED.names()),
        source="example-news",
        run_id="20220204T020000Z-5f3a9c",
        ingested_at=datetime(2022, 2, 4, 2, tzinfo=UTC),
        extractor="broadsheet 0.1.0",
    )
    assert len(rejects) == 0
    # A name, a date and a keyword are split by rules that are not this stage's; declared sources are gone.
    others = ["authors", "author_details", "keywords", "field_sources"]
    assert again.drop(others).equals(once.drop(others))


def test_a_lazy_frame_is_as_good() -> None:
    frame = records_frame([row()])
    words = {"source": None, "run_id": "r", "ingested_at": datetime(2022, 2, 4, tzinfo=UTC), "extractor": "e"}
    assert normalise(frame.lazy(), **words)[0].equals(normalise(frame, **words)[0])
