"""The engine's database is what Prefect's own migrations make."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from flows.engine import database
from flows.engine.database import SQL, has_automations, prepare_database, revision_of

ROOT = Path(__file__).parents[3]


def lines_of(statements: str) -> list[str]:
    """The lines in order of the alphabet: the migrations put constraints in another order each time."""
    return sorted(line.strip(" ,\t") for line in statements.splitlines())


def test_the_statements_kept_are_those_that_migrations_make(tmp_path: Path) -> None:
    write = (
        "import sys; from pathlib import Path; from flows.engine.write_database import migrated; "
        "sys.stdout.write(migrated(Path(sys.argv[1])))"
    )
    words = [sys.executable, "-c", write, str(tmp_path / "migrated.db")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert lines_of(done.stdout) == lines_of(SQL.read_text(encoding="utf-8")), "stale: make engine-database"


def test_a_database_is_made_where_there_is_none_and_one_that_is_there_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "prefect.db"
    assert prepare_database(file)
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("INSERT INTO variable (name, value) VALUES ('kept', '1')")
    assert prepare_database(file)
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("SELECT name FROM variable").fetchall() == [("kept",)]
        assert opened.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    assert [left.name for left in tmp_path.iterdir()] == ["prefect.db"]


def test_a_database_of_another_version_is_left_to_prefects_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "older.db"
    with closing(sqlite3.connect(older)) as opened, opened:
        opened.execute("CREATE TABLE alembic_version (version_num VARCHAR)")
        opened.execute("INSERT INTO alembic_version VALUES ('0123456789ab')")
    assert not prepare_database(older)
    monkeypatch.setattr(database, "HEAD", "-- Prefect {version} of tomorrow\n")
    assert not prepare_database(tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    assert revision_of(tmp_path / "none.db") not in SQL.read_text(encoding="utf-8")


def test_automations_are_told_and_a_file_that_cannot_be_read_may_hold_some(tmp_path: Path) -> None:
    assert has_automations(tmp_path / "absent.db")
    file = tmp_path / "prefect.db"
    prepare_database(file)
    assert not has_automations(file)
    with closing(sqlite3.connect(file)) as database, database:
        columns = database.execute("PRAGMA table_info(automation)").fetchall()
        needed = {name: "x" for _, name, _, not_null, default, _ in columns if not_null and default is None}
        words = ", ".join(f'"{name}"' for name in needed)
        marks = ", ".join("?" for _ in needed)
        database.execute(f"INSERT INTO automation ({words}) VALUES ({marks})", [*needed.values()])
    assert has_automations(file)
