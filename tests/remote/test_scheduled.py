"""The flows that run by the clock, and taking pages out, with the store and the releases in object storage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fsspec
import pytest

from flows.command_line import run_command_line
from flows.scheduled import collect, release, upkeep
from tasks.release import list_releases, verify_release
from tasks.release import rebuilding_remote as exchange
from tasks.release.error import ReleaseError
from tasks.release.manifest import read_manifest
from tasks.storage import location_of
from tasks.store import Store
from tests.flows.conftest import page, put_page
from tests.removal.data_folder import everything_in

SITE = "https://times.example.com/local/2026/03"
SECRET = "zebrafinch"


@pytest.fixture
def where(bucket: str) -> dict[str, str]:
    return {"store": f"s3://{bucket}/store", "releases": f"s3://{bucket}/releases"}


def declared(folder: Path) -> str:
    file = folder / "sources.toml"
    file.write_text('[[source]]\nname = "site"\nkind = "html"\nlocation = "site"\n', encoding="utf-8")
    return str(file)


def add_page(folder: Path, name: str) -> None:
    number = len(list((folder / "site").glob("*.html")))
    put_page(folder / "site", f"page-{number}", page("tram", headline=f"News of the {name}"), f"{SITE}/{name}.html")


def data_files(release: Any) -> dict[str, bytes]:
    """The files that hold rows, but for what changed since the release before."""
    entries = [entry["path"] for entry in read_manifest(release)["files"] if "table" in entry]
    return {path: (release / path).read_bytes() for path in entries}


@pytest.mark.usefixtures("prefect_api")
def test_collect_release_and_upkeep_work_on_a_store_by_url(where: dict[str, str], tmp_path: Path) -> None:
    data, sources, store = str(tmp_path / "data"), declared(tmp_path), where["store"]
    for number in range(9):
        add_page(tmp_path, f"tram-line-number-{number}")
        assert collect(data, sources, 1, store)["read"] == number + 1
        if number == 3:
            early = release(data, **where)
    before = release(data, **where)
    assert early
    assert before
    assert before != early
    assert release(data, **where) is None
    done = {one["table"]: one for one in upkeep(data, **where)}
    assert (done["documents"]["files_before"], done["documents"]["files_after"]) == (9, 1)
    assert release(data, **where) is None
    words = ["publish", "--data", data, "--quiet", "--store", store, "--releases", where["releases"], "--version"]
    assert run_command_line([*words, "after"]) == 0
    version = read_manifest(location_of(early))["made_from"]["store_version"]
    assert run_command_line([*words, "again", "--store-version", str(version)]) == 0
    releases = location_of(where["releases"])
    assert data_files(releases / "after") == data_files(location_of(before))
    assert data_files(releases / "again") == data_files(location_of(early))
    assert not (tmp_path / "data" / "store").exists()


def objects_holding(bucket: str, word: str, scratch: Path) -> list[str]:
    """The objects in which the word stands: in their bytes, or in any value of Parquet."""
    files = fsspec.filesystem("s3", use_listings_cache=False)
    found = []
    for key in files.find(bucket):
        here = scratch / key.replace("/", "_")
        files.get_file(key, str(here))
        found += [key] if word in everything_in(here) else []
        here.unlink()
    return found


@pytest.fixture
def two_releases(bucket: str, where: dict[str, str], tmp_path: Path, prefect_api: str) -> list[str]:
    """Two runs and two releases; one page is to go. The words that every command takes."""
    data, sources = str(tmp_path / "data"), declared(tmp_path)
    for name in (f"{SECRET}-sings-again", "harbour-of-the-town"):
        add_page(tmp_path, name)
        collect(data, sources, 1, where["store"])
        assert release(data, **where)
    return ["--data", data, "--store", where["store"], "--releases", where["releases"]]


GONE = f"{SITE}/{SECRET}-sings-again.html"


def test_nothing_of_a_removed_page_remains_in_any_object(
    bucket: str, two_releases: list[str], where: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert objects_holding(bucket, SECRET, tmp_path)
    assert run_command_line(["remove", GONE, "--reason", "rights", "--yes", *two_releases]) == 0
    capsys.readouterr()
    assert objects_holding(bucket, SECRET, tmp_path) == []
    found = list_releases(location_of(where["releases"]))
    assert len(found) == 2
    for one in found:
        assert verify_release(one.path) == []
        assert [entry["removed"]["articles"] for entry in read_manifest(one.path)["rewritten"]] == [1]
    store = Store(location_of(where["store"]))
    assert store.documents(store.version()).collect()["url"].to_list() == [f"{SITE}/harbour-of-the-town.html"]
    # A later run keeps it out, and its release is whole.
    collect(str(tmp_path / "data"), declared(tmp_path), 1, where["store"])
    made = release(str(tmp_path / "data"), **where)
    assert made is None or verify_release(location_of(made)) == []
    assert objects_holding(bucket, SECRET, tmp_path) == []
    assert run_command_line(["remove", GONE, "--reason", "rights", "--yes", "--json", *two_releases]) == 0
    assert json.loads(capsys.readouterr().out)["removed_before"]


@pytest.mark.parametrize("moment", ["_upload", "_take_its_place", "in the middle of the exchange"])
def test_a_removal_that_died_is_made_whole_by_the_next(  # noqa: PLR0917 - what pytest hands in
    bucket: str,
    two_releases: list[str],
    where: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    def die(*_: object) -> None:
        raise ReleaseError("the network is gone")

    words = ["remove", GONE, "--reason", "rights", "--yes", *two_releases]
    with monkeypatch.context() as patch:
        if moment.startswith("_"):
            patch.setattr(exchange, moment, die)
        else:  # the old manifest is gone, some files are new, some are old

            def exchange_half(beside: Any, target: Any) -> None:
                target.fs.rm_file((target / "manifest.json").path)
                target.fs.cp_file((beside / "README.md").path, (target / "README.md").path)
                die()

            patch.setattr(exchange, "_take_its_place", exchange_half)
        assert run_command_line(words) == 1
    assert objects_holding(bucket, SECRET, tmp_path)
    assert run_command_line(words) == 0
    assert objects_holding(bucket, SECRET, tmp_path) == []
    found = list_releases(location_of(where["releases"]))
    assert [verify_release(one.path) for one in found] == [[], []]
    assert not [key for key in fsspec.filesystem("s3").find(bucket) if "/.rewritten-" in key or ".removal.json" in key]
