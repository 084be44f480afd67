"""Who may ask a host: a lease, which belongs to one harvester, has a number, and ends unless it is renewed.

What belongs here: taking, renewing, giving back and checking leases, within a transaction that ``state`` begins. What
does not: what is asked for (``pages``). A host belongs to one harvester at a time: that keeps its delay even where
several harvesters share one PostgreSQL.

A harvester that stood still for longer than its lease (a stopped machine, a network that was gone) still believes that
the host is its own. The number tells: each lease of a host has the next one, and what came of a page is noted only
under the lease that the page was asked under, in one transaction with the look at it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from tasks.harvest.state.pages import is_due
from tasks.harvest.state.rows import Host, LeaseLostError, Page, Scope
from tasks.harvest.state.tables import hosts, pages

LEASE_SECONDS = 300.0


def take(  # noqa: PLR0913, PLR0917 - who wants how many of which, as of when
    connection: sa.Connection, owner: str, scope: Scope, now: float, limit: int, without: Collection[str]
) -> list[Host]:
    """Lease up to ``limit`` free hosts that have something due."""
    free = sa.or_(hosts.c.owner.is_(None), hosts.c.leased_until < now)
    due = sa.exists().where(pages.c.host == hosts.c.host, *is_due(scope, now))
    wanted = sa.select(hosts).where(free, hosts.c.paused_until <= now, due, hosts.c.host.not_in(list(without)))
    chosen = wanted.order_by(hosts.c.next_at).limit(limit).with_for_update(skip_locked=True)
    found = connection.execute(chosen).all()
    if found:
        change = hosts.update().where(hosts.c.host.in_([row.host for row in found]))
        connection.execute(change.values(owner=owner, leased_until=now + LEASE_SECONDS, lease=hosts.c.lease + 1))
    return [
        Host(row.host, row.next_at, row.paused_until, row.failures, row.owner is not None, row.lease + 1)
        for row in found
    ]


def renew(connection: sa.Connection, owner: str, now: float) -> dict[str, int]:
    """Make all leases of a harvester last anew; return them."""
    ours = hosts.c.owner == owner
    connection.execute(hosts.update().where(ours).values(leased_until=now + LEASE_SECONDS))
    held = connection.execute(sa.select(hosts.c.host, hosts.c.lease).where(ours))
    return {row.host: row.lease for row in held}


def give_back(connection: sa.Connection, owner: str, host: Host | None) -> None:
    """End one lease, or all of a harvester."""
    change = hosts.update().where(hosts.c.owner == owner)
    values: dict[str, Any] = {"owner": None, "leased_until": 0.0}
    if host is not None:
        change = change.where(hosts.c.host == host.host, hosts.c.lease == host.lease)
        values |= {"next_at": host.next_at, "paused_until": host.paused_until, "failures": host.failures}
    connection.execute(change.values(**values))


def drop(connection: sa.Connection, owner: str) -> None:
    """End the leases of a dead harvester; the hosts stay its own until another takes them."""
    connection.execute(hosts.update().where(hosts.c.owner == owner).values(leased_until=0.0))


def holders(connection: sa.Connection, now: float, but: Collection[str]) -> list[str]:
    """The harvesters whose leases have not ended."""
    held = sa.select(hosts.c.owner).where(hosts.c.owner.is_not(None), hosts.c.leased_until > now).distinct()
    return sorted(set(connection.scalars(held)) - set(but))


def check(connection: sa.Connection, asked: Iterable[Page]) -> None:
    """Raise ``LeaseLostError`` unless each page's lease is its host's newest; nobody takes one before the commit."""
    under = {(page.host, page.lease) for page in asked if page.lease is not None}
    if not under:
        return
    names = sorted({host for host, _ in under})
    wanted = sa.select(hosts.c.host, hosts.c.lease).where(hosts.c.host.in_(names)).order_by(hosts.c.host)
    newest = {(row.host, row.lease) for row in connection.execute(wanted.with_for_update(read=True))}
    if not under <= newest:
        raise LeaseLostError(under - newest)
