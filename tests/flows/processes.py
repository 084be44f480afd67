"""Processes that tests start: their children, and waiting for their end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def children_of(pid: int) -> dict[int, str]:
    """The processes that a process started and that still run, with their command lines."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                after_name = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if int(after_name[1]) == pid and after_name[0] != "Z":
                found[int(folder.name)] = words.strip()
    return found


def descendants_of(pid: int) -> set[int]:
    """All processes below a process."""
    found: set[int] = set()
    for child in children_of(pid):
        found |= {child} | descendants_of(child)
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def eventually(is_so: Callable[[], object], seconds: float = 120) -> bool:
    """Whether something becomes so, within a bound that is far beyond what it takes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return bool(is_so())


def end(*pids: int) -> None:
    """Kill what a failed test would leave behind."""
    for pid in pids:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)
