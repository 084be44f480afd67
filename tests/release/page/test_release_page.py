"""index.html of a release, as a file: what it holds, what it does not, and that it is the same every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tasks.release import ReleaseError, Selection, verify_release
from tasks.release.manifest import entries_of, read_manifest
from tasks.release.page import inline, release_page, write_page
from tasks.release.page.inline import data, percent, size, web_link
from tasks.release.page.sample_rows import sample_rows, shortened
from tests.release.page.hostile import SCRIPT, SECRET, hostile_store
from tests.release.store import Store

VENDOR = Path(inline.__file__).parent / "assets" / "vendor"


class Elements(HTMLParser):
    """The elements of a page, each with its attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._is_in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._is_in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._is_in_script = False

    def handle_data(self, data: str) -> None:
        if self._is_in_script:
            self.scripts.append(data)

    def held_by(self, id_: str) -> Any:
        """The JSON in the script element of this id."""
        scripts = [attributes for tag, attributes in self.elements if tag == "script"]
        place = next(n for n, attributes in enumerate(scripts) if attributes.get("id") == id_)
        return json.loads(self.scripts[place])


def test_the_page_is_listed_and_summed_like_every_file(releases: Path) -> None:
    entry = next(entry for entry in entries_of(read_manifest(releases / "2")) if entry.path == "index.html")
    assert entry.sha256 == hashlib.sha256((releases / "2/index.html").read_bytes()).hexdigest()
    assert f"{entry.sha256}  index.html" in (releases / "2/SHA256SUMS").read_text().splitlines()
    assert verify_release(releases / "2") == []


def test_the_same_store_gives_the_same_page(tmp_path: Path) -> None:
    store = hostile_store(tmp_path)
    first = store.publish("1.0").joinpath("index.html").read_text()
    (tmp_path / "releases").rename(tmp_path / "elsewhere")
    assert store.publish("1.0").joinpath("index.html").read_text() == first


def test_a_page_that_is_written_again_from_the_folder_is_the_same(releases: Path, page: Path) -> None:
    before, manifest = page.read_bytes(), read_manifest(releases / "2")
    write_page(releases / "2", manifest, entries_of(manifest))
    assert page.read_bytes() == before


def test_the_page_names_nothing_to_load(page: Path) -> None:
    found = Elements(page.read_text())
    loading = [
        (tag, name, value)
        for tag, attributes in found.elements
        for name, value in attributes.items()
        if name in ("src", "srcset", "data", "poster", "action") or (tag == "link" and name == "href")
    ]
    assert [tag for tag, _, _ in loading] == ["link"]
    assert str(loading[0][2]).startswith("data:")
    assert "@import" not in page.read_text()
    assert not re.search(r"url\((?!\#|\"?data:)", re.sub(r"<script.*?</script>", "", page.read_text(), flags=re.DOTALL))


def test_values_of_pages_are_never_markup(page: Path) -> None:
    text = page.read_text()
    assert SCRIPT not in text
    assert "\u2028" not in text
    found = Elements(text)
    assert "img" not in {tag for tag, _ in found.elements}
    assert "b" not in {tag for tag, _ in found.elements}
    links = [attributes["href"] or "" for tag, attributes in found.elements if tag == "a"]
    assert links
    assert not [link for link in links if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)]
    assert SCRIPT in [row.get("headline") for row in found.held_by("sample-data")], "as data it is all there"


def test_the_policy_allows_the_scripts_of_the_page_and_no_others(page: Path) -> None:
    found = Elements(page.read_text())
    policy = next(a["content"] for tag, a in found.elements if a.get("http-equiv") == "Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    types = [a.get("type") for tag, a in found.elements if tag == "script"]
    run = [text for text, kind in zip(found.scripts, types, strict=True) if kind is None]
    assert {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run} == allowed
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_every_link_to_a_file_leads_to_one(releases: Path, page: Path) -> None:
    found = Elements(page.read_text())
    links = {attributes.get("href") or "" for tag, attributes in found.elements if tag == "a"}
    files = {link for link in links if not re.match(r"https?:|#", link)}
    assert {"manifest.json", "SHA256SUMS", "articles/articles-2026-02.parquet", "../index.html"} <= files
    assert [file for file in files if not (releases / "2" / file).is_file()] == []
    ids = {attributes.get("id") for _, attributes in found.elements}
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []


def test_a_release_without_texts_shows_none(tmp_path: Path) -> None:
    store = hostile_store(tmp_path)
    text = store.publish("1", selection=Selection(profile="metadata")).joinpath("index.html").read_text()
    assert SECRET not in text
    assert "This release has no texts" in text
    assert SECRET in store.publish("2").joinpath("index.html").read_text()


def test_a_part_of_the_store_says_which(tmp_path: Path) -> None:
    release = hostile_store(tmp_path).publish("1", selection=Selection(languages=("fr",), where="word_count > 5"))
    text = (release / "index.html").read_text()
    assert "articles where word_count &gt; 5, in fr" in text
    assert "cannot add up" in text


@pytest.mark.parametrize("articles", [0, 1])
def test_a_release_of_few_articles_has_a_page_too(tmp_path: Path, articles: int) -> None:
    store = Store(tmp_path)
    for number in range(articles):
        store.article(f"only-{number}", None)
    text = store.publish().joinpath("index.html").read_text()
    assert ("This release has no articles" in text) == (articles == 0)
    assert "This is the first release of its kind" in text


def test_the_sample_is_cut_until_the_page_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = hostile_store(tmp_path).publish()
    whole = sample_rows(release, 1_000_000)
    assert (len(whole.rows), whole.in_all, whole.excerpt) == (67, 67, 600)
    smaller = sample_rows(release, 40_000)
    assert len(smaller.rows) == 67
    assert smaller.excerpt is not None
    assert smaller.excerpt < 600
    assert len(data(smaller.rows).encode()) <= 40_000
    few = sample_rows(release, 5_000)
    assert 0 < len(few.rows) < 67
    assert len(data(few.rows).encode()) <= 5_000
    monkeypatch.setattr(release_page, "MOST_BYTES", 600_000)
    monkeypatch.setattr(release_page, "_LEAST_SAMPLE", 5_000)
    manifest = read_manifest(release)
    write_page(release, manifest, entries_of(manifest))
    assert "of the 67" in (release / "index.html").read_text()


def test_a_page_stays_below_its_limit(page: Path) -> None:
    assert page.stat().st_size < release_page.MOST_BYTES


def test_the_libraries_are_those_of_the_notice() -> None:
    notice = (VENDOR / "NOTICE").read_text()
    for file in VENDOR.glob("*.js"):
        assert f"{file.name} " in notice
        assert hashlib.sha256(file.read_bytes()).hexdigest() in notice
    assert "Permission to use, copy, modify" in notice


def test_a_full_disk_at_the_page_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tasks.release.documents.write_page", full)
    store = hostile_store(tmp_path)
    with pytest.raises(ReleaseError, match="disk is full"):
        store.publish()
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [".publish.lock"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//example.com/", "/a", "", None,
            "http://[", "ftp://example.com/", "https:///x", " javascript:alert(1)", "https://a.example/" + "a" * 2000],
)  # fmt: skip
def test_what_does_not_lead_to_the_web_is_no_link(url: str | None) -> None:
    assert web_link(url) is None


def test_data_is_json_that_cannot_end_its_element() -> None:
    value = {"a": "</script><!-- & \u2028 \u2029 \x00 \U0001f600"}
    written = data(value)
    assert json.loads(written) == value
    assert not re.search("[<>&\u2028\u2029\x00]", written)


def test_figures_are_written_for_readers() -> None:
    assert [percent(rate) for rate in (None, 0, 1, 0.99999, 0.00001, 0.5)] == [
        "–",
        "0%",
        "100%",
        "99.9%",
        "0.1%",
        "50.0%",
    ]
    assert [size(n) for n in (0, 999, 1_500, 2_500_000)] == ["0 bytes", "999 bytes", "1.5 kB", "2.5 MB"]


def test_a_text_is_shortened_between_words() -> None:
    assert shortened("The harbour  reopened\n\nyesterday.", 100) == "The harbour reopened yesterday."
    assert shortened("The harbour reopened yesterday.", 20) == "The harbour…"
    assert shortened("港" * 50, 10) == "港" * 9 + "…"
    assert shortened(None, 10) is None
