from tasks.normalisation import EXTRACTED, records_frame
from tasks.record import Author, Image, Publisher
from tests.normalisation.records import SHA, TEXT, URL, row


def test_a_record_becomes_a_row_of_the_extracted_frame() -> None:
    frame = records_frame([row(headline="Harbour reopens", authors=[Author("Ada Marlow", url="/ada")])])
    assert frame.schema == EXTRACTED
    only = frame.row(0, named=True)
    assert (only["url"], only["record_offset"], only["payload_sha256"]) == (URL, 48213, SHA)
    assert (only["headline"], only["text"]) == ("Harbour reopens", TEXT)
    assert only["authors"] == [{"name": "Ada Marlow", "type": None, "url": "/ada", "image_url": None}]
    assert only["publisher"] is None


def test_no_records_are_a_frame_without_rows() -> None:
    assert records_frame([]).schema == EXTRACTED


def test_numbers_that_no_column_holds_are_null() -> None:
    frame = records_frame([row(copyright_year=10**30, images=[Image("/a.jpg", width=10**12, height=3)])])
    only = frame.row(0, named=True)
    assert only["copyright_year"] is None
    assert (only["images"][0]["width"], only["images"][0]["height"]) == (None, 3)


def test_lone_surrogates_do_not_stop_a_batch() -> None:
    frame = records_frame(
        [
            row(headline="a\ud83db", keywords=["\udc00"], publisher=Publisher(name="\ud800")),
            row(headline="\ud83d\ude00"),
        ]
    )
    assert frame["headline"].to_list() == ["a\ufffdb", "😀"]
    assert frame["keywords"].to_list() == [["\ufffd"], []]
    assert frame["publisher"][0]["name"] == "\ufffd"
