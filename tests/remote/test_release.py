"""Releases in object storage: the same files as here, out of sight until they are whole."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import fsspec
import pytest

from tasks.release import ReleaseError, diff_releases, list_releases, verify_release
from tasks.storage import location_of
from tests.release.store import small_store
from tests.remote.conftest import ROOT

PUBLISHER = """
import sys
from pathlib import Path
from tasks.storage import location_of
from tests.release.store import small_store
small_store(Path(sys.argv[2])).publish(releases=location_of(sys.argv[1]))
"""


def names_under(url: str) -> list[str]:
    files, inner = fsspec.core.url_to_fs(url, use_listings_cache=False)
    # Where the first object comes while s3fs looks, it finds the folder and no file in it.
    return [key.removeprefix(f"{inner}/") for key in files.find(inner) if key != inner]


def files_under(url: str) -> dict[str, bytes]:
    """Every object and its bytes, where nobody writes meanwhile."""
    files, inner = fsspec.core.url_to_fs(url, use_listings_cache=False)
    return {name: files.cat_file(f"{inner}/{name}") for name in names_under(url)}


def test_a_release_by_url_has_the_bytes_of_one_made_here(place: str, tmp_path: Path) -> None:
    url = f"{place}/releases"
    store = small_store(tmp_path)
    here = Path(store.publish())
    there = store.publish(releases=location_of(url))
    assert str(there) == f"{url}/2026.11.23"
    expected = {str(path.relative_to(here)): path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert files_under(str(there)) == expected
    assert set(files_under(url)) == {f"2026.11.23/{name}" for name in expected} | {"index.html"}
    assert verify_release(there) == []


def test_the_next_release_takes_over_what_did_not_change_and_knows_what_did(place: str, tmp_path: Path) -> None:
    releases = location_of(f"{place}/releases")
    store = small_store(tmp_path)
    first = store.publish(releases=releases)
    store.article("tide", "2022-03-02T08:00:00")
    second = store.publish(releases=releases)
    assert [release.version for release in list_releases(releases)] == ["2026.11.23", "2026.11.23.1"]
    february = "articles/articles-2022-02.parquet"
    assert files_under(str(first))[february] == files_under(str(second))[february]
    assert verify_release(second) == []
    changes = diff_releases(first, second).changes
    assert (changes.added.height, changes.changed.height, changes.removed.height) == (1, 0, 0)
    with pytest.raises(ReleaseError, match="a release never changes"):
        store.publish("2026.11.23", releases=releases)


def test_one_changed_byte_is_found(place: str, tmp_path: Path) -> None:
    release = small_store(tmp_path).publish(releases=location_of(f"{place}/releases"))
    (release / "README.md").write_text("another")
    assert any("README.md" in problem.file for problem in verify_release(release))


def test_an_upload_that_was_killed_is_not_in_sight_and_the_next_publish_mends_it(
    bucket: str, hold: Path, tmp_path: Path
) -> None:
    url = f"s3://{bucket}/releases"
    releases = location_of(url)
    hold.touch()
    try:
        publisher = subprocess.Popen([sys.executable, "-c", PUBLISHER, url, str(tmp_path)], cwd=ROOT)
        for _ in range(1200):
            if any(name.startswith("2026.11.23/") for name in names_under(url)) or publisher.poll() is not None:
                break
            time.sleep(0.1)
        with pytest.raises(ReleaseError, match="another publish uploads release"):
            small_store(tmp_path / "").publish("2026.11.23", releases=releases)
        publisher.kill()
        publisher.wait()
    finally:
        hold.unlink()
    assert any(name.startswith("2026.11.23/") for name in names_under(url))
    assert list_releases(releases) == []
    release = small_store(tmp_path).publish(releases=releases)
    assert release.name == "2026.11.23"
    assert verify_release(release) == []
    assert not [name for name in names_under(url) if name.startswith(".uploading")]


def test_a_server_without_conditional_put_takes_releases_too(rclone_bucket: str, tmp_path: Path) -> None:
    releases = location_of(f"s3://{rclone_bucket}/releases")
    release = small_store(tmp_path).publish(releases=releases)
    assert verify_release(release) == []
    assert [found.version for found in list_releases(releases)] == ["2026.11.23"]
