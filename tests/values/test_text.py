import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.values.text import repair_mojibake, strip_tags, unescape

# Letters and signs as each orthography puts them next to each other, capitals and tight quotes included.
ALPHABETS = {
    "Portuguese": "ABCÁÂÃÀÇÉÊÍÓÔÕÚabcáâãàçéêíóôõú «»“”‘’…–—,.!?\u00a020",
    "French": "ABCÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸabcàâæçéèêëîïôœùûü «»“”‘’…–—€,.!?\u00a0\u202f20",
    "German": "ABCÄÖÜẞabcäöüß „“”‚‘»«›‹…–—€§%,.!?\u00a020",
    "Swedish": "ABCÅÄÖabcåäö ”’»…–—€§%,.!?\u00a020",
    "Icelandic": "ABCÁÐÉÍÓÚÝÞÆÖabcáðéíóúýþæö „“‚‘…–—,.!?\u00a020",
    "Spanish": "ABCÁÉÍÑÓÚÜabcáéíñóúü ¿¡«»“”‘’…–—ºª€,.!?\u00a020",
    "Romanian": "ABCĂÂÎȘȚabcăâîșț „”«»…–—,.!?\u00a020",
    "Vietnamese": "ABCÂĂĐÊÔƠƯabcâăđêôơưạảấầẩẫậắ “”‘’…–—,.!?\u00a020",
    "Czech": "ABCÁČĎÉĚÍŇÓŘŠŤÚŮÝŽabcáčďéěíňóřšťúůýž „“‚‘»«…–—,.!?\u00a020",
    "Russian": "АБВГДЕЖЗабвгдежз «»„“…–—№,.!?\u00a020",
    "English": "ABCabc “”‘’…–—£€©®™°½,.!?'\u00a020",
    "Japanese": "漢字かなカナ「」、。…―ー・A 1",
}
good_text = st.sampled_from(sorted(ALPHABETS)).flatmap(lambda name: st.text(ALPHABETS[name], max_size=60))


def misread(text: str) -> str:
    """UTF-8 read as Windows-1252, its five undefined bytes as browsers have them."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize(
    "text",
    ["Le café est fermé.", "Größe: 5 m²", "“Don’t,” she said…", "naïve — façade", "El niño cumplió años", 
     "Žluťoučký kůň", "Привет, мир", "日本語の記事", "Price: €20 or £17", "I 😀 it", "voilà tout", "São Paulo"],
)  # fmt: skip
def test_text_that_was_misread_is_read_again(text: str) -> None:
    assert repair_mojibake(misread(text)) == text
    assert repair_mojibake(misread(misread(text))) == text


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("It’s true: the cafÃ© opened", "It’s true: the café opened"),
        ("日本 and â€œquotedâ€\x9d words", "日本 and “quoted” words"),
        ("one.Â Two", "one. Two"),
        ("日本: " + misread("Москва"), "日本: Москва"),
        ("citt\u00c3 eterna", "città eterna"),
        ("naïve: \u00e2\x98\x85\u00e2\x98\x85 5.0", "naïve: ★★ 5.0"),
    ],
)
def test_a_misread_piece_of_good_text_is_repaired_alone(text: str, repaired: str) -> None:
    assert repair_mojibake(text) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "AMANHÃ”",
        "«IRMÃ»",
        "AMANHÃ…",
        "CAFÉ»",
        "É…",
        "Ñ…",
        "é…»",
        "DÂ»",
        "Ã©",
        "¿Qué? «Sí»",
        "CÔTÉ–COUR",
        "20 °C",
        "Ä…",
        "naïve",
    ],
)
def test_good_text_that_would_decode_stays(text: str) -> None:
    assert repair_mojibake(text) == text


@given(good_text)
def test_good_text_is_never_harmed(text: str) -> None:
    # No orthography has a capital right after a small letter, a digit or a full stop, nor a euro sign after a letter.
    pairs = list(itertools.pairwise(text))
    assume(not any((a.islower() or a in "20.,!?") and b.isupper() for a, b in pairs))
    assume(not any(a.isalpha() and b == "€" for a, b in pairs))
    assert repair_mojibake(text) == text


@given(st.text() | good_text.map(misread) | good_text.map(lambda text: misread(misread(text))))
def test_a_repair_is_final(text: str) -> None:
    assert repair_mojibake(repair_mojibake(text)) == repair_mojibake(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("R&amp;D", "R&D"),
        ("a&amp;amp;nbsp;b", "a\u00a0b"),
        ("it&#39;s &#x2014; &hellip;", "it's — …"),
        ("&#38;quot;", '"'),
        ("&#150;", "–"),
        ("AT&T; Q&A; &bogus; &#0; &#xD800; &#1114112;", "AT&T; Q&A; &bogus; &#0; &#xD800; &#1114112;"),
        ("?a=1&copy=2", "?a=1&copy=2"),
    ],
)
def test_character_references_are_decoded(text: str, plain: str) -> None:
    assert unescape(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("an <em class='x'>old</em> ship", "an old ship"),
        ("one<br/>two</p><p>three", "one two  three"),
        ("a<!-- note -->b", "a b"),
        ("<a href='/x'>b</a>", "b"),
        ("x < y and y > z, I <3 it, <name@example.com>", "x < y and y > z, I <3 it, <name@example.com>"),
    ],
)
def test_tags_of_html_go_and_other_angles_stay(text: str, plain: str) -> None:
    assert strip_tags(text) == plain


@given(st.text())
def test_repairs_never_raise(text: str) -> None:
    unescape(text)
    strip_tags(text)
