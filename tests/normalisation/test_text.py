import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalisation.text import _MAY_NEED_NFC, clean_lines, clean_paragraphs, where, word_count

PIECES = [
    "a", "B", "é", "e\u0301", "\u0301", " ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2028", "\u2029",
    "\u0085", "\x00", "\x0b", "\u00ad", "\u200b", "\u200c", "\u200d", "\ufeff", "\u202e", "&amp;", "&", "am",
    "p;", "nbsp;", "&shy;", "&lt;", "&gt;", "b&gt;", "<b>", "</p>", "<", ">", "Ã©", "Ã", "©", "â€™", "â€",
    "\x9d", "Â\u00a0", "ÃƒÂ©", "ی", "\u0915\u094d", "👩", "💻", "漢", "Å", "한",
]  # fmt: skip
messy = st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=15).map("".join)
messy_texts = st.lists(messy | st.none(), min_size=1, max_size=6)


def paragraphs(text: str) -> str | None:
    return clean_paragraphs(pl.Series([text]))[0]


def line(text: str) -> str | None:
    return clean_lines(pl.Series([text]))[0]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("One.\n still one.\n\n\n\nTwo.  Two. ", "One.\nstill one.\n\nTwo. Two."),
        (" \n\n One.\r\n \r\nTwo.\n\n", "One.\n\nTwo."),
        ("One.\u2029Two.\u2028still two.", "One.\n\nTwo.\nstill two."),
        ("One.\n\u200b\nTwo.", "One.\n\nTwo."),
        ("10\u00a0000\u202f€\tnow", "10 000 € now"),
    ],
)
def test_paragraphs_have_one_blank_line_between_and_keep_their_own_line_breaks(text: str, clean: str) -> None:
    assert paragraphs(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("cafe\u0301", "café"),
        ("har\u00adbour", "harbour"),
        ("\ufeffStart", "Start"),
        ("zero\u200bwidth", "zerowidth"),
        ("a\x00b\x07c", "abc"),
        ("\u202bright\u202c", "right"),
        ("\uff21\ufb01", "\uff21\ufb01"),
    ],
)
def test_characters_that_nobody_sees_go_and_the_others_stay(text: str, clean: str) -> None:
    assert paragraphs(text) == clean


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क\u094d\u200dष", "👩\u200d💻", "❤\ufe0f\u200d🔥"])
def test_joiners_stay_where_they_are_spelling(text: str) -> None:
    assert paragraphs(text) == text


def test_joiners_go_where_they_are_noise() -> None:
    assert paragraphs("\u200dhar\u200cbour\u200d\u200c") == "harbour"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("The cafÃ© on RÃ©publique", "The café on République"),
        ("R&amp;D isn&#39;t &quot;it&quot;", 'R&D isn\'t "it"'),
        ("&am\u00adp;amp;", "&"),
        ("Ã\u200b©tat", "état"),
    ],
)
def test_what_decoding_and_escaping_broke_is_repaired(text: str, clean: str) -> None:
    assert paragraphs(text) == clean


def test_the_text_keeps_its_angle_brackets_and_a_line_loses_its_tags() -> None:
    assert paragraphs("if a &lt;b&gt; c") == "if a <b> c"
    assert line("A &lt;b&gt;bold&lt;/b&gt; <i>line</i>\nin two<br>parts") == "A bold line in two parts"


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\u00ad", "&nbsp;", "\x00"])
def test_where_nothing_is_left_there_is_null(text: str) -> None:
    assert paragraphs(text) is None
    assert line(text) is None


def test_nulls_stay_null() -> None:
    assert clean_paragraphs(pl.Series([None, "a"], dtype=pl.String)).to_list() == [None, "a"]


@given(messy_texts)
def test_cleaning_twice_changes_nothing(texts: list[str | None]) -> None:
    for clean in (clean_paragraphs, clean_lines):
        once = clean(pl.Series(texts, dtype=pl.String))
        assert clean(once).to_list() == once.to_list()


@given(messy_texts)
def test_a_text_s_neighbours_do_not_change_it(texts: list[str | None]) -> None:
    for clean in (clean_paragraphs, clean_lines):
        together = clean(pl.Series(texts, dtype=pl.String)).to_list()
        assert together == [clean(pl.Series([text], dtype=pl.String))[0] for text in texts]


@given(messy)
def test_clean_text_has_its_form(text: str) -> None:
    clean = paragraphs(text) or ""
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip()
    for paragraph in clean.split("\n\n"):
        for line_of_it in paragraph.split("\n"):
            assert line_of_it == " ".join(line_of_it.split())


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_only_text_that_is_in_nfc_goes_without_normalising(text: str) -> None:
    if not pl.Series([text]).str.contains(_MAY_NEED_NFC)[0]:
        assert unicodedata.is_normalized("NFC", text)


def test_no_character_outside_the_pattern_can_change_in_nfc() -> None:
    characters = pl.Series([chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000])
    inert = "".join(characters.filter(~characters.str.contains(_MAY_NEED_NFC)))
    assert len(inert) > 20_000
    # Neither alone nor after any other: no such character combines with what stands before it.
    assert unicodedata.is_normalized("NFC", inert)
    assert not any(unicodedata.combining(character) for character in inert)


@pytest.mark.parametrize(
    ("text", "words"),
    [("Two ships.", 2), ("In 2022, 3 ships", 4), ("don’t", 2), ("", 0), ("— …", 0), ("漢字かな", 4), ("データ 2件", 5),
     ("สวัสดี", 4), ("한국어 기사", 2), ("नमस्ते दुनिया", 2), ("naïve e\u0301te\u0301", 2)],
)  # fmt: skip
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    assert pl.DataFrame({"text": [text]}).select(word_count("text")).item() == words


def test_a_change_touches_only_the_strings_with_the_pattern() -> None:
    changed = where(pl.Series(["a", None, "b"]), "a", lambda some: some.str.to_uppercase())
    assert changed.to_list() == ["A", None, "b"]
