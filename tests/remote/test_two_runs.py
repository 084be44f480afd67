"""Two whole runs into one store in object storage, at once: the slower one compares with the other's pages anew."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tasks.storage import location_of
from tasks.store import Store
from tests.flows.conftest import page, put_page
from tests.remote.conftest import ROOT

SITE = "https://times.example.com/2026/03"
OVERTAKEN = """
import subprocess, sys
import flows.ingesting.storing
from flows.commands.command_line import run_command_line

commit, times = flows.ingesting.storing.commit, int(sys.argv[1])
others = [sys.argv[2].replace("NUMBER", str(number)).split() for number in range(times)]

def overtaken(*arguments, **named):
    # Compared with a version that is not the newest any more by the time it commits.
    if others:
        subprocess.run([sys.executable, "-m", "flows", *others.pop(0)], check=True, stdout=subprocess.DEVNULL)
    return commit(*arguments, **named)

flows.ingesting.storing.commit = overtaken
sys.exit(run_command_line(sys.argv[3:]))
"""


def pages(folder: Path, *names: str) -> Path:
    for name in names:
        put_page(folder, name, page(name), f"{SITE}/{name}-of-the-town.html")
    return folder


def overtaken_run(times: int, other: str, *words: str) -> tuple[dict[str, Any], str]:
    """A run that others overtake between its comparison and its commit; its report, and what it said meanwhile."""
    program = [sys.executable, "-c", OVERTAKEN, str(times), other, *words, "--json"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), done.stderr


@pytest.mark.usefixtures("shared_engine")
def test_a_run_that_is_overtaken_compares_anew_and_adds_no_page_twice(bucket: str, tmp_path: Path) -> None:
    url = f"s3://{bucket}/store"
    both = pages(tmp_path / "both", "harbour", "library")
    pages(tmp_path / "other-0", "library")
    pages(tmp_path / "other-1", "tram")
    other = f"ingest {tmp_path}/other-NUMBER --data {tmp_path}/data-NUMBER --store {url} --quiet"
    report, said = overtaken_run(2, other, "ingest", str(both), "--data", str(tmp_path / "data"), "--store", url)
    assert said.count("another run committed meanwhile: compared with its pages once more") == 2
    assert report["store_version"] == 2
    funnel = report["funnel"]
    assert (funnel["read"], funnel["articles"], funnel["unchanged"]) == (2, 1, 1)
    store = Store(location_of(url))
    held = store.documents(store.version()).collect()
    assert sorted(held["url"]) == [f"{SITE}/{name}-of-the-town.html" for name in ("harbour", "library", "tram")]
    assert [version.facts["funnel"]["read"] for version in store.versions()] == [1, 1, 2]
    assert not list((tmp_path / "data" / "work").iterdir())
