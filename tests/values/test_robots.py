from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.values.robots import directives_in, is_reserved, opt_outs_among


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        (["noindex, NoFollow"], ["nofollow", "noindex"]),
        (["index, follow, max-image-preview:large"], []),
        (["max-snippet: 50", "noarchive"], ["max-snippet: 50", "noarchive"]),
        (["noindex", "noindex"], ["noindex"]),
        (["gptbot: noindex, noarchive"], ["gptbot:noarchive", "gptbot:noindex"]),
        (["otherbot: noindex"], []),
        (["unavailable_after: 25 jun 2026 15:00:00 pst"], ["unavailable_after: 25 jun 2026 15:00:00 pst"]),
        (["", " , ", "<script>"], []),
    ],
)
def test_directives_are_those_that_ask_for_something(contents: list[str], found: list[str]) -> None:
    assert directives_in(contents) == found


def test_an_element_named_after_an_ai_crawler_is_a_directive_for_it() -> None:
    assert directives_in(["noindex"], "gptbot") == ["gptbot:noindex"]


def test_opt_outs_are_told_from_other_directives() -> None:
    assert opt_outs_among(["noarchive", "noai", "gptbot:noindex", "max-snippet: 5"]) == ["noai", "gptbot:noindex"]
    assert is_reserved([" 1 "])
    assert not is_reserved(["0", ""])


@given(st.lists(st.text()))
def test_any_words_give_short_lower_case_directives(contents: list[str]) -> None:
    assert all(word == word.lower() and len(word) < 150 for word in directives_in(contents))
