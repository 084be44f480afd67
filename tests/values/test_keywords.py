"""Keywords: lists of every make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tasks.values.keywords import split_keywords


def test_a_string_with_commas_is_a_list() -> None:
    assert split_keywords(["harbour, storms , Example City"]) == ["harbour", "storms", "Example City"]


def test_semicolons_bars_and_their_east_asian_kin_separate_too() -> None:
    assert split_keywords(["harbour; storms|ships", "港、嵐"]) == ["harbour", "storms", "ships", "港", "嵐"]


def test_a_comma_inside_brackets_does_not() -> None:
    assert split_keywords(["Paris (Texas, USA), harbour"]) == ["Paris (Texas, USA)", "harbour"]


def test_each_keyword_comes_once_whatever_its_case() -> None:
    assert split_keywords(["Harbour", "harbour", "HARBOUR"]) == ["Harbour"]


def test_machine_names_are_no_keywords() -> None:
    assert split_keywords(["cce15240-c52a-4887-a61a-cd64701d6596", "12345678", "https://example.com/x", "harbour"]) == [
        "harbour"
    ]


def test_entities_and_quotes_are_cleaned() -> None:
    assert split_keywords(["Food &amp; drink", '"storms"']) == ["Food & drink", "storms"]


@given(st.lists(st.text(max_size=60), max_size=8))
def test_splitting_again_changes_nothing(values: list[str]) -> None:
    once = split_keywords(values)
    assert all(once)
    assert len({keyword.casefold() for keyword in once}) == len(once)
