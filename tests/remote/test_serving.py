"""``broadsheet serve`` with store and releases in object storage: runs by the clock, a release, no secret written."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tasks.release import list_releases, verify_release
from tasks.storage import location_of
from tasks.store import Store
from tests.flows.prefect_api import asked, ended
from tests.flows.processes import eventually
from tests.flows.test_serve import every_few_seconds, outcomes, serving, sources_of
from tests.remote.conftest import SECRETS


def test_runs_by_the_clock_fill_a_store_and_make_a_release_by_url(bucket: str, tmp_path: Path) -> None:
    sources_of(tmp_path)
    deployments = every_few_seconds(tmp_path, hourly="interval: 5", nightly="interval: 5")
    places = ["--store", f"s3://{bucket}/store", "--releases", f"s3://{bucket}/releases"]
    releases = location_of(f"s3://{bucket}/releases")
    with serving(tmp_path, deployments, words=places) as (process, api):
        assert eventually(lambda: list_releases(releases) or ended(api, "Failed"), 300)
        assert list_releases(releases), outcomes(api)
        names = {one["id"]: one["name"] for one in asked(api, "deployments")}
        assert eventually(lambda: "hourly" in {names.get(run["deployment_id"]) for run in ended(api, "Completed")}, 300)
        assert ended(api, "Failed") == []
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(120) == 0
    store = Store(location_of(f"s3://{bucket}/store"))
    assert store.documents(store.version()).collect()["host"].to_list() == ["times.example.com"]
    assert verify_release(list_releases(releases)[0].path) == []
    data = tmp_path / "data"
    assert not (data / "store").exists()
    assert not (data / "releases").exists()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert data / "engine" / "prefect.db" in written
    for secret in SECRETS.values():
        assert [path for path in written if secret.encode() in path.read_bytes()] == []
