"""A log does not grow without end, and nobody loses a line over it."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from flows.engine.log import QuietHandler
from flows.reporting.log_files import begin_log, log_files
from tests.flows.processes import eventually
from tests.removal.data_folder import SECRET, DataFolder
from tests.removal.test_carrying_out import URL

ROOT = Path(__file__).parents[3]


def test_a_log_that_is_too_large_becomes_the_first_of_three_older_ones(tmp_path: Path) -> None:
    log = tmp_path / "broadsheet.log"
    begin_log(log)
    for number in range(6):
        log.write_text(f"{number}" * 11)
        begin_log(log, most_bytes=10)
        assert not log.exists()
    assert [path.name for path in log_files(log)] == [f"broadsheet.log.{number}" for number in (1, 2, 3)]
    assert [path.read_text()[0] for path in log_files(log)] == ["5", "4", "3"]
    log.write_text("short")
    begin_log(log, most_bytes=10)
    assert log.read_text() == "short"


def test_a_process_that_has_it_open_goes_on_in_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "broadsheet.log"
    handler = QuietHandler(log)
    handler.emit(logging.makeLogRecord({"msg": "before"}))
    begin_log(log, most_bytes=1)
    handler.emit(logging.makeLogRecord({"msg": "after"}))
    handler.close()
    assert [path.read_text() for path in log_files(log)] == ["after\n", "before\n"]


FOLLOWS = """
import os, sys
from pathlib import Path
from flows.engine import embedded
log = Path(sys.argv[1])
embedded._FOLLOW_SECONDS = 0.02
embedded._write_to(log)
embedded._follow(log)
for word in sys.stdin:
    os.write(1, word.encode())
"""


def test_what_a_long_lived_server_says_goes_on_in_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "broadsheet.log"
    server = subprocess.Popen([sys.executable, "-c", FOLLOWS, str(log)], cwd=ROOT, stdin=subprocess.PIPE, text=True)
    assert server.stdin

    def say(word: str) -> None:
        assert server.stdin
        server.stdin.write(f"{word}\n")
        server.stdin.flush()
        assert eventually(lambda: log.exists() and word in log.read_text())

    try:
        say("before")
        begin_log(log, most_bytes=1)
        assert eventually(log.exists)  # it follows by itself, be there somebody else who writes or not
        say("after")
        log.unlink()
        log.write_text("what a removal left\n")
        assert eventually(lambda: Path(f"/proc/{server.pid}/fd/1").readlink() == log)
        say("last")
    finally:
        server.stdin.close()
        server.wait()
    assert log.with_name("broadsheet.log.1").read_text() == "before\n"
    assert log.read_text() == "what a removal left\nlast\n"


def test_of_many_commands_at_once_one_puts_it_aside(tmp_path: Path) -> None:
    log = tmp_path / "broadsheet.log"
    log.write_text("x" * 100)
    script = (
        f"from pathlib import Path; from flows.reporting.log_files import begin_log; begin_log(Path({str(log)!r}), 50)"
    )
    many = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(6)]
    assert [one.wait() for one in many] == [0] * 6
    assert [path.name for path in log_files(log)] == ["broadsheet.log.1"]


def test_a_removal_cleans_the_older_ones_too(tmp_path: Path) -> None:
    from tests.removal.data_folder import fill

    data = DataFolder(tmp_path / "data")
    fill(data)
    for name in ("broadsheet.log", "broadsheet.log.1", "broadsheet.log.3"):
        (data.root / name).write_text(f"read {URL}\nread https://example.com/other\n")
    assert "log: 3 lines removed" in data.remove(URL)
    assert data.holding(SECRET) == []
    assert (data.root / "broadsheet.log.3").read_text() == "read https://example.com/other\n"
