"""The database that holds the state: a file of SQLite, or PostgreSQL by URL.

What belongs here: opening, making the tables, and what the two differ in. What does not: what is in them (``state``).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tasks.harvest.source import HarvestError
from tasks.harvest.state.tables import FORMAT, formats, metadata

_LEAST_FREE = 1_000_000  # bytes: less, and SQLite may not write
_MAKING = 7_042_001  # any number: the advisory lock under which PostgreSQL's tables are made


def open_database(place: str | Path) -> sa.Engine:
    """The database at a path (SQLite) or a ``postgresql://`` URL, with its tables. Raises ``HarvestError``."""
    text = str(place)
    try:
        engine = _postgresql(text) if "://" in text else _sqlite(Path(text))
        _make_tables(engine)
    except sa.exc.ArgumentError as error:
        raise HarvestError(f"the state {text!r} is neither a path nor a postgresql:// URL") from error
    except sa.exc.SQLAlchemyError as error:
        raise HarvestError(f"the harvest's state cannot be opened: {in_words(error, place)}; check --state") from error
    return engine


def in_words(error: sa.exc.SQLAlchemyError, place: str | Path) -> str:
    """What the database said, on one line; that the disk is full, where SQLite calls that an I/O error."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    folder = Path(place).parent
    if said == "disk I/O error" and folder.is_dir() and shutil.disk_usage(folder).free < _LEAST_FREE:
        return f"the disk is full ({folder})"
    return said


def insert_into(engine: sa.Engine) -> Callable[[sa.Table], Any]:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert


def _postgresql(text: str) -> sa.Engine:
    url = sa.make_url(text)
    if url.get_backend_name() != "postgresql":
        raise HarvestError(f"the state may be a path (SQLite) or a postgresql:// URL, not {url.get_backend_name()}")
    try:
        import psycopg  # noqa: F401 - whether it is there
    except ImportError as error:
        raise HarvestError("PostgreSQL needs a driver: pip install 'broadsheet[postgresql]'") from error
    return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def _sqlite(file: Path) -> sa.Engine:
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 60, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions by itself, and too late
        connection.execute("PRAGMA journal_mode=WAL")
        # A commit is durable when it returns: the WARC file under way is renamed on the strength of it.
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def _began(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_tables(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING)))
        metadata.create_all(connection)
        found = connection.scalar(sa.select(formats.c.format))
        if found is None:
            connection.execute(formats.insert().values(format=FORMAT))
        elif found == 1:
            connection.execute(sa.text("ALTER TABLE harvest_hosts ADD COLUMN lease INTEGER NOT NULL DEFAULT 0"))
            connection.execute(formats.update().values(format=FORMAT))
        elif found != FORMAT:
            raise HarvestError(f"the harvest's state has format {found}, this version reads {FORMAT}")
