import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplication.shingles import CHUNK_BYTES, shingle_sets

from .stories import story


def sets_of(*texts: str | None) -> list[list[int]]:
    return [
        sets[document].tolist()
        for sets in shingle_sets(pl.Series(texts, dtype=pl.String))
        for document in range(len(sets))
    ]


def test_the_hashes_of_a_known_text_never_change() -> None:
    assert sets_of("The harbour reopened on Monday.") == [[51753364, 549817246, 4189821679]]
    assert sets_of("港口周一重新开放。") == [[1178594711, 2555748014, 3079147259, 4183152530]]
    assert sets_of("ท่าเรือเปิด") == [[21886386, 365904202, 2523271001, 3764504381]]


MASK = 2**64 - 1


def plain_word(word: bytes) -> int:
    """The hash of a word, written as the definition reads."""
    value = len(word) * 0x9E3779B97F4A7C15 & MASK
    for at in range(0, min(len(word), 64), 8):
        eight = int.from_bytes(word[at : at + 8], "little")
        value = (value ^ eight) * 0x9E3779B97F4A7C15 & MASK
        value ^= value >> 32
    return value


def plain_shingles(text: str) -> list[int]:
    """The shingles of an ASCII text, written as the definition reads."""
    words = [plain_word(word.encode()) for word in re.findall("[a-z0-9]+", text.lower())]
    found = set()
    for one, two, three in zip(words, words[1:], words[2:], strict=False):
        value = (one * 0xC2B2AE3D27D4EB4F + two * 0x165667B19E3779F9 + three * 0xD6E8FEB86659FD93) & MASK
        value = (value ^ (value >> 31)) * 0xBF58476D1CE4E5B9 & MASK
        found.add(value >> 32)
    return sorted(found)


@settings(deadline=None)
@given(st.text(alphabet="abcXYZ019 .,'-\n", max_size=300))
def test_the_kernel_does_what_the_definition_says(text: str) -> None:
    assert sets_of(text) == [plain_shingles(text)]


def test_a_story_has_the_shingles_of_the_definition() -> None:
    assert sets_of(story(4)) == [plain_shingles(story(4))]


def test_three_words_make_a_shingle() -> None:
    found = sets_of("", "one", "one two", "one two three", "one two three four")
    assert [len(shingles) for shingles in found] == [0, 0, 0, 1, 2]


def test_a_null_is_an_empty_text() -> None:
    assert sets_of(None, "one two three", None) == [[], *sets_of("one two three"), []]


def test_case_punctuation_and_white_space_make_no_difference() -> None:
    assert sets_of("Ada's ferry — “late”, again…\n\nNo word?") == sets_of("ada’s FERRY late again no word")


def test_a_repeated_shingle_counts_once() -> None:
    assert len(sets_of("to be or to be or to be or")[0]) == 3


def test_words_do_not_reach_into_the_next_document() -> None:
    assert sets_of("one two three four", "five six", "", "seven eight nine") == [
        *sets_of("one two three four"),
        [],
        [],
        *sets_of("seven eight nine"),
    ]


def test_words_longer_than_eight_bytes_differ_by_their_later_letters() -> None:
    assert sets_of("a reconsideration b") != sets_of("a reconsiderations b")
    assert sets_of("a reconsideration b") != sets_of("a reconsideratiom b")


def test_no_two_short_words_are_taken_for_one_long_word() -> None:
    assert len({tuple(one) for one in sets_of("ab c d", "a bc d", "abc d", "a b cd e", "a b c d")}) == 5


def test_a_word_is_told_by_its_first_64_bytes_and_its_length() -> None:
    long = "x" * 64
    assert sets_of(f"a {long}y b") == sets_of(f"a {long}z b")
    assert sets_of(f"a {long}y b") != sets_of(f"a {long}yy b")


def test_scripts_without_spaces_are_cut_into_characters() -> None:
    chinese, japanese, thai = sets_of("港口周一重新开放，三艘船", "港は月曜日に再開した。", "ท่าเรือเปิดอีกครั้ง")
    assert (len(chinese), len(japanese), len(thai)) == (7, 6, 12)


def test_a_latin_name_in_a_chinese_text_is_part_of_its_characters() -> None:
    assert sets_of("港口周一重新开放Ada三艘船") == sets_of("港口周一重新开放 ADA 三艘船")


def test_scripts_with_spaces_are_cut_into_words() -> None:
    texts = (
        "Гавань снова открыта в понедельник",
        "항구가 월요일 다시 열렸다",
        "बंदरगाह सोमवार को फिर खुला।",
        "أعيد فتح الميناء يوم الاثنين؟",
    )
    assert [len(shingles) for shingles in sets_of(*texts)] == [3, 2, 3, 3]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab Ⅷ.é港ส\n", max_size=40), max_size=8))
def test_a_text_has_the_same_shingles_alone_and_in_a_batch(texts: list[str]) -> None:
    assert sets_of(*texts) == [sets_of(text)[0] for text in texts]


@settings(deadline=None)
@given(st.text())
def test_no_text_is_refused(text: str) -> None:
    assert len(sets_of(text)) == 1


def test_texts_larger_than_a_pass_of_the_kernel_are_whole() -> None:
    large = story(1, sentences=9000)
    assert len(large) > CHUNK_BYTES
    assert sets_of(story(2), large, story(3)) == [sets_of(story(2))[0], sets_of(large)[0], sets_of(story(3))[0]]


def test_the_head_of_a_text_is_its_first_hundred_shingles() -> None:
    (whole,) = shingle_sets(pl.Series([story(1)]))
    (sets,) = shingle_sets(pl.Series(["one two three four", story(1), ""]))
    assert sets.head_offsets.tolist() == [0, 2, 102, 102]
    assert sets.heads[2:].tolist() == whole.heads.tolist()
    assert set(whole.heads.tolist()) <= set(whole[0].tolist())
