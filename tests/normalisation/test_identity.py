import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalisation.identity import _MAY_CHANGE_IN_NFKC, folded, text_digest
from tests.normalisation.records import kept, row


@pytest.mark.parametrize(
    ("text", "fold"),
    [
        ("Harbour, reopens!", "harbour reopens"),
        ("  “HARBOUR”\n\nreopens…", "harbour reopens"),
        ("STRASSE straße", "strasse strasse"),
        ("ΟΔΟΣ", "οδοσ"),
        ("ﬁve ２２", "five 22"),
        ("don’t don't", "don t don t"),
        ("दुनिया", "दुनिया"),
        ("—", ""),
    ],
)
def test_texts_that_read_alike_fold_alike(text: str, fold: str) -> None:
    assert folded(pl.Series([text]))[0] == fold


@given(st.lists(st.text(max_size=20), max_size=5))
def test_folding_twice_changes_nothing(texts: list[str]) -> None:
    once = folded(pl.Series(texts, dtype=pl.String))
    assert folded(once).to_list() == once.to_list()


def test_no_character_outside_the_pattern_changes_in_nfkc() -> None:
    characters = pl.Series([chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000])
    inert = characters.filter(~characters.str.contains(_MAY_CHANGE_IN_NFKC))
    assert len(inert) > 20_000
    assert [character for character in inert if not unicodedata.is_normalized("NFKC", character)] == []


def test_the_digest_of_a_text_is_known() -> None:
    # printf 'the harbour reopened 3 ships' | sha256sum
    digest = "a6a745b19cd748fc8399885a1c014c0a00e07651f5261ff01a2eccb15c9a6a67"
    assert text_digest(pl.Series(["The harbour reopened.\n\n3 ships!", None])).to_list() == [digest, None]


def test_ids_are_known() -> None:
    one = kept(row("http://example.com/a?utm_source=feed", text="The harbour reopened.\n\n3 ships!"))
    assert one["text_sha256"] == "a6a745b19cd748fc8399885a1c014c0a00e07651f5261ff01a2eccb15c9a6a67"
    assert one["article_id"] == "6639460f-3425-5329-8097-a58f06127860"  # uuid5(NAMESPACE_URL, "https://example.com/a")
    assert one["document_id"] == "ed99d16d-ceb7-5a9b-a054-f13c92b9600a"  # uuid5(article_id, text_sha256)


def test_a_revision_is_another_document_of_the_same_article() -> None:
    first, second = kept(row(text="The harbour reopened.")), kept(row(text="The harbour is open again."))
    assert first["article_id"] == second["article_id"]
    assert first["document_id"] != second["document_id"]
