from __future__ import annotations

from pathlib import Path

import pytest

from tasks.sources import InputError, read_sources, source_inputs
from tests.sources.warcs import page

GOOD = """
user_agent = "paper-reader/1"

[[source]]
name = "pages"
kind = "warc"
location = "pages/*.warc"
language = "pt-BR"
country = "BR"
licence = "CC0-1.0"

[[source]]
name = "news"
kind = "feed"
location = ["https://example.com/a.xml", "https://example.com/b.xml"]

[[source]]
name = "off"
kind = "table"
location = "gone.parquet"
url_column = "link"
enabled = false
"""


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return path


def test_sources_are_read_in_order(tmp_path: Path) -> None:
    pages, news, off = read_sources(_write(tmp_path, GOOD))
    assert (pages.name, pages.kind, pages.language, pages.country, pages.licence) == (
        "pages",
        "warc",
        "pt-BR",
        "BR",
        "CC0-1.0",
    )
    assert pages.locations == (str(tmp_path / "pages/*.warc"),)
    assert (pages.user_agent, pages.line, pages.is_input) == ("paper-reader/1", 4, True)
    assert news.locations == ("https://example.com/a.xml", "https://example.com/b.xml")
    assert not news.is_input
    assert (off.enabled, off.url_column) == (False, "link")


def test_inputs_carry_the_source_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(tmp_path, GOOD)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/a.warc").write_bytes(page("a"))
    monkeypatch.chdir(tmp_path / "pages")
    [found] = source_inputs(read_sources(path))
    assert found.path == str(tmp_path / "pages/a.warc")
    assert found.options.source == "pages"
    assert found.options.declared == {"language_declared": "pt-BR", "license": "CC0-1.0"}


def test_an_input_that_is_missing_names_its_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"source pages: .*this glob holds no files"):
        source_inputs(read_sources(_write(tmp_path, GOOD)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind = ", "kind ", r"sources\.toml: not TOML: .* \(at line 6"),
        ("user_agent", "agent", r"sources\.toml, line 2: unknown key 'agent'; known are user_agent, source"),
        ('"paper-reader/1"', '" "', "line 2: user_agent must be a text"),
        ("language", "langauge", r"line 8: unknown key 'langauge'; known are name, kind"),
        ('kind = "feed"', 'kind = "rss"', "line 14: kind 'rss' is not known; choose one of feed, sitemap, urls, warc"),
        ('name = "news"', 'name = "pages"', "line 13: a source named 'pages' is there already"),
        ('name = "news"', 'name = "The News"', "line 13: name 'The News': use lower-case letters"),
        ('name = "news"\n', "", "line 12: a source without 'name'"),
        ('"pt-BR"', '"Portuguese!"', "line 8: language 'Portuguese!' is no BCP 47 tag"),
        ('"BR"', '"Brazil"', "line 9: country 'Brazil' is no ISO 3166 code"),
        ('"pages/*.warc"', "[]", "line 7: location must be a text or a list"),
        ('"https://example.com/b.xml"', '"b.xml"', "line 15: location of a feed must be an http or https URL"),
        ("enabled = false", 'enabled = "no"', "line 22: enabled must be true or false"),
        ("[[source]]", "[source]", r"sources\.toml: not TOML"),
    ],
)
def test_errors_name_the_file_the_line_and_the_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = _write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=message) as raised:
        read_sources(path)
    assert "\n" not in str(raised.value)


def test_a_missing_or_empty_file_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sources\.toml: no such file; write one with \[\[source\]\] tables"):
        read_sources(tmp_path / "sources.toml")
    with pytest.raises(InputError, match=r"declares no source; begin each with \[\[source\]\]"):
        read_sources(_write(tmp_path, "user_agent = 'a'\n"))
