from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.values.url_patterns import matches, wants

URL = "https://www.paper.example/News/2024/harbour.html?page=2"


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "/news/*",
        "/*?page=*",
        "*.html?page=2",
        "www.paper.example/*",
        "*.paper.example/*",
        "https://*",
        URL,
        "*20*24*",
    ],
)
def test_a_pattern_matches_the_path_the_host_or_the_whole(pattern: str) -> None:
    assert matches(pattern, URL)


@pytest.mark.parametrize(
    "pattern", ["news/*", "/news", "*.html", "paper.example/*", "http://*", "*harbour", "/*2024*2024*"]
)
def test_a_pattern_is_the_whole_and_not_a_part(pattern: str) -> None:
    assert not matches(pattern, URL)


def test_exclude_counts_more_than_include() -> None:
    assert wants(URL, [], [])
    assert wants(URL, ["/sport/*", "/news/*"], [])
    assert not wants(URL, ["/sport/*"], [])
    assert not wants(URL, ["/news/*"], ["*page=*"])


@given(st.text("ab*", max_size=12), st.text("ab", max_size=20))
def test_a_star_is_any_run_of_characters(pattern: str, text: str) -> None:
    expected = re.fullmatch(re.sub(r"\*+", ".*", pattern), text) is not None
    assert matches(pattern, text) == expected
