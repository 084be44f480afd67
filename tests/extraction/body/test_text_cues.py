"""Phrases of many languages that tell what a short text is for."""

import pytest

from tasks.extraction.body.class_cues import CLASS_BIT, class_bits
from tasks.extraction.body.text_cues import TEXT_BIT, text_bits


def said(text: str) -> set[str]:
    return {name for name, bit in TEXT_BIT.items() if text_bits(text) & bit}


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Read more: the harbour opens", "related"),
        ("Lesen Sie auch: Der Hafen öffnet", "related"),
        ("Lire aussi : le port rouvre", "related"),
        ("関連記事 港が開く", "related"),
        ("Читайте также: порт открыт", "related"),
        ("Sign up for our newsletter", "signup"),
        ("Photo: A. Example", "credit"),
        ("By Jane Example", "byline"),
        ("© 2022 Example", "rights"),
        ("Leave a comment", "comments"),
        ("3 February 2022", "date"),
        ("12:30", "date"),
        ("Advertisement", "ad"),
        ("This site uses cookies", "consent"),
        ("Tags: harbour, ships", "tags"),
    ],
)
def test_a_phrase_carries_its_cue(text: str, cue: str) -> None:
    assert cue in said(text)


def test_plain_prose_carries_none() -> None:
    assert said("The harbour was closed for a week, and the ships went north where the ice had gone.") == set()


def test_a_phrase_counts_only_where_a_word_begins() -> None:
    assert "ad" not in said("He readvertised nothing")
    assert "byline" not in said("The house stood by the sea")


def names(classes: str) -> set[str]:
    return {name for name, bit in CLASS_BIT.items() if class_bits(classes) & bit}


@pytest.mark.parametrize(
    ("classes", "cue"),
    [
        ("articleBody__content", "body"),
        ("entry-content", "body"),
        ("related-posts", "related"),
        ("ReadMore", "related"),
        ("c-newsletter-box", "signup"),
        ("wp-caption-text", "caption"),
        ("CommentList", "comment"),
        ("col-md-4 sidebar", "aside"),
        ("author_bio", "author"),
        ("FAQSection", "reference"),
    ],
)
def test_class_words_are_found_however_they_are_joined(classes: str, cue: str) -> None:
    assert cue in names(classes)


def test_words_inside_other_words_say_nothing() -> None:
    assert names("shadow bigtop unrelatedness") == set()
