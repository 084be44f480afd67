"""What is left of words in a data folder: in its files, unpacked too, and in a PostgreSQL."""

from __future__ import annotations

import zlib
from pathlib import Path

import sqlalchemy as sa

from tests.removal.data_folder import everything_in


def holding(data: Path, state: list[str], *words: str) -> list[str]:
    """Files below a folder in which one of the words stands, unpacked too; and the rows of a PostgreSQL."""
    found = [str(path.relative_to(data)) for path in sorted(data.rglob("*")) if path.is_file() and holds(path, words)]
    if state:
        engine = sa.create_engine(state[1].replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            rows = connection.execute(sa.text("SELECT * FROM harvest_pages")).all()
            (file,) = connection.execute(sa.text("SELECT pg_relation_filepath('harvest_pages')")).one()
            (folder,) = connection.execute(sa.text("SHOW data_directory")).one()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("CHECKPOINT"))
        engine.dispose()
        found += [f"row {row[0]}" for row in rows if any(word in str(row) for word in words)]
        found += ["the table's file"] if holds(Path(folder) / file, words) else []
    return found


def holds(path: Path, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in a file, unpacked too."""
    text = everything_in(path)
    if ".warc.gz" in path.name:
        text += _unpacked(path.read_bytes()).decode(errors="replace")
    return any(word in text for word in words)


def _unpacked(data: bytes) -> bytes:
    """Every member's bytes, those of one that is cut off too."""
    out = b""
    while data.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(31)
        out += member.decompress(data)
        data = member.unused_data
    return out
