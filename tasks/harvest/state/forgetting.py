"""Takes out of the state what it knows of pages and domains that were taken out for good.

What belongs here: finding such rows, and statements that take them out within a transaction that ``state`` begins; that
no byte of them is left in the database's files. What does not: the WARCs (``tasks.harvest.cutting``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from typing import Any

import sqlalchemy as sa

from tasks.harvest.source import HarvestError
from tasks.harvest.state.rows import REMOVED, key_of
from tasks.harvest.state.tables import hosts, pages, robots

_PIECE = 400
_ROWS = 5_000
_MOST_HOPS = 5


def known(connection: sa.Connection, urls: Iterable[str], domains: Collection[str]) -> set[str]:
    """The URLs of the rows of some pages and domains."""
    found: set[str] = set()
    for piece in _pieces(sorted(_keys(urls))):
        found.update(connection.scalars(sa.select(pages.c.url).where(pages.c.key.in_(piece))))
    for domain in domains:
        of_domain = sa.or_(pages.c.host == domain, pages.c.host.endswith(f".{domain}", autoescape=True))
        found.update(connection.scalars(sa.select(pages.c.url).where(of_domain)))
    return found


def forget(connection: sa.Connection, is_removed: Callable[[str], bool], leading: Set[str], records: Set[str]) -> int:
    """Take the rows out; return how many there were.

    Pages that lead to what goes stay, so that they are not asked again, without what listings said of them.
    ``leading``: their keys; those that the state knows of itself are found. ``records``: ids of records that are gone,
    which no request and no revisit may refer to.
    """
    gone: list[str] = []
    vias: set[str] = set()
    changed: list[tuple[str, dict[str, Any]]] = []
    for row in _rows(connection):
        if is_removed(row.url):
            gone.append(row.key)
            vias |= {row.via} if row.via and row.hops else set()
            continue
        change: dict[str, Any] = {"via": None} if row.via and is_removed(row.via) else {}
        if row.record_id in records:
            change |= dict.fromkeys(("record_id", "record_date", "record_url", "digest", "etag", "last_modified"))
        if change:
            changed.append((row.key, change))
    for piece in _pieces(_leading(connection, {*leading, *_keys(vias)})):
        said = {"listed": None, "result": "refused", "reason": REMOVED, "due_at": None}
        connection.execute(pages.update().where(pages.c.key.in_(piece)).values(**said))
    for piece in _pieces(gone):
        connection.execute(pages.delete().where(pages.c.key.in_(piece)))
    for key, change in changed:
        connection.execute(pages.update().where(pages.c.key == key).values(**change))
    _forget_places(connection, is_removed)
    return len(gone)


def _rows(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    """All of them, some thousand at a time."""
    columns = (pages.c.key, pages.c.url, pages.c.via, pages.c.hops, pages.c.record_id)
    last = ""
    while rows := connection.execute(
        sa.select(*columns).where(pages.c.key > last).order_by(pages.c.key).limit(_ROWS)
    ).all():
        yield from rows
        last = rows[-1].key


def _keys(urls: Iterable[str]) -> set[str]:
    return {key for url in urls if (key := key_of("page", url, ""))}


def _leading(connection: sa.Connection, asked: set[str]) -> list[str]:
    """The keys of pages, and of those that redirected to them."""
    found: set[str] = set()
    for _ in range(_MOST_HOPS + 1):
        found |= asked
        vias: set[str] = set()
        for piece in _pieces(sorted(asked)):
            led = sa.select(pages.c.via).where(pages.c.key.in_(piece), pages.c.hops > 0, pages.c.via.is_not(None))
            vias.update(connection.scalars(led))
        asked = _keys(vias) - found
    return sorted(found)


def _forget_places(connection: sa.Connection, is_removed: Callable[[str], bool]) -> None:
    """Hosts that have no page any more, and robots.txt files, of domains that were taken out."""
    bare = sa.select(hosts.c.host).where(~sa.exists().where(pages.c.host == hosts.c.host))
    names = [host for host in connection.scalars(bare).all() if is_removed(f"https://{host}/")]
    origins = [one for one in connection.scalars(sa.select(robots.c.origin)).all() if is_removed(f"{one}/")]
    for piece in _pieces(names):
        connection.execute(hosts.delete().where(hosts.c.host.in_(piece)))
    for piece in _pieces(origins):
        connection.execute(robots.delete().where(robots.c.origin.in_(piece)))


def leave_no_byte(engine: sa.Engine) -> bool:
    """Write the database's files anew, for deleted rows stand in them; false where another process is in its way.

    Raises ``HarvestError`` where SQLite cannot: it needs as much free disk as the file takes up.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET lock_timeout = '60s'")
            for table in (pages, hosts, robots):
                connection.exec_driver_sql(f"VACUUM FULL {table.name}")
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_) = cursor.fetchone() or (1,)
        return not busy
    except sqlite3.Error as error:
        raise HarvestError(f"harvest's state cannot be written anew: {error}") from error
    finally:
        raw.close()


def _pieces(keys: list[str]) -> Iterable[list[str]]:
    return (keys[at : at + _PIECE] for at in range(0, len(keys), _PIECE))
