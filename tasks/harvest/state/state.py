"""The harvest's memory: what was seen and when, what is due, who asks which host.

What belongs here: every statement on the tables, each in one transaction. What does not: decisions (``outcomes``)
and the network. A host belongs to one harvester at a time, by a lease: that keeps its delay even where several
harvesters share one PostgreSQL. Times are seconds since 1970.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from tasks.harvest.records import Earlier
from tasks.harvest.state.connection import insert_into, open_database
from tasks.harvest.state.rows import Found, Host, Outcome, Page, Scope, SourceState, key_of, polite_host
from tasks.harvest.state.tables import files, hosts, pages, robots

T = TypeVar("T")

LEASE_SECONDS = 300.0
_TRIES = 5
_DUE = 32
_PIECE = 400
"""Rows a statement: SQLite takes 32,766 values at most, and older ones 999."""


class State:
    """Open the state at a path (SQLite) or a ``postgresql://`` URL. Raises ``HarvestError`` where that fails."""

    def __init__(self, place: str | Path) -> None:
        self._engine = open_database(place)
        self._insert = insert_into(self._engine)

    def close(self) -> None:
        """Give up all connections."""
        self._engine.dispose()

    def add(self, source: str, found: Iterable[Found], now: float) -> int:
        """Note pages and listings that a source names; return how many were not known."""
        listed = list(found)
        return self._in_transaction(lambda connection: self._add(connection, source, listed, now))

    def lease_hosts(self, owner: str, scope: Scope, now: float, limit: int) -> list[Host]:
        """Up to ``limit`` hosts that have something due and that nobody asks, from now on ours for a lease."""
        free = sa.or_(hosts.c.owner.is_(None), hosts.c.leased_until < now)
        due = sa.exists().where(pages.c.host == hosts.c.host, *_due(scope, now))
        wanted = (
            sa.select(hosts).where(free, hosts.c.paused_until <= now, due).order_by(hosts.c.next_at).limit(limit)
        ).with_for_update(skip_locked=True)
        with self._engine.begin() as connection:
            found = connection.execute(wanted).mappings().all()
            if found:
                names = [row["host"] for row in found]
                connection.execute(
                    hosts.update().where(hosts.c.host.in_(names)).values(owner=owner, leased_until=now + LEASE_SECONDS)
                )
        return [
            Host(row["host"], row["next_at"], row["paused_until"], row["failures"], row["owner"] is not None)
            for row in found
        ]

    def renew(self, owner: str, now: float) -> None:
        """Make all leases of a harvester last anew."""
        with self._engine.begin() as connection:
            connection.execute(hosts.update().where(hosts.c.owner == owner).values(leased_until=now + LEASE_SECONDS))

    def release(self, owner: str, host: Host | None = None) -> None:
        """Give a host back, with the time before which it must not be asked; without a host: all, as they are."""
        change = hosts.update().where(hosts.c.owner == owner)
        values: dict[str, Any] = {"owner": None, "leased_until": 0.0}
        if host is not None:
            change = change.where(hosts.c.host == host.host)
            values |= {"next_at": host.next_at, "paused_until": host.paused_until, "failures": host.failures}
        with self._engine.begin() as connection:
            connection.execute(change.values(**values))

    def drop(self, owner: str) -> None:
        """End the leases of a harvester that died, without a word on when it asked last."""
        with self._engine.begin() as connection:
            connection.execute(hosts.update().where(hosts.c.owner == owner).values(leased_until=0.0))

    def due(self, host: str, scope: Scope, now: float, without: Collection[str] = ()) -> list[Page]:
        """Some of what is due at a host: listings first, then pages in the order they were found.

        ``without``: keys under way.
        """
        wanted = (
            sa.select(pages)
            .where(pages.c.host == host, *_due(scope, now))
            .order_by(pages.c.role, pages.c.first_seen, pages.c.key)
            .limit(_DUE + len(without))
        )
        with self._engine.begin() as connection:
            rows = connection.execute(wanted).mappings().all()
        return [_page(row) for row in rows if row["key"] not in without][:_DUE]

    def next_due(self, scope: Scope) -> float | None:
        """When the next page or listing is due that nobody is asking for; null where none ever is."""
        when = sa.func.min(sa.case((hosts.c.paused_until > pages.c.due_at, hosts.c.paused_until), else_=pages.c.due_at))
        wanted = sa.select(when).where(pages.c.host == hosts.c.host, *_due(scope, float("inf")))
        with self._engine.begin() as connection:
            found = connection.scalar(wanted)
        return None if found is None else float(found)

    def page(self, key: str) -> Page | None:
        """What is known of a page or listing."""
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(pages).where(pages.c.key == key)).mappings().first()
        return _page(row) if row else None

    def record(self, outcomes: Sequence[Outcome], file: str | None = None, committed: int = 0) -> list[int]:
        """Note what came of requests, and up to where ``file`` holds them, in one transaction.

        Returns for each outcome how many pages and listings it named that were not known.
        """

        def work(connection: sa.Connection) -> list[int]:
            if outcomes:
                update = pages.update().where(pages.c.key == sa.bindparam("the_key"))
                connection.execute(update, [{"the_key": o.page.key, **_values(o)} for o in outcomes])
            new = [self._add(connection, o.page.source, o.found, o.asked_at) if o.found else 0 for o in outcomes]
            if file is not None:
                statement = self._insert(files).values(name=file, committed=committed)
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["name"], set_={"committed": committed})
                )
            return new

        return self._in_transaction(work)

    def by_source(self) -> list[SourceState]:
        """Where each source stands, by name; those of the past included."""
        is_page = pages.c.role == "page"
        failed = pages.c.result.in_(("failed", "gone"))
        columns = (
            pages.c.source,
            sa.func.count().filter(is_page).label("pages"),
            sa.func.count(pages.c.fetched_at).filter(is_page).label("fetched"),
            sa.func.count().filter(is_page, pages.c.asked_at.is_(None)).label("waiting"),
            sa.func.count().filter(failed).label("failing"),
            sa.func.max(pages.c.asked_at).label("last_asked"),
            sa.func.max(pages.c.fetched_at).label("last_fetched"),
            sa.func.max(pages.c.first_seen).filter(is_page).label("last_found"),
            sa.func.min(pages.c.due_at).label("next_due"),
        )
        with self._engine.begin() as connection:
            rows = connection.execute(sa.select(*columns).group_by(pages.c.source).order_by(pages.c.source))
            return [SourceState(**row) for row in rows.mappings()]

    def reasons(self, source: str) -> dict[str, int]:
        """Why pages and listings of a source are gone, refused or failed as of now, most first."""
        count = sa.func.count()
        wanted = (
            sa.select(pages.c.reason, count)
            .where(pages.c.source == source, pages.c.reason.is_not(None))
            .group_by(pages.c.reason)
            .order_by(count.desc(), pages.c.reason)
        )
        with self._engine.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def committed(self, file: str) -> int:
        """Up to which byte of a WARC under way the state knows what is in it."""
        with self._engine.begin() as connection:
            return int(connection.scalar(sa.select(files.c.committed).where(files.c.name == file)) or 0)

    def forget_file(self, file: str) -> None:
        """A WARC is whole and in its place."""
        with self._engine.begin() as connection:
            connection.execute(files.delete().where(files.c.name == file))

    def robots(self, origin: str) -> tuple[float, str, str] | None:
        """What a site's robots.txt said: when, the verdict, and its text."""
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(robots).where(robots.c.origin == origin)).mappings().first()
        return (row["fetched_at"], row["verdict"], row["body"]) if row else None

    def keep_robots(self, origin: str, now: float, verdict: str, body: str) -> None:
        """Note what a site's robots.txt said."""
        values = {"fetched_at": now, "verdict": verdict, "body": body.replace("\x00", "")}
        statement = self._insert(robots).values(origin=origin[:300], **values)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=values))

    def _in_transaction(self, work: Callable[[sa.Connection], T]) -> T:
        """Do it whole or not at all; again where two harvesters noted the same pages and PostgreSQL chose one."""
        for attempt in range(_TRIES):
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except sa.exc.OperationalError as error:
                if "deadlock" not in str(error).lower() or attempt == _TRIES - 1:
                    raise
                time.sleep(random.uniform(0, 0.2 * 2**attempt))
        raise AssertionError("the last try returns or raises")

    def _add(self, connection: sa.Connection, source: str, found: Iterable[Found], now: float) -> int:
        new = 0
        for piece in _pieces(found, _PIECE):
            by_key = {key: item for item in piece if (key := key_of(item.role, item.url, source))}
            known = {
                row["key"]: row
                for row in connection.execute(sa.select(pages).where(pages.c.key.in_(list(by_key)))).mappings()
            }
            # A millionth of a second apart: pages are asked for in the order in which they were named.
            rows = [
                {**_row(key, source, item, now), "first_seen": now + number / 1e6}
                for number, (key, item) in enumerate(by_key.items())
                if key not in known
            ]
            if rows:
                rows.sort(key=lambda row: row["key"])  # every harvester in one order, against deadlocks
                names = sorted({row["host"] for row in rows})
                connection.execute(self._insert(hosts).on_conflict_do_nothing(), [{"host": name} for name in names])
                added = connection.execute(self._insert(pages).on_conflict_do_nothing(), rows)
                new += added.rowcount if added.rowcount >= 0 else len(rows)
            for key, row in known.items():
                change = _change(row, source, by_key[key], now)
                if "host" in change:
                    connection.execute(self._insert(hosts).on_conflict_do_nothing(), [{"host": change["host"]}])
                if change:
                    connection.execute(pages.update().where(pages.c.key == key).values(**change))
        return new


def _due(scope: Scope, now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        pages.c.source.in_(scope.sources),
        pages.c.due_at <= now,
        sa.or_(pages.c.asked_at.is_(None), pages.c.asked_at < scope.since, pages.c.result == "failed"),
    )


def _row(key: str, source: str, found: Found, now: float) -> dict[str, Any]:
    return {
        "key": key,
        "role": found.role,
        "source": source,
        "host": polite_host(found.url),
        "url": found.url,
        "via": found.via,
        "listed": json.dumps(dict(found.listed)) if found.listed else None,
        "depth": found.depth,
        "hops": found.hops,
        "first_seen": now,
        "due_at": now,
    }


def _change(row: Any, source: str, found: Found, now: float) -> dict[str, Any]:
    """What a further mention changes in a known row: a way on, or word that the page was modified."""
    if found.again:
        return {
            "url": found.url,
            "host": polite_host(found.url),
            "hops": found.hops,
            "due_at": now,
            # The same address again has been asked for, maybe just now; another one has not.
            "asked_at": row["asked_at"] if found.url == row["url"] else None,
        }
    if row["source"] != source and row["fetched_at"] is None:
        # The source that named it first may be declared no more, or by another name.
        return {"source": source, "via": found.via, "listed": json.dumps(dict(found.listed)) if found.listed else None}
    if row["role"] != "page" or not found.listed or found.via != row["via"]:
        return {}
    before = json.loads(row["listed"]) if row["listed"] else {}
    if dict(found.listed) == before:
        return {}
    change: dict[str, Any] = {"listed": json.dumps(dict(found.listed))}
    if row["fetched_at"] is not None and found.listed.get("modified") != before.get("modified"):
        # Some sites call every page modified all the time: each time that brought nothing new, wait twice as long.
        patience = 3600.0 * 2 ** min(row["quiet"], 10)
        change["due_at"] = max(now, row["fetched_at"] + patience)
    return change


def _values(outcome: Outcome) -> dict[str, Any]:
    earlier = outcome.earlier
    return {
        "due_at": outcome.due_at,
        "asked_at": outcome.asked_at,
        "result": outcome.result,
        "reason": outcome.reason,
        "failures": outcome.failures,
        "quiet": outcome.quiet,
        "fetched_at": outcome.fetched_at,
        "etag": outcome.etag,
        "last_modified": outcome.last_modified,
        "record_id": earlier.record_id if earlier else None,
        "record_date": earlier.date if earlier else None,
        "record_url": earlier.url if earlier else None,
        "digest": earlier.digest if earlier else None,
    }


def _page(row: Any) -> Page:
    earlier = None
    if row["record_id"]:
        earlier = Earlier(row["record_id"], row["record_date"], row["record_url"], row["digest"])
    names = ("key", "role", "source", "host", "url", "via", "depth", "hops", "failures", "quiet")
    more = ("asked_at", "fetched_at", "etag", "last_modified")
    listed = json.loads(row["listed"]) if row["listed"] else {}
    return Page(**{name: row[name] for name in (*names, *more)}, listed=listed, earlier=earlier)


def _pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while piece := list(islice(iterator, size)):
        yield piece
