import pytest
from hypothesis import given

from tasks.values.urls import absolute_url, domain_of, host_of, normalise_url
from tests.values.url_strategies import hostile_urls


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Example.COM:80", "https://example.com/"),
        ("https://example.com:443/a#top", "https://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("https://example.com\\a\\b", "https://example.com/a/b"),
        ("https://bücher.example.com/", "https://xn--bcher-kva.example.com/"),
        ("https://[2001:DB8::0:1]/a", "https://[2001:db8::1]/a"),
        ("https://my_paper.example.com/a", "https://my_paper.example.com/a"),
        ("https://www.example.com/a/", "https://www.example.com/a/"),
        ("https://m.example.com/a", "https://m.example.com/a"),
    ],
)
def test_scheme_host_and_port_have_one_form(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/../a/..", "https://example.com/"),
        ("https://example.com/a/%2e%2e/b", "https://example.com/b"),
        ("https://example.com/%7Eann/%c3%a9t%C3%A9", "https://example.com/~ann/%C3%A9t%C3%A9"),
        ("https://example.com/été", "https://example.com/%C3%A9t%C3%A9"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
        ("https://example.com/a;jsessionid=0F3?b=1", "https://example.com/a?b=1"),
    ],
)
def test_paths_have_one_form(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?utm_source=feed&utm_medium=rss", "https://example.com/a"),
        ("https://example.com/a?fbclid=1&id=7&gclid=2", "https://example.com/a?id=7"),
        ("https://example.com/a?UTM_Source=feed", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1&&b=1", "https://example.com/a?a=1&b=2&b=1"),
        ("https://example.com/?12345", "https://example.com/?12345"),
        ("https://example.com/a?ref=7", "https://example.com/a?ref=7"),
        ("https://example.com/a?q=%7e%e9", "https://example.com/a?q=~%E9"),
    ],
)
def test_queries_keep_what_chooses_the_page(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/story/amp", "https://example.com/story"),
        ("https://example.com/story/amp/", "https://example.com/story/"),
        ("https://example.com/amp/news/story", "https://example.com/news/story"),
        ("https://example.com/story.amp.html", "https://example.com/story.html"),
        ("https://example.com/story?amp=1&id=2", "https://example.com/story?id=2"),
        ("https://example.com/story?outputType=amp", "https://example.com/story"),
        ("https://amp.example.com/story", "https://example.com/story"),
        (
            "https://www-example-com.cdn.example.org/c/s/www.example.com/story?id=2",
            "https://www.example.com/story?id=2",
        ),
        (
            "https://the--paper-example-com.cdn.example.org/v/s/the-paper.example.com/amp/a",
            "https://the-paper.example.com/a",
        ),
        ("https://search.example.org/amp/s/www.example.com/story/amp/", "https://www.example.com/story/"),
    ],
)
def test_amp_forms_become_the_page_they_are_a_form_of(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    "url",
    ["https://example.com/amp", "https://example.com/amp/", "https://example.com/amplifier",
     "https://example.com/s/www.example.org/story", "https://example.com/c/s/www.example.org/story"],
)  # fmt: skip
def test_what_merely_looks_like_amp_stays(url: str) -> None:
    assert normalise_url(url) == url


def test_a_site_named_amp_keeps_its_name() -> None:
    assert normalise_url("https://amp.example/story") == "https://amp.example/story"


@pytest.mark.parametrize(
    "url",
    ["", "example.com/a", "/a", "ftp://example.com/a", "mailto:ann@example.com", "javascript:alert(1)",
     "data:text/html,a", "https://", "https:///", "https://?a", "https://exa mple.com/", "https://example..com/", "https://[::1/",
     "https://example.com:99999/", "https://-a.example.com/", "https://" + "a" * 64 + ".example.com/",
     "https://example.com/" + "a" * 9000],
)  # fmt: skip
def test_what_is_no_web_address_has_no_normal_form(url: str) -> None:
    assert normalise_url(url) is None


@given(hostile_urls)
def test_the_normal_form_is_its_own_and_nothing_raises(url: str) -> None:
    normal = normalise_url(url)
    if normal is not None:
        assert normalise_url(normal) == normal
        assert normal.isascii()
        assert normalise_url(host_of(normal) and f"https://{host_of(normal)}/") is not None


@pytest.mark.parametrize(
    ("host", "domain"),
    [("www.example.com", "example.com"), ("news.example.co.uk", "example.co.uk"), ("ann.github.io", "ann.github.io"),
     ("localhost", "localhost"), ("127.0.0.1", "127.0.0.1"), ("[::1]", "[::1]"), ("com", "com")],
)  # fmt: skip
def test_the_domain_is_what_somebody_registered(host: str, domain: str) -> None:
    assert domain_of(host) == domain


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://example.com/a:80/", "example.com"), ("http://example.com:8080/a", "example.com"), 
     ("https://[::1]/", "[::1]"), ("http://[::1]:8080/", "[::1]")],
)  # fmt: skip
def test_the_host_of_a_url_has_no_port(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("/a.jpg?w=100", "https://example.com/a.jpg?w=100"),
        ("//cdn.example.org/a b.jpg", "https://cdn.example.org/a%20b.jpg"),
        ("http://example.org/A.JPG", "http://example.org/A.JPG"),
        ("data:image/gif;base64,R0lG", None),
        ("mailto:ann@example.com", None),
        ("", None),
        (None, None),
    ],
)
def test_a_url_on_a_page_is_resolved_as_it_is_written(url: str | None, absolute: str | None) -> None:
    assert absolute_url("https://example.com/news/story", url) == absolute
