"""What a mention of a page or an outcome changes in the table of pages, and what a row of it says.

What belongs here: the rows, there and back, within a transaction that ``state`` begins. What does not: who asks for
them (``leases``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from tasks.harvest.records import Earlier
from tasks.harvest.state.rows import REMOVED, Found, Outcome, Page, Scope, key_of, polite_host
from tasks.harvest.state.tables import hosts, pages

T = TypeVar("T")

_PIECE = 400
"""Rows a statement: SQLite takes 32,766 values at most, and older ones 999."""


def is_due(scope: Scope, now: float) -> tuple[sa.ColumnElement[bool], ...]:
    """What a page must meet to be asked for in a harvest."""
    return (
        pages.c.source.in_(scope.sources),
        pages.c.due_at <= now,
        sa.or_(pages.c.asked_at.is_(None), pages.c.asked_at < scope.since, pages.c.result == "failed"),
    )


def add_found(
    connection: sa.Connection, insert: Callable[[sa.Table], Any], source: str, found: Iterable[Found], now: float
) -> int:
    """Note what a source names, new or known; return how many pages and listings were not known."""
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
            connection.execute(insert(hosts).on_conflict_do_nothing(), [{"host": name} for name in names])
            added = connection.execute(insert(pages).on_conflict_do_nothing(), rows)
            new += added.rowcount if added.rowcount >= 0 else len(rows)
        for key, row in known.items():
            change = _change(row, source, by_key[key], now)
            if "host" in change:
                connection.execute(insert(hosts).on_conflict_do_nothing(), [{"host": change["host"]}])
            if change:
                connection.execute(pages.update().where(pages.c.key == key).values(**change))
    return new


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
    if row["reason"] == REMOVED:  # it leads to a page that was taken out, whose title a listing says again each time
        return {}
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


def changed_by(outcome: Outcome) -> dict[str, Any]:
    """The columns that an outcome sets."""
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


def page_of(row: Any) -> Page:
    """A row as the harvest takes it."""
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
