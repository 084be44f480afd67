import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tasks.normalisation.detection import detect
from tests.normalisation.records import kept, row

ENGLISH = "The harbour reopened on Monday, three days after the storm that closed it for the first time in years."
FRENCH = (
    "Le port a rouvert lundi, trois jours après la tempête qui l'avait fermé pour la première fois depuis des années."
)
PORTUGUESE = "O porto reabriu na segunda-feira, três dias depois da tempestade que o fechou pela primeira vez em anos."
NORWEGIAN = "Havnen åpnet igjen på mandag, tre dager etter stormen som stengte den for første gang på mange år."
SAMPLES = [
    ENGLISH, FRENCH, PORTUGUESE, "Der Hafen ist seit Montag wieder offen.", "Порт снова открылся в понедельник.",
    "港は月曜日に再開した。", "أعيد فتح الميناء يوم الاثنين.", "항구가 월요일에 다시 열렸다.",
    "HARBOUR OPEN", "", "1234", "\x00",
]  # fmt: skip


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def test_a_batch_gets_the_answers_of_py3langid(identifier: LanguageIdentifier) -> None:
    for text, guess in zip(SAMPLES, detect(SAMPLES), strict=True):
        language, probability = identifier.classify(text)
        if guess.language is None:
            assert probability < 0.02  # py3langid then names the first of its languages
        else:
            assert guess.language == language
            assert guess.probability == pytest.approx(probability, abs=1e-3)


@given(st.lists(st.text(max_size=40) | st.sampled_from(SAMPLES), max_size=5))
def test_a_text_s_neighbours_do_not_change_its_language(texts: list[str]) -> None:
    assert detect(texts) == [detect([text])[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "declared", "language", "tag"),
    [
        (FRENCH, None, "fr", None),
        (FRENCH, "fr_CA", "fr", "fr-CA"),
        (FRENCH, "en", "fr", "en"),
        (ENGLISH, "English", "en", "en"),
        (PORTUGUESE, "pt-BR", "pt", "pt-BR"),
        (ENGLISH, "{{lang}}", "en", None),
        (NORWEGIAN, "nb-NO", "nb", "nb-NO"),
        (NORWEGIAN, None, "no", None),
    ],
)
def test_the_language_is_detected_and_the_declared_one_kept_beside(
    text: str, declared: str | None, language: str, tag: str | None
) -> None:
    one = kept(row(text=text, language_declared=declared))
    assert (one["language"], one["language_declared"]) == (language, tag)
    assert {"field": "language", "source": "detected"} in one["field_sources"]


def test_a_short_text_has_the_language_that_its_page_declares() -> None:
    one = kept(row(text="Porto aberto", language_declared="pt-BR", field_sources={"language_declared": "html"}))
    assert one["language"] == "pt"


def test_where_nothing_says_the_language_it_is_null() -> None:
    assert kept(row(text="3 2 1"))["language"] is None
