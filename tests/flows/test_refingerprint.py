"""A store whose fingerprints are in another format: told so, and mended by one command."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tasks.schema import Documents, arrow_schema
from tasks.schema.tables import BAND_COLUMNS
from tasks.store import Store
from tests.flows.test_road import broadsheet, run_json


def rows(data: Path) -> pl.DataFrame:
    store = Store(data / "store")
    return store.documents(store.version()).sort("document_id").collect()


def put_in_another_format(data: Path) -> None:
    """As a store that an older version of the code wrote."""
    old = rows(data).with_columns(
        fingerprint_version=pl.lit(99, pl.Int32),
        match_edges=pl.lit([], Documents.create_empty().schema["match_edges"]),
        **{band: pl.lit(7, pl.Int32) for band in BAND_COLUMNS},
    )
    batches = old.to_arrow().cast(arrow_schema(Documents)).to_batches()
    Store(data / "store").replace("older-code", iter(batches), {"recomputed": {}})


def test_a_store_in_another_format_is_told_so_and_made_anew(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    before = rows(data)
    put_in_another_format(data)
    status, _, said = broadsheet(capsys, "run", site, "--data", data, "--quiet")
    assert status == 1
    assert "have format [99], this code makes 1: make them again from the texts: broadsheet refingerprint" in said
    status, out, said = broadsheet(capsys, "refingerprint", "--data", data, "--json", "--quiet")
    assert (status, json.loads(out)) == (0, {"store_version": 2}), said
    assert rows(data).equals(before)
    assert run_json(capsys, site, "--data", data, "--reread")["funnel"]["unchanged"] == 4
    assert not list((data / "work").iterdir())


def test_where_nothing_is_to_be_done_nothing_is(capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert broadsheet(capsys, "refingerprint", "--data", data)[0] == 1  # no store yet
    run_json(capsys, site, "--data", data)
    before = rows(data)
    assert "nothing to do" in broadsheet(capsys, "refingerprint", "--data", data)[1]
    assert Store(data / "store").version().number == 0
    assert broadsheet(capsys, "refingerprint", "--anyway", "--data", data)[1] == "store version 1\n"
    assert rows(data).equals(before)


DYING = """
import os, signal, sys
from pathlib import Path
import tasks.store.adding as module
real = module.write_files
def dies(*words):
    real(*words)
    os.kill(os.getpid(), signal.SIGKILL)  # every file is written, the commit is not
module.write_files = dies
from flows.refingerprint import make_parts, _batches
from tasks.store import Store
import tempfile
from flows.showing.display import Step
store = Store(Path(sys.argv[1]) / "store")
parts = make_parts.fn(store, store.version(), Path(tempfile.mkdtemp()), Step("x"))
store.replace("dying", _batches(parts), {"recomputed": {}})
"""


def test_killed_before_its_commit_it_leaves_the_store_as_it_was(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    put_in_another_format(data)
    before = rows(data)
    done = subprocess.run([sys.executable, "-c", DYING, str(data)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert rows(data).equals(before)
    assert broadsheet(capsys, "refingerprint", "--data", data, "--quiet")[0] == 0
    assert set(rows(data)["fingerprint_version"]) == {1}
