from tasks.extraction.fields.declared import fill_declared
from tasks.record import Author, Record


def test_what_the_page_says_stays() -> None:
    record = Record(headline="The page's own", field_sources={"headline": "json-ld"})
    filled = fill_declared(record, {"headline": "The sidecar's"})
    assert filled.headline == "The page's own"
    assert filled.field_sources == {"headline": "json-ld"}


def test_what_it_does_not_say_is_taken_from_the_input() -> None:
    filled = fill_declared(
        Record(),
        {"language_declared": "en", "license": "CC0-1.0", "authors": "Ada Marlow", "keywords": ["sea", "port"]},
    )
    assert (filled.language_declared, filled.license) == ("en", "CC0-1.0")
    assert filled.authors == [Author("Ada Marlow")]
    assert filled.keywords == ["sea", "port"]
    assert set(filled.field_sources.values()) == {"declared"}


def test_names_of_no_field_are_passed_over() -> None:
    assert fill_declared(Record(), {"etag": "abc", "text": "not from here"}) == Record()
