import pytest
from hypothesis import given

from tasks.values.canonical import believe_canonical
from tasks.values.urls import domain_of, host_of, normalise_url
from tests.values.url_strategies import hostile_urls


@pytest.mark.parametrize(
    ("url", "declared", "believed"),
    [
        ("https://m.example.com/a-1", "https://www.example.com/a-1", "https://www.example.com/a-1"),
        ("https://example.com/a?ref=7", "/a", "https://example.com/a"),
        ("https://example.com/news/a?x=1", "a", "https://example.com/news/a"),
        ("http://example.com/?p=12345", "http://example.com/harbour-reopens/", "https://example.com/harbour-reopens/"),
        ("https://example.com/2022/02/harbour", "https://example.com/harbour", "https://example.com/harbour"),
        ("https://example.com/harbour-reopens-after-storm/2", "/harbour-reopens-after-storm", "https://example.com/harbour-reopens-after-storm"),
        ("https://example.com/story-123456/print", "/story-123456", "https://example.com/story-123456"),
        ("https://example.com/", "https://example.com/en/", "https://example.com/en/"),
        ("https://example.com/a", "https://example.com/a?utm_source=x#top", "https://example.com/a"),
    ],
)  # fmt: skip
def test_a_canonical_url_is_believed(url: str, declared: str, believed: str) -> None:
    assert believe_canonical(url, declared) == believed


@pytest.mark.parametrize(
    ("url", "declared"),
    [
        ("https://example.com/a", "https://example.org/a"),
        ("https://ann.github.io/a", "https://ben.github.io/a"),
        ("https://example.co.uk/a", "https://other.co.uk/a"),
        ("https://example.com/news/a", "https://example.com/"),
        ("https://example.com/news/a", "https://www.example.com/index.html"),
        ("https://example.com/fr/news/a", "https://example.com/fr"),
        ("https://example.com/?p=12345", "https://example.com/"),
        ("https://example.com/news/harbour-reopens-after-storm", "https://example.com/news"),
        ("https://example.com/2022/02/02/harbour", "https://example.com/2022/"),
        ("https://example.com/harbour-reopens-after-the-storm", "https://example.com/news"),
        ("https://example.com/a", "javascript:void(0)"),
        ("https://example.com/a", "http://[broken/"),
        ("https://example.com/a", ""),
        ("https://example.com/a", None),
    ],
)
def test_a_canonical_url_is_not_believed(url: str, declared: str | None) -> None:
    assert believe_canonical(url, declared) == normalise_url(url)


def test_no_canonical_url_makes_an_invalid_one_valid() -> None:
    assert believe_canonical("file:///a.html", "https://example.com/a") is None


@given(hostile_urls, hostile_urls)
def test_what_is_believed_is_in_normal_form_and_on_the_same_site(url: str, declared: str) -> None:
    believed = believe_canonical(url, declared)
    own = normalise_url(url)
    assert (believed is None) == (own is None)
    if believed is not None and own is not None:
        assert normalise_url(believed) == believed
        assert domain_of(host_of(believed)) == domain_of(host_of(own))
