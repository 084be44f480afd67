import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.values.languages import alike, is_kind_of, language_tag, primary


@pytest.mark.parametrize(
    ("raw", "tag"),
    [
        ("en", "en"),
        ("fr_FR", "fr-FR"),
        ("en-us", "en-US"),
        ("EN-UK", "en-GB"),
        ("zh-hans", "zh-Hans"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("zh_CN", "zh-CN"),
        ("es-419", "es-419"),
        ("sr-Latn-RS", "sr-Latn-RS"),
        ("en_US.UTF-8", "en-US"),
        ("de-DE,en;q=0.8", "de-DE"),
        ("en, fr", "en"),
        (" it ", "it"),
        ("eng", "en"),
        ("fre-ca", "fr-CA"),
        ("ckb", "ckb"),
    ],
)
def test_tags_have_one_form(raw: str, tag: str) -> None:
    assert language_tag(raw) == tag


@pytest.mark.parametrize(
    ("raw", "tag"),
    [("English", "en"), ("français", "fr"), ("Русский", "ru"), ("中文", "zh"), ("English (US)", "en"),
     ("Bahasa Indonesia", "id"), ("British English", "en-GB"), ("Tiếng Việt", "vi")],
)  # fmt: skip
def test_names_of_languages_are_read(raw: str, tag: str) -> None:
    assert language_tag(raw) == tag


@pytest.mark.parametrize(
    ("raw", "tag"),
    [("iw", "he"), ("in-ID", "id-ID"), ("sh", "sr-Latn"), ("cn", "zh"), ("jp", "ja"), ("en-EN", "en"), 
     ("en-us-x-news", "en-US"), ("de-1996", "de")],
)  # fmt: skip
def test_what_is_withdrawn_or_wrong_is_read_as_meant(raw: str, tag: str) -> None:
    assert language_tag(raw) == tag


@pytest.mark.parametrize(
    "raw", [None, "", "-", "und", "mul", "zxx", "x-default", "default", "{{lang}}", "qq", "123", "e", "web"]
)
def test_what_names_no_language_has_no_tag(raw: str | None) -> None:
    assert language_tag(raw) is None


@given(st.text(max_size=20) | st.from_regex(r"[a-zA-Z]{1,4}([-_][a-zA-Z0-9]{1,5}){0,3}", fullmatch=True))
def test_a_tag_is_its_own_tag_and_nothing_raises(raw: str) -> None:
    tag = language_tag(raw)
    if tag is not None:
        assert language_tag(tag) == tag


def test_a_tag_s_language_is_its_first_part() -> None:
    assert primary("zh-Hant-TW") == "zh"
    assert primary("fr") == "fr"


def test_portuguese_is_like_galician_and_not_like_german() -> None:
    assert alike("pt", "gl")
    assert alike("gl", "pt")
    assert not alike("pt", "de")


def test_bokmal_is_a_kind_of_norwegian() -> None:
    assert is_kind_of("nb", "no")
    assert not is_kind_of("no", "nb")
    assert not is_kind_of("da", "no")
