"""From pages in object storage to a release in object storage, by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.remote.conftest import AZURITE_KEY, ROOT, SECRETS
from tests.removal.data_folder import everything_in

ALL_SECRETS = [*SECRETS.values(), AZURITE_KEY]
REMOVED = "church-clock-stopped-by-bees"


def broadsheet(*words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "flows", *words, "--json"],
        cwd=ROOT,
        env=os.environ | {"PREFECT_LOGGING_LEVEL": "DEBUG"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not any(secret in done.stdout + done.stderr for secret in ALL_SECRETS)
    return json.loads(done.stdout)


@pytest.mark.usefixtures("shared_engine")
def test_pages_store_and_releases_by_url_from_the_first_run_to_a_removal(place: str, tmp_path: Path) -> None:
    files, bucket = fsspec.core.url_to_fs(place, use_listings_cache=False)
    files.put(str(ROOT / "seeds/documents"), f"{bucket}/pages/", recursive=True)
    data = tmp_path / "data"
    where = ("--data", str(data), "--store", f"{place}/store", "--releases", f"{place}/releases")
    first_files = [name for name in files.find(f"{bucket}/pages") if not name.endswith(".url")]
    first = broadsheet("run", f"{place}/pages", *where)
    assert first["funnel"]["read"] == 19
    assert first["store_version"] == 0
    assert first["release"].startswith(f"{place}/releases/")
    again = broadsheet("run", f"{place}/pages", *where)
    assert (again["funnel"]["read"], again["files_known"], again["release"]) == (0, len(first_files), None)
    second = broadsheet("run", f"{place}/pages", *where, "--reread")
    assert (second["funnel"]["unchanged"], second["store_version"], second["release"]) == (19, None, None)
    assert [release["articles"] for release in broadsheet("status", *where)["releases"]] == [11]
    assert broadsheet("verify", first["release"]) == []
    written = {str(path): path.read_bytes() for path in data.rglob("*") if path.is_file()}
    written |= {key: files.cat_file(key) for key in files.find(bucket)}
    assert len(written) > 30
    assert b" DEBUG " in written[str(data / "broadsheet.log")]
    for secret in ALL_SECRETS:
        assert [name for name, content in written.items() if secret.encode() in content] == []

    files.rm(f"{bucket}/pages", recursive=True)
    assert holding(REMOVED, files, bucket, tmp_path)
    broadsheet("remove", f"https://courier.example.org/region/{REMOVED}", *where, "--reason", "rights", "--yes")
    assert holding(REMOVED, files, bucket, tmp_path) == []
    assert [release["articles"] for release in broadsheet("status", *where)["releases"]] == [10]
    assert broadsheet("verify", first["release"]) == []


def holding(word: str, files: Any, bucket: str, folder: Path) -> list[str]:
    """The objects in which a word stands: in their bytes, or in any value of Parquet."""
    found = []
    for key in files.find(bucket):
        here = folder / f"object{Path(key).suffix}"
        files.get_file(key, str(here))
        found += [key] if word in everything_in(here) else []
    return found
