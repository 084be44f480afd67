"""Pages taken out of a store and of releases in object storage: no object holds them afterwards."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest

from flows.commands.command_line import run_command_line
from flows.options import DataFolder as Folder
from flows.removal import finish_removal
from flows.removal_under_way import refuse_while_removing
from tasks.release import list_releases, verify_release
from tasks.release import rebuilding_remote as exchange
from tasks.release.error import ReleaseError
from tasks.release.manifest import read_manifest
from tasks.removal import carrying_out
from tasks.removal.carrying_out import Places
from tasks.removal.harvested import Harvested
from tasks.removal.journal import interrupted
from tasks.removal.targets import RemovalError
from tasks.storage import location_of
from tasks.store import Store, StoreError
from tests.removal.data_folder import SECRET, DataFolder, everything_in, fill

URL = f"https://example.com/{SECRET}-1"


@dataclass
class RemoteFolder(DataFolder):
    """A data folder whose store and releases are in a bucket."""

    bucket: str

    @property
    def store(self) -> Store:
        return Store(self.places.store)

    @property
    def places(self) -> Places:
        store, releases = (location_of(f"s3://{self.bucket}/{name}") for name in ("store", "releases"))
        here = (self.root / name for name in ("work", "broadsheet.log"))
        return Places(store, releases, *here, Harvested(self.root / "harvest"))

    @property
    def words(self) -> list[str]:
        """Those that every command takes."""
        place = f"s3://{self.bucket}"
        return ["--data", str(self.root), "--store", f"{place}/store", "--releases", f"{place}/releases"]

    def holding(self, *words: str) -> list[str]:
        """The objects in which one of the words stands: in their bytes, or in any value of Parquet."""
        files = fsspec.filesystem("s3", use_listings_cache=False)
        found = []
        for key in files.find(self.bucket):
            here = self.root.parent / key.replace("/", "_")
            files.get_file(key, str(here))
            found += [key] if any(word in everything_in(here) for word in words) else []
            here.unlink()
        return found


@pytest.fixture(scope="module")
def filled() -> list[str]:
    """The bucket that was filled once, to be copied and not changed; none before the first test."""
    return []


@pytest.fixture
def data(bucket: str, filled: list[str], tmp_path: Path) -> RemoteFolder:
    """Two runs and a release after each, in the bucket."""
    files = fsspec.filesystem("s3", use_listings_cache=False)
    if not filled:
        made = RemoteFolder(tmp_path / "filled" / "data", f"{bucket}-filled")
        made.root.parent.mkdir()
        files.mkdir(made.bucket)
        fill(made)
        filled.append(made.bucket)
    for key in files.find(filled[0]):
        files.cp_file(key, key.replace(filled[0], bucket, 1))
    return RemoteFolder(tmp_path / "data", bucket)


def whole(data: RemoteFolder) -> bool:
    found = list_releases(data.places.releases)
    return [one.version for one in found] == ["1", "2"] and [verify_release(one.path) for one in found] == [[], []]


def test_nothing_of_a_removed_page_remains_in_any_object(
    data: RemoteFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data.holding(SECRET)
    assert run_command_line(["remove", URL, "--reason", "rights", "--yes", *data.words]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "release 2 rewritten: 1 articles, 1 revisions, 1 rejects removed" in said
    assert data.holding(SECRET) == []
    assert whole(data)
    manifest = read_manifest(data.places.releases / "2")
    assert manifest["funnel"]["unaccounted"] == 0
    assert [entry["removed"]["articles"] for entry in manifest["rewritten"]] == [1]
    assert run_command_line(["remove", URL, "--reason", "rights", "--yes", "--json", *data.words]) == 0
    assert json.loads(capsys.readouterr().out)["removed_before"]


def test_rewritten_files_are_those_that_a_new_release_would_have(data: RemoteFolder) -> None:
    data.remove("https://example.com/original")
    new = {entry["path"]: entry["sha256"] for entry in read_manifest(data.publish("3"))["files"] if "table" in entry}
    old = {entry["path"]: entry["sha256"] for entry in read_manifest(data.places.releases / "2")["files"]}
    assert {path: old[path] for path in new} == new


@pytest.mark.parametrize("moment", ["_upload", "_take_its_place", "in the middle of the exchange"])
def test_a_removal_that_died_is_made_whole_by_the_next(
    data: RemoteFolder, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def die(*_: object) -> None:
        raise ReleaseError("the network is gone")

    def exchange_half(beside: Any, target: Any) -> None:
        """The old manifest is gone, some files are new, some are old."""
        target.fs.rm_file((target / "manifest.json").path)
        target.fs.cp_file((beside / "README.md").path, (target / "README.md").path)
        die()

    words = ["remove", URL, "--reason", "rights", "--yes", *data.words]
    with monkeypatch.context() as patch:
        if moment.startswith("_"):
            patch.setattr(exchange, moment, die)
        else:
            patch.setattr(exchange, "_take_its_place", exchange_half)
        assert run_command_line(words) == 1
    assert data.holding(SECRET)
    assert run_command_line(words) == 0
    assert data.holding(SECRET, ".rewritten-") == []
    assert whole(data)
    left = fsspec.filesystem("s3", use_listings_cache=False).find(data.bucket)
    assert not [key for key in left if "/.rewritten-" in key or ".removal.json" in key]


def half_upload(data: RemoteFolder, last_sign: float) -> Any:
    """A release without a manifest, under a claim of another machine; where it is."""
    releases: Any = data.places.releases
    target = releases / "3"
    for key in releases.fs.find((releases / "2").path):
        name = key.removeprefix(f"{(releases / '2').path}/")
        if name != "manifest.json":
            target.fs.cp_file(key, (target / name).path)
    claim = releases / ".uploading-3.json"
    claim.write_text(json.dumps({"token": "x", "machine": "another", "process": 1, "last_sign": last_sign}))
    return target


def test_an_upload_that_died_is_taken_away_by_a_removal(data: RemoteFolder) -> None:
    half_upload(data, last_sign=0.0)
    assert run_command_line(["remove", URL, "--reason", "rights", "--yes", *data.words]) == 0
    assert data.holding(SECRET) == []
    assert not [key for key in fsspec.filesystem("s3", use_listings_cache=False).find(data.bucket) if "/3/" in key]


def test_a_living_upload_is_waited_for_with_the_journal_kept(
    data: RemoteFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    target = half_upload(data, last_sign=time.time())
    words = ["remove", URL, "--reason", "rights", "--yes", *data.words]
    assert run_command_line(words) == 1
    assert "release 3 is being uploaded" in capsys.readouterr().err
    assert interrupted(data.places.store) is not None
    (target.parent / ".uploading-3.json").write_text(json.dumps({"token": "x", "last_sign": 0.0}))
    assert run_command_line(words) == 0
    assert interrupted(data.places.store) is None
    assert data.holding(SECRET) == []


def test_a_publish_of_a_store_elsewhere_leaves_a_removal_that_is_not_done_to_remove(
    data: RemoteFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def die(*_: object) -> None:
        raise ReleaseError("the network is gone")

    words = ["remove", URL, "--reason", "rights", "--yes", *data.words]
    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "rewrite_releases", die)
        assert run_command_line(words) == 1
    with pytest.raises(RemovalError, match="is not done: wait for it"):
        refuse_while_removing(Folder(data.root, f"s3://{data.bucket}/store", f"s3://{data.bucket}/releases"))
    with pytest.raises(RemovalError, match="was begun with the data folder of"):
        finish_removal(Folder(tmp_path / "b", f"s3://{data.bucket}/store", f"s3://{data.bucket}/releases"), print)
    assert run_command_line(words) == 0
    assert data.holding(SECRET) == []


def test_a_journal_out_of_reach_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, bucket: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(StoreError, match="journal beside") as caught:
        interrupted(location_of(f"s3://{bucket}/store"))
    assert "\n" not in str(caught.value)
