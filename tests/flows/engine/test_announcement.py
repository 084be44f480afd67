"""One process serves a data folder; others find it, and what a dead one wrote counts for nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.engine.announcement import announce, announced, serving_on
from flows.engine.error import ServingError


def test_other_commands_find_the_server_while_it_serves(tmp_path: Path) -> None:
    assert serving_on(tmp_path) is None
    with announced(tmp_path) as file:
        announce(file, "http://127.0.0.1:4200/api")
        look = "import sys; from pathlib import Path; from flows.engine.announcement import serving_on; "
        words = [sys.executable, "-c", look + "print(serving_on(Path(sys.argv[1])))", str(tmp_path)]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "http://127.0.0.1:4200/api\n"
        with pytest.raises(ServingError, match="is served already: process"), announced(tmp_path):
            pass
    assert serving_on(tmp_path) is None


def test_a_server_that_was_killed_counts_for_nothing(tmp_path: Path) -> None:
    die = (
        "import os, sys; from pathlib import Path; from flows.engine.announcement import announce, announced\n"
        "with announced(Path(sys.argv[1])) as file: announce(file, 'http://127.0.0.1:1/api'); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", die, str(tmp_path)], check=False).returncode == -9
    assert (tmp_path / "engine" / "serving.json").exists()
    assert serving_on(tmp_path) is None
    with announced(tmp_path):
        pass
