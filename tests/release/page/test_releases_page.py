"""releases/index.html: all releases there are, newest first."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tasks.release import ReleaseError, Selection, verify_release
from tasks.release.page import write_releases_page
from tests.release.page.test_release_page import Elements
from tests.release.store import Store, small_store


def versions(releases: Path) -> list[str]:
    """The releases of the table, in its order."""
    return re.findall(r'<th scope="row"><a href="([^/"]+)/index.html">', (releases / "index.html").read_text())


def published(store: Store, *names: str) -> Path:
    for name in names:
        store.publish(name)
    return store.folder / "releases"


def test_each_publish_puts_its_release_on_top(tmp_path: Path) -> None:
    releases = published(small_store(tmp_path), "2026.11.9", "2026.11.10")
    assert versions(releases) == ["2026.11.10", "2026.11.9"]
    growth = Elements((releases / "index.html").read_text()).held_by("chart-data")["growth"]
    assert [point[0] for point in growth] == ["2026.11.9", "2026.11.10"]
    assert growth[0][2:] == ["everything", 3, 1]


def test_a_release_whose_folder_is_gone_is_left_out_by_the_next(tmp_path: Path) -> None:
    store = small_store(tmp_path)
    releases = published(store, "1", "2")
    shutil.rmtree(releases / "1")
    published(store, "3")
    assert versions(releases) == ["3", "2"]


def test_a_release_whose_manifest_is_damaged_is_left_out(tmp_path: Path) -> None:
    releases = published(small_store(tmp_path), "1", "2")
    (releases / "1" / "manifest.json").write_text('{"files": [], "funnel": 3}')
    write_releases_page(releases)
    assert versions(releases) == ["2"]


def test_it_says_what_kind_of_release_each_is(tmp_path: Path) -> None:
    store = small_store(tmp_path)
    store.publish("1")
    store.publish("2", selection=Selection(profile="metadata", languages=("fr",)))
    text = (tmp_path / "releases" / "index.html").read_text()
    assert '<td data-label="What">in fr, without texts</td>' in text
    assert '<td data-label="What">everything</td>' in text


def test_a_folder_without_releases_has_a_page_that_says_so(tmp_path: Path) -> None:
    assert "There is none yet" in write_releases_page(tmp_path).read_text()


def test_nothing_half_written_is_left_beside_it(tmp_path: Path) -> None:
    releases = published(small_store(tmp_path), "1")
    assert sorted(path.name for path in releases.iterdir()) == [".publish.lock", "1", "index.html"]


def test_a_page_that_cannot_be_written_is_one_clear_line_and_the_release_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store = small_store(tmp_path)
    releases = published(store, "1")
    monkeypatch.setattr("tasks.release.page.releases_page._replace", full)
    with pytest.raises(ReleaseError, match=r"made and whole, but .*index\.html could not be written \(No space left"):
        store.publish("2")
    assert verify_release(releases / "2") == []
    assert versions(releases) == ["1"], "the former page, until the next publish"
