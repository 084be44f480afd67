from __future__ import annotations

import pytest

from tasks.removal.targets import WordError, read_targets


def test_urls_ids_and_domains_are_told_by_their_form() -> None:
    one = "6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"
    targets = read_targets(["http://example.com/a?utm_source=x", one.upper(), "www.example.org", "münchen.example"])
    assert targets.urls == {"http://example.com/a?utm_source=x", "https://example.com/a"}
    assert targets.ids == {one}
    assert targets.domains == {"example.org", "xn--mnchen-3ya.example"}


@pytest.mark.parametrize("word", ["", "nothing", "ftp://example.com/a", "example.com/a", "a@example.com", "https://"])
def test_anything_else_is_refused(word: str) -> None:
    with pytest.raises(WordError, match="is no"):
        read_targets([word])


def test_a_host_is_not_taken_for_its_domain() -> None:
    with pytest.raises(WordError, match=r"blog\.example\.com is a host of example\.com"):
        read_targets(["blog.example.com"])
