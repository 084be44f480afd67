"""The fork server that is forked from the program: each case is a program of its own, since a program has one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import eventually, is_running
from tests.shard.test_supervise import a_job, outcomes

ROOT = Path(__file__).parents[2]
LINES = ("a", "segfault-in-extract", "b", "killed-once", "c")

# What every program begins with. Its words: the folder of its shard.
BEGIN = f"""
import json, os, signal, sys, threading
from pathlib import Path
from tasks.shard import get_ready, run_shard, stand_by
from tests.shard.deadly_work import work
from tests.shard.test_supervise import a_job

def children():
    own = os.getpid()
    found = [int(child) for child in Path(f"/proc/{{own}}/task/{{own}}/children").read_text().split()]
    return {{child: Path(f"/proc/{{child}}/comm").read_text().strip() for child in found}}

job = a_job(Path(sys.argv[1]), *{LINES!r})
said = {{}}
"""
END = """
said["after"] = children()
print(json.dumps(said))
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="stands by on Linux alone")


def program(tmp_path: Path, middle: str) -> dict[str, Any]:
    """Run a program to its end; what it says of itself."""
    words = [sys.executable, "-c", BEGIN + middle + END, str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def forked(names: dict[str, str]) -> list[str]:
    return [child for child, name in names.items() if name == "fork-server"]


def test_workers_come_from_a_fork_of_the_program_and_die_as_they_did(tmp_path: Path) -> None:
    said = program(tmp_path, "stand_by(); said['before'] = children(); get_ready(); run_shard(job, work=work)")
    assert forked(said["after"]) == list(said["before"])
    assert outcomes(a_job(tmp_path)) == ["a", "crashed", "b", "killed-once", "c"]


def test_a_fork_that_is_not_needed_ends_with_the_program(tmp_path: Path) -> None:
    (waits,) = program(tmp_path, "stand_by()")["after"]
    assert eventually(lambda: not is_running(int(waits)))


def test_a_fork_server_ends_with_the_program(tmp_path: Path) -> None:
    (server,) = program(tmp_path, "stand_by(); said['before'] = children(); get_ready()")["before"]
    assert eventually(lambda: not is_running(int(server)))


def test_without_a_word_to_get_ready_the_shard_is_worked_on_all_the_same(tmp_path: Path) -> None:
    program(tmp_path, "stand_by(); run_shard(job, work=work)")
    assert outcomes(a_job(tmp_path)) == ["a", "crashed", "b", "killed-once", "c"]


@pytest.mark.parametrize("when", ["", "get_ready()"])
def test_where_the_fork_was_killed_python_starts_a_fork_server_of_its_own(tmp_path: Path, when: str) -> None:
    kill = "(fork,) = before; os.kill(fork, signal.SIGKILL); os.waitid(os.P_PID, fork, os.WEXITED | os.WNOWAIT)"
    program(tmp_path, f"stand_by(); before = children(); {when}\n{kill}; get_ready(); run_shard(job, work=work)")
    assert outcomes(a_job(tmp_path)) == ["a", "crashed", "b", "killed-once", "c"]


def test_a_program_that_has_threads_is_not_forked(tmp_path: Path) -> None:
    wait = "over = threading.Event(); threading.Thread(target=over.wait).start()"
    said = program(tmp_path, f"{wait}; stand_by(); said['before'] = children(); get_ready(); over.set()")
    assert said["before"] == {}
    assert not forked(said["after"])


# Each costs every run a part of a second, and no worker needs it.
HEAVY = {"prefect", "fastapi", "scipy", "jinja2", "aiohttp", "distributed", "pandas", "cyclopts"}


def test_workers_load_nothing_heavy_that_they_do_not_need() -> None:
    code = "import tasks.shard.preload, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & HEAVY == set()
