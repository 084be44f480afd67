"""The engine's own SQLite database, made in a moment: Prefect's hundred migrations take 6 CPU seconds.

What belongs here: the database as the migrations leave it (``database.sql``, made by ``make engine-database``), and
whether a file is at that state. What does not: what Prefect keeps in it. Another version of Prefect than the
one that ``database.sql`` was made with migrates by itself.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

SQL = Path(__file__).with_name("database.sql")
HEAD = "-- Prefect {version}: the database as its migrations leave it.\n"


def is_known_prefect() -> bool:
    """Whether the installed Prefect is the version that ``database.sql`` was made with."""
    from prefect import __version__

    with SQL.open(encoding="utf-8") as sql:
        return sql.readline() == HEAD.format(version=__version__)


def prepare_database(file: Path) -> bool:
    """Make the database where there is none. Whether it is as the installed Prefect wants it, without migrations."""
    if not is_known_prefect():
        return False
    statements = SQL.read_text(encoding="utf-8").split("\n", 1)[1]
    if not file.exists():
        beside = file.with_name(f"{file.name}.{os.getpid()}.new")
        with contextlib.closing(sqlite3.connect(beside)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(statements)
        # Another command may have made it meanwhile: the first one stays.
        with contextlib.suppress(FileExistsError):
            os.link(beside, file)
        beside.unlink()
    return revision_of(file) in statements


def has_automations(file: Path) -> bool:
    """Whether the database holds what Prefect is to do when something happens; also where it cannot be read."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute("SELECT 1 FROM automation LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return True


def revision_of(file: Path) -> str:
    """The migration that a database is at; a text that no revision is, where that cannot be told."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            (row,) = database.execute("SELECT version_num FROM alembic_version").fetchall()
            return f"INSERT INTO \"alembic_version\" VALUES('{row[0]}');"
    except (sqlite3.Error, ValueError):
        return "\0"
