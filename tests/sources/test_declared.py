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
        ("user_agent", "agent", r"sources\.toml, line 2: unknown key 'agent'; did you mean 'user_agent'"),
        ('"paper-reader/1"', '" "', "line 2: user_agent must be a text on one line"),
        ("language", "langauge", r"line 8: unknown key 'langauge'; did you mean 'language'"),
        ('kind = "feed"', 'kind = "rss"', "line 14: kind 'rss' is not known; choose one of feed, sitemap, urls, warc"),
        ('name = "news"', 'name = "pages"', "line 13: a source named 'pages' is there already"),
        ('name = "news"', 'name = "The News"', "line 13: name 'The News' may hold lower-case letters"),
        ('name = "news"\n', "", "line 12: a source without 'name'"),
        ('"pt-BR"', '"Portuguese!"', "line 8: language 'Portuguese!' is no BCP 47 tag"),
        ('"BR"', '"Brazil"', "line 9: country 'Brazil' is no ISO 3166 code"),
        ('"pages/*.warc"', "[]", "line 7: location must be a text or a list"),
        ('"https://example.com/b.xml"', '"b.xml"', "line 15: location of a feed must be an http or https URL"),
        ("enabled = false", 'enabled = "no"', "line 22: enabled must be true or false"),
        ("[[source]]", "[source]", r"sources\.toml: not TOML"),
        ("language", "zzz", "line 8: unknown key 'zzz'; known are name, kind, location"),
        ('language = "pt-BR"', "delay = 1", "line 8: delay is for sources of kind feed, sitemap, urls; this one is of"),
        ('url_column = "link"', 'kind = "warc"', "not TOML: Cannot overwrite a value"),
        *(
            ('kind = "feed"', f'kind = "feed"\n{line}', f"line 15: {message}")
            for line, message in (
                (
                    'interval = "soon"',
                    r"interval must be seconds or a text such as .30m.; units are s, m, min, h, d, w",
                ),
                ("interval = 0", "interval must be more than nothing"),
                ("delay = -1", "delay must be seconds"),
                ("delay = true", "delay must be seconds"),
                ("concurrency = 0", "concurrency must be a whole number from 1 to 64"),
                ("max_pages = 1.5", "max_pages must be a whole number"),
                ('max_bytes = "5 apples"', "max_bytes must be bytes or a text such as .5 MB."),
                (
                    'include = ["^/news/.*"]',
                    r"include '\^/news/\.\*' looks like a regular expression; only \* is special",
                ),
                ('headers = { "X y" = "z" }', "headers 'X y' is no name of a header"),
                ('headers = { Host = "z" }', "headers Host is set by harvest itself"),
                ('headers = { "User-Agent" = "z" }', "headers User-Agent is set by harvest itself; set user_agent at"),
                (r'headers = { X = "a\r\nY: b" }', "headers the value of X must be a text on one line"),
                ('headers = "X: y"', "headers must be a table"),
                ('allow_hosts = "http://x/"', "allow_hosts 'http://x/' is no network, such as 10.0.0.0/8"),
                ('allow_hosts = "a b"', "allow_hosts 'a b' is neither a host name nor an address"),
                ('allow_hosts = "10.1.0.0/8"', "allow_hosts '10.1.0.0/8' is no network: its first .* be 10.0.0.0/8"),
                ('allow_hosts = "0.0.0.0/0"', "allow_hosts '0.0.0.0/0' is too much of the internet: /8 at most"),
                ('max_seconds = "0s"', "max_seconds must be more than nothing"),
                ("robots = false", 'robots must be "obey" or "ignore"'),
                ('license = "CC0-1.0"', "unknown key 'license'; did you mean 'licence'"),
                ('url_column = "a"', "url_column is for sources of kind table; this one is of kind feed"),
            )
        ),
    ],
)
def test_errors_name_the_file_the_line_and_the_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = _write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=message) as raised:
        read_sources(path)
    assert "\n" not in str(raised.value)


def test_what_harvest_is_to_do_is_read_with_units_and_defaults(tmp_path: Path) -> None:
    fetch = """kind = "feed"
interval = "30m"
revisit = "1 d"
delay = 0.5
concurrency = 2
max_pages = 100
max_seconds = "20m"
max_bytes = "5 MB"
timeout = 20
include = "/news/*"
exclude = ["*.pdf", "/video/*"]
allow_hosts = ["127.0.0.1", "::1", "Paper.example", "10.0.0.0/8", "FD00::/8"]
robots = "ignore"
headers = { "Accept-Language" = "de" }"""
    pages, news, _ = read_sources(_write(tmp_path, GOOD.replace('kind = "feed"', fetch)))
    assert (news.interval, news.revisit, news.delay, news.concurrency) == (1800.0, 86400.0, 0.5, 2)
    assert (news.max_pages, news.max_bytes, news.timeout, news.robots) == (100, 5_000_000, 20.0, False)
    assert news.max_seconds == 1200.0
    assert news.allow_hosts == ("127.0.0.1", "::1", "paper.example", "10.0.0.0/8", "fd00::/8")
    assert news.headers == {"Accept-Language": "de"}
    assert news.wants("https://example.com/news/a")
    assert not news.wants("https://example.com/news/a.pdf")
    assert not news.wants("https://example.com/sport/a")
    assert (pages.interval, pages.revisit, pages.delay, pages.robots) == (3600.0, None, 5.0, True)
    assert pages.declared == {"language_declared": "pt-BR", "license": "CC0-1.0"}


def test_a_mistake_in_a_table_of_its_own_has_its_line(tmp_path: Path) -> None:
    text = GOOD.replace('name = "off"', 'name = "off"', 1).replace(
        '"https://example.com/b.xml"]\n', '"https://example.com/b.xml"]\n[source.headers]\nHost = "x"\n'
    )
    with pytest.raises(InputError, match="line 16: headers Host is set by harvest itself"):
        read_sources(_write(tmp_path, text))


def test_a_missing_or_empty_file_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sources\.toml: no such file; write one with \[\[source\]\] tables"):
        read_sources(tmp_path / "sources.toml")
    with pytest.raises(InputError, match=r"declares no source; begin each with \[\[source\]\]"):
        read_sources(_write(tmp_path, "user_agent = 'a'\n"))
