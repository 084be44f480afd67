"""The harvest's memory: what was seen and when, what is due, who asks which host.

What belongs here: every statement on the tables, each in one transaction. What does not: decisions (``outcomes``)
and the network. A host belongs to one harvester at a time, by a lease: that keeps its delay even where several
harvesters share one PostgreSQL. Times are seconds since 1970.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from tasks.harvest.state import forgetting, leases
from tasks.harvest.state.connection import insert_into, open_database
from tasks.harvest.state.pages import add_found, changed_by, is_due, page_of
from tasks.harvest.state.rows import REMOVED, Found, Host, Outcome, Page, Scope, SourceState
from tasks.harvest.state.tables import files, hosts, pages, robots

T = TypeVar("T")

_TRIES = 5
_DUE = 32


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
        return self._in_transaction(lambda connection: add_found(connection, self._insert, source, listed, now))

    def lease_hosts(
        self, owner: str, scope: Scope, now: float, limit: int, without: Collection[str] = ()
    ) -> list[Host]:
        """Up to ``limit`` hosts that have something due and that nobody asks, from now on ours for a lease.

        ``without``: hosts that must not be among them.
        """
        return self._in_transaction(lambda connection: leases.take(connection, owner, scope, now, limit, without))

    def renew(self, owner: str, now: float) -> dict[str, int]:
        """Make all leases of a harvester last anew; return which they are: hosts and the numbers of their leases."""
        return self._in_transaction(lambda connection: leases.renew(connection, owner, now))

    def release(self, owner: str, host: Host | None = None) -> None:
        """Give a host back, with the time before which it must not be asked; without a host: all, as they are.

        A host that another harvester took over meanwhile is left to it.
        """
        self._in_transaction(lambda connection: leases.give_back(connection, owner, host))

    def drop(self, owner: str) -> None:
        """End the leases of a harvester that died, without a word on when it asked last."""
        self._in_transaction(lambda connection: leases.drop(connection, owner))

    def at_work(self, now: float, but: Collection[str] = ()) -> list[str]:
        """The harvesters that hold a lease; one that died does for some minutes. ``but``: those known to be dead."""
        with self._engine.begin() as connection:
            return leases.holders(connection, now, but)

    def known(self, urls: Iterable[str], domains: Collection[str]) -> set[str]:
        """The URLs that it knows of some pages and domains."""
        with self._engine.begin() as connection:
            return forgetting.known(connection, urls, domains)

    def forget(self, is_removed: Callable[[str], bool], leading: Set[str], records: Set[str]) -> int:
        """Take out what it knows of what was taken out for good, in one transaction; return how many rows.

        ``leading``: keys of pages that lead to what goes; ``records``: ids of records that are gone.
        """
        return self._in_transaction(lambda connection: forgetting.forget(connection, is_removed, leading, records))

    def leave_no_byte(self) -> bool:
        """Write the database's files anew without what was deleted; false where another process stands in the way."""
        return forgetting.leave_no_byte(self._engine)

    def due(self, host: str, scope: Scope, now: float, without: Collection[str] = ()) -> list[Page]:
        """Some of what is due at a host: listings first, then pages in the order they were found.

        ``without``: keys under way.
        """
        wanted = (
            sa.select(pages)
            .where(pages.c.host == host, *is_due(scope, now))
            .order_by(pages.c.role, pages.c.first_seen, pages.c.key)
            .limit(_DUE + len(without))
        )
        with self._engine.begin() as connection:
            rows = connection.execute(wanted).mappings().all()
        return [page_of(row) for row in rows if row["key"] not in without][:_DUE]

    def next_due(self, scope: Scope) -> float | None:
        """When the next page or listing is due that nobody is asking for; null where none ever is."""
        when = sa.func.min(sa.case((hosts.c.paused_until > pages.c.due_at, hosts.c.paused_until), else_=pages.c.due_at))
        wanted = sa.select(when).where(pages.c.host == hosts.c.host, *is_due(scope, float("inf")))
        with self._engine.begin() as connection:
            found = connection.scalar(wanted)
        return None if found is None else float(found)

    def page(self, key: str) -> Page | None:
        """What is known of a page or listing."""
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(pages).where(pages.c.key == key)).mappings().first()
        return page_of(row) if row else None

    def record(self, outcomes: Sequence[Outcome], file: str | None = None, committed: int = 0) -> list[int]:
        """Note what came of requests, and up to where ``file`` holds them, in one transaction.

        Returns for each outcome how many pages and listings it named that were not known. Raises ``LeaseLostError``,
        and nothing is noted, where the lease under which a page was asked for is another harvester's now.
        """

        def work(connection: sa.Connection) -> list[int]:
            leases.check(connection, (outcome.page for outcome in outcomes))
            if outcomes:
                update = pages.update().where(pages.c.key == sa.bindparam("the_key"))
                connection.execute(update, [{"the_key": o.page.key, **changed_by(o)} for o in outcomes])
            removed = [o.page.key for o in outcomes if o.reason == REMOVED]
            if removed:
                connection.execute(pages.update().where(pages.c.key.in_(removed)).values(listed=None))
            new = [
                add_found(connection, self._insert, o.page.source, o.found, o.asked_at) if o.found else 0
                for o in outcomes
            ]
            if file is not None:
                statement = self._insert(files).values(name=file, committed=committed)
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["name"], set_={"committed": committed})
                )
            return new

        return self._in_transaction(work)

    def by_source(self, now: float) -> list[SourceState]:
        """Where each source stands, by name; those of the past included."""
        # A page is not asked for while its host rests.
        due = sa.case((hosts.c.paused_until > pages.c.due_at, hosts.c.paused_until), else_=pages.c.due_at)
        is_page = pages.c.role == "page"
        failed = pages.c.result.in_(("failed", "gone"))
        columns = (
            pages.c.source,
            sa.func.count().filter(is_page).label("pages"),
            sa.func.count(pages.c.fetched_at).filter(is_page).label("fetched"),
            sa.func.count().filter(is_page, pages.c.asked_at.is_(None)).label("waiting"),
            sa.func.count().filter(failed).label("failing"),
            sa.func.count().filter(pages.c.due_at <= now, hosts.c.paused_until > now).label("resting"),
            sa.func.max(pages.c.asked_at).label("last_asked"),
            sa.func.max(pages.c.fetched_at).label("last_fetched"),
            sa.func.max(pages.c.first_seen).filter(is_page).label("last_found"),
            sa.func.min(due).label("next_due"),
        )
        with self._engine.begin() as connection:
            joined = sa.select(*columns).join(hosts, hosts.c.host == pages.c.host, isouter=True)
            rows = connection.execute(joined.group_by(pages.c.source).order_by(pages.c.source))
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
