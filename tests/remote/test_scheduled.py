"""The flows that run by the clock, with the store and the releases in object storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.commands.command_line import run_command_line
from flows.scheduled import collect, release, upkeep
from tasks.release.manifest import read_manifest
from tasks.storage import location_of
from tasks.store import Store
from tests.flows.conftest import page, put_page
from tests.rows import document, documents, file_of

SITE = "https://times.example.com/local/2026/03"


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
    add_page(tmp_path, "first-tram-line")
    assert collect(data, sources, 1, store)["read"] == 1
    early = release(data, **where)
    for number in range(8):  # as many runs, without the flow
        rows = documents(document(f"https://example.com/{number}", f"text {number}"))
        facts = {"funnel": {"read": 1, "unchanged": 0}}
        Store(location_of(store)).append(f"run-{number}", [file_of(rows, tmp_path / f"{number}.parquet")], [], facts)
    add_page(tmp_path, "second-tram-line")
    assert collect(data, sources, 1, store)["read"] == 1  # a file that is known is not read again
    before = release(data, **where)
    assert early
    assert before
    assert before != early
    assert release(data, **where) is None
    done = {one["table"]: one for one in upkeep(data, **where)}
    assert (done["documents"]["files_before"], done["documents"]["files_after"]) == (10, 2)  # of two months
    assert release(data, **where) is None
    words = ["publish", "--data", data, "--quiet", "--store", store, "--releases", where["releases"], "--version"]
    assert run_command_line([*words, "after"]) == 0
    version = read_manifest(location_of(early))["made_from"]["store_version"]
    assert run_command_line([*words, "again", "--store-version", str(version)]) == 0
    releases = location_of(where["releases"])
    assert data_files(releases / "after") == data_files(location_of(before))
    assert data_files(releases / "again") == data_files(location_of(early))
    assert not (tmp_path / "data" / "store").exists()
