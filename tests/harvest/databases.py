"""A private PostgreSQL for the tests: a cluster of its own in a temporary folder, on a socket, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


@contextmanager
def private_postgresql(password: str | None = None) -> Iterator[str]:
    """Start it, give its URL without the password, stop it. Skips the test where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (tests/install-system-packages)")
    is_root = os.geteuid() == 0
    if is_root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    # A socket's path may have 107 characters: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    as_user = ["runuser", "-u", "postgres", "--"] if is_root else []
    if is_root:
        shutil.chown(folder, "postgres")

    def call(program: str, *words: str) -> None:
        done = subprocess.run(
            [*as_user, str(programs / program), *words], capture_output=True, text=True, cwd="/", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(folder / "data")
    words = ["-A", "trust"]
    if password is not None:
        (folder / "password").write_text(password, encoding="utf-8")
        (folder / "password").chmod(0o644)
        words = ["-A", "scram-sha-256", f"--pwfile={folder / 'password'}"]
    call("initdb", "-D", data, "-U", "broadsheet", *words, "--no-sync", "-E", "UTF8", "--locale=C")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    call("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://broadsheet@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
