"""A run whose extraction has no compiled loops says so in one line, and its record keeps it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.reporting.report import RunReport
from flows.showing.display import LiveDisplay
from flows.showing.terminal import SafeConsole
from flows.status.run_status import print_run
from tasks.loops import Loops, in_words
from tasks.shard.job import Counts

ROOT = Path(__file__).parents[2]
PAGE = "<h1>Harbour</h1>" + "<p>The harbour of Northport opened again on Monday after nine days of ice.</p>" * 3


@pytest.fixture(scope="module")
def uncompiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package without its compiled loops, and a page to read."""
    folder = tmp_path_factory.mktemp("uncompiled")
    for name in ("tasks", "flows"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    (folder / "page.html").write_text(f"<link rel=canonical href=https://example.com/a>{PAGE}")
    return folder


def ingest(folder: Path, data: str, *words: str) -> tuple[dict[str, Any], str]:
    """The record of a run, and its words on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "flows", "ingest", "page.html", "--data", data, *words],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [record] = (folder / data / "runs").glob("*.json")
    return json.loads(record.read_text()), done.stderr


def test_a_run_without_them_says_so_once_and_keeps_it(uncompiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, errors = ingest(uncompiled, "data")
    assert record["without_compiled_loops"] == "they were not compiled"
    assert errors.count("without its compiled loops") == 1
    assert "install Broadsheet anew where there is a C compiler" in errors  # no setup.py lies beside it
    print_run(RunReport.from_dict(record), SafeConsole())
    assert "without its compiled loops" in capsys.readouterr().out


def test_a_quiet_run_keeps_it_and_says_nothing(uncompiled: Path) -> None:
    record, errors = ingest(uncompiled, "quiet", "--quiet")
    assert (record["without_compiled_loops"], errors) == ("they were not compiled", "")


def test_a_checkout_is_told_how_to_compile_them() -> None:
    assert in_words(Loops.OF_OTHER_SOURCES) == (
        "Extraction runs without its compiled loops, two fifths slower: they were built from other sources than are "
        "here now; `make loops` compiles them."
    )
    assert in_words(Loops.COMPILED) is None


def test_a_terminal_is_told_above_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    display = LiveDisplay()
    display.start()
    with display.step("Read and extract"):
        display.warn("Extraction runs without its compiled loops")
    display.stop()
    said = capsys.readouterr().err
    assert said.index("without its compiled loops") < said.rindex("Read and extract")


def test_counts_keep_the_worst_of_their_loops_and_those_of_old_journals_have_none() -> None:
    assert (Counts(loops=Loops.NOT_LOADABLE) + Counts()).loops is Loops.NOT_LOADABLE
    assert Counts.of({"read": 1, "loops": 3}).loops is Loops.NOT_COMPILED
    assert Counts.of({"read": 1}).loops is Loops.COMPILED
