"""Writes ``database.sql`` anew, for the Prefect that is installed: ``make engine-database``, after ``make lock``.

What belongs here: what Prefect's own migrations make, as statements. What does not: using them (``database``).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path

from flows.engine.database import HEAD, SQL


def migrated(file: Path) -> str:
    """The statements that make a database as Prefect's own migrations do, which are run on ``file``."""
    os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{file.absolute()}"
    from prefect import __version__
    from prefect.server.database import provide_database_interface

    asyncio.run(provide_database_interface().create_db())
    with contextlib.closing(sqlite3.connect(file)) as database:
        return HEAD.format(version=__version__) + "\n".join(database.iterdump()) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        SQL.write_text(migrated(Path(folder) / "prefect.db"), encoding="utf-8")
