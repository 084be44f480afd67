from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.sources import InputError, read_sources
from tasks.sources.feed_lists import Feed, add_feeds, feeds_as_toml

BOTE = Feed("https://bote.example/feed?a=1&b=2", 'Der "Bote" Süd', "de", 'Küste > Der "Bote"')


def test_a_feed_becomes_a_source_named_after_its_title() -> None:
    assert feeds_as_toml([BOTE]) == (
        '# Küste > Der "Bote"\n[[source]]\nname = "der-bote-sud"\nkind = "feed"\n'
        'location = "https://bote.example/feed?a=1&b=2"\nlanguage = "de"\n'
    )


def test_names_differ_and_come_from_the_host_where_a_title_has_no_letters() -> None:
    feeds = [
        Feed("https://www.a.example/1", "A"),
        Feed("https://www.a.example/2", "A"),
        Feed("https://www.a.example/", "港"),
    ]
    names = [source["name"] for source in tomllib.loads(feeds_as_toml(feeds, ["a"]))["source"]]
    assert names == ["a-2", "a-3", "a-example"]


def test_a_new_file_reads_and_names_whom_to_write_to(tmp_path: Path) -> None:
    file = tmp_path / "mine" / "sources.toml"
    add_feeds(file, [BOTE], "mine/1 (+mailto:me@example.org)")
    [source] = read_sources(file)
    assert (source.name, source.language, source.user_agent) == (
        "der-bote-sud",
        "de",
        "mine/1 (+mailto:me@example.org)",
    )


def test_what_is_there_stays_and_known_feeds_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    before = '# mine\n[[source]]\nname = "der-bote-sud"\nkind = "feed"\nlocation = "https://other.example/feed"\n'
    file.write_text(before)
    assert [source.name for source in add_feeds(file, [BOTE])] == ["der-bote-sud-2"]
    assert file.read_text().startswith(before)
    assert add_feeds(file, [BOTE]) == []
    assert len(read_sources(file)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]


def test_a_file_with_mistakes_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text("[[source]]\nkind = 1\n")
    with pytest.raises(InputError, match="line 1: a source without 'name'"):
        add_feeds(file, [BOTE])
    assert file.read_text() == "[[source]]\nkind = 1\n"


@given(st.lists(st.tuples(st.text(min_size=1), st.none() | st.text(max_size=20)), max_size=5))
def test_any_titles_and_languages_give_toml(feeds: list[tuple[str, str | None]]) -> None:
    one_line = [(" ".join("".join(c for c in t if c.isprintable()).split()), language) for t, language in feeds]
    text = feeds_as_toml(Feed("https://a.example/", title, language, title) for title, language in one_line)
    assert len(tomllib.loads(text).get("source", [])) == len(feeds)
