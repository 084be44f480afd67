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

from tests.remote.conftest import ROOT, SECRETS


def broadsheet(*words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "flows", *words, "--json"],
        cwd=ROOT,
        env=os.environ | {"PREFECT_LOGGING_LEVEL": "DEBUG"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS.values())
    return json.loads(done.stdout)


@pytest.mark.usefixtures("shared_engine")
def test_pages_store_and_releases_by_url_and_a_second_run_finds_nothing_new(bucket: str, tmp_path: Path) -> None:
    files = fsspec.filesystem("s3", use_listings_cache=False)
    files.put(str(ROOT / "seeds/documents"), f"{bucket}/pages/", recursive=True)
    where = ("--data", str(tmp_path), "--store", f"s3://{bucket}/store", "--releases", f"s3://{bucket}/releases")
    first_files = [name for name in files.find(f"{bucket}/pages") if not name.endswith(".url")]
    first = broadsheet("run", f"s3://{bucket}/pages", *where)
    assert first["funnel"]["read"] == 19
    assert first["store_version"] == 0
    assert first["release"].startswith(f"s3://{bucket}/releases/")
    again = broadsheet("run", f"s3://{bucket}/pages", *where)
    assert (again["funnel"]["read"], again["files_known"], again["release"]) == (0, len(first_files), None)
    second = broadsheet("run", f"s3://{bucket}/pages", *where, "--reread")
    assert (second["funnel"]["unchanged"], second["store_version"], second["release"]) == (19, None, None)
    assert [release["articles"] for release in broadsheet("status", *where)["releases"]] == [11]
    written = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    written |= {key: files.cat_file(key) for key in files.find(bucket)}
    assert len(written) > 30
    assert b" DEBUG " in written[str(tmp_path / "broadsheet.log")]
    for secret in SECRETS.values():
        assert [name for name, content in written.items() if secret.encode() in content] == []
