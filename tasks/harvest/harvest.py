"""A harvest: visit every host that has something due, many at a time, until nothing is due any more.

What belongs here: the order of it all: recover, note the declared locations, lease hosts, visit them, end. What does
not: one host's visit (``visits``), keeping (``keeper``), the flow around it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from tasks.harvest.addresses import Gate
from tasks.harvest.aside import Aside
from tasks.harvest.at_work import at_work
from tasks.harvest.client import Client
from tasks.harvest.counts import HarvestCounts, SourceCounts
from tasks.harvest.keeper import Keeper
from tasks.harvest.pace import Pace
from tasks.harvest.replay import recover
from tasks.harvest.screening import IsRemoved, nothing_is
from tasks.harvest.shared import Shared
from tasks.harvest.source import HarvestError, HarvestSource
from tasks.harvest.state import LEASE_SECONDS, Found, Page, Scope, State, key_of
from tasks.harvest.state.connection import in_words
from tasks.harvest.visits import Visit
from tasks.harvest.warc_file import Shelf

logger = logging.getLogger(__name__)

STATE = "state.sqlite"


@dataclass(frozen=True)
class HarvestSettings:
    """How one harvest goes about it.

    ``state``: a path (SQLite) or a ``postgresql://`` URL; null: ``state.sqlite`` in the folder of WARCs.
    ``connections``: requests at once, all hosts together. ``most_hosts``: hosts visited at once. ``patience``:
    seconds to wait for what is due again by then: a short Retry-After, not a failure's second try.
    ``most_seconds``: end after that, with the rest left due. ``hosts``: names with an address of their
    own, as in /etc/hosts.
    """

    state: str | None = None
    connections: int = 64
    most_hosts: int = 200
    patience: float = 10.0
    most_seconds: float | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)


def harvest(
    sources: Iterable[HarvestSource],
    folder: Path,
    settings: HarvestSettings = HarvestSettings(),
    on_progress: Callable[[HarvestCounts], None] = lambda _: None,
    what_is_removed: Callable[[], IsRemoved] = lambda: nothing_is,
) -> HarvestCounts:
    """Fetch what is due of the sources into WARCs in ``folder``; go on where an earlier harvest ended or died.

    ``what_is_removed`` is asked once, when nobody takes anything out of the folder any more; what its answer is true of
    is not asked for.

    Raises ``HarvestError`` where it cannot start or go on; what was fetched until then is kept.
    """
    by_name = {source.name: source for source in sources}
    if not by_name:
        raise HarvestError("no source to harvest: declare one of kind feed, sitemap or urls, or switch one on")
    folder.mkdir(parents=True, exist_ok=True)
    with at_work(folder):
        return _harvest(by_name, folder, settings, on_progress, what_is_removed())


def _harvest(
    sources: dict[str, HarvestSource],
    folder: Path,
    settings: HarvestSettings,
    on_progress: Callable[[HarvestCounts], None],
    is_removed: IsRemoved,
) -> HarvestCounts:
    place = settings.state or folder / STATE
    state = State(place)
    try:
        return asyncio.run(_Harvest(sources, folder, settings, state, on_progress, is_removed).run())
    except sa.exc.SQLAlchemyError as error:
        raise HarvestError(
            f"the harvest's state failed: {in_words(error, place)}; what was fetched is kept for the next harvest"
        ) from error
    finally:
        state.close()


class _Harvest:
    def __init__(  # noqa: PLR0913, PLR0917 - what is fetched, where to, how, and what is not
        self,
        sources: dict[str, HarvestSource],
        folder: Path,
        settings: HarvestSettings,
        state: State,
        on_progress: Callable[[HarvestCounts], None],
        is_removed: IsRemoved,
    ) -> None:
        self._sources, self._folder, self._settings, self._state = sources, folder, settings, state
        self._on_progress, self._is_removed = on_progress, is_removed
        self._owner = secrets.token_hex(4)
        self._counts = HarvestCounts({name: SourceCounts() for name in sources})
        self._visits: dict[str, Visit] = {}
        self._tasks: dict[asyncio.Task[None], Visit] = {}
        self._clients: dict[frozenset[str], Client] = {}
        self._paces: dict[str, Pace] = {}
        self._aside = Aside(2)

    async def run(self) -> HarvestCounts:
        began = time.monotonic()
        since = time.time()
        self._counts.recovered = await self._aside(recover, self._folder, self._state, self._sources, self._is_removed)
        await self._aside(self._note_locations, since)
        agents = sorted({source.user_agent for source in self._sources.values()})
        shelf = Shelf(self._folder, self._owner, "; ".join(agents))
        keeper = Keeper(self._state, shelf, self._counts, self._done, self._is_removed)
        await keeper.start()
        shared = self._share(keeper, since, began)
        renewing = asyncio.create_task(self._renew_leases())
        try:
            await self._visit_all(shared, began)
            await keeper.drain()
        finally:
            renewing.cancel()
            await self._stop_visits(shared)
            try:
                await keeper.close()
            finally:
                await self._aside(self._state.release, self._owner)
                for client in self._clients.values():
                    await client.close()
        self._counts.next_due = await self._aside(self._state.next_due, Scope(list(self._sources), since))
        self._aside.close()
        self._counts.seconds = round(time.monotonic() - began, 1)
        return self._counts

    def _share(self, keeper: Keeper, since: float, began: float) -> Shared:
        limits = {name: source.max_pages for name, source in self._sources.items() if source.max_pages is not None}
        return Shared(
            state=self._state,
            keeper=keeper,
            sources=self._sources,
            clients=self._client,
            pace=lambda host: self._paces.setdefault(host, Pace()),
            connections=asyncio.Semaphore(self._settings.connections),
            counts=self._counts,
            since=since,
            left=limits,
            until={name: began + source.max_seconds for name, source in self._sources.items() if source.max_seconds},
            aside=self._aside,
            stopping=asyncio.Event(),
            is_removed=self._is_removed,
        )

    async def _visit_all(self, shared: Shared, began: float) -> None:
        while True:
            shared.keeper.check()
            if self._settings.most_seconds and time.monotonic() - began > self._settings.most_seconds:
                return
            await self._begin_visits(shared)
            self._on_progress(self._counts)
            if self._tasks:
                done, _ = await asyncio.wait(self._tasks, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await self._end_visit(task)
                continue
            await shared.keeper.drain()
            due = await self._aside(self._state.next_due, shared.scope())
            if due is None or due > time.time() + self._settings.patience:
                return
            await asyncio.sleep(min(max(due - time.time(), 0.05), 0.5))

    async def _begin_visits(self, shared: Shared) -> None:
        free = self._settings.most_hosts - len(self._tasks)
        if free <= 0:
            return
        # A host whose visit lost its lease may be free again before that visit has ended.
        visited, until = tuple(self._visits), time.monotonic() + LEASE_SECONDS
        leased = await self._aside(
            self._state.lease_hosts, self._owner, shared.scope(), time.time(), free, without=visited
        )
        for host in leased:
            visit = self._visits[host.host] = Visit(shared, host, until)
            self._tasks[asyncio.create_task(visit.run())] = visit

    async def _end_visit(self, task: asyncio.Task[None]) -> None:
        visit = self._tasks.pop(task)
        del self._visits[visit.host.host]
        await self._aside(self._state.release, self._owner, visit.host)
        try:
            task.result()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _stop_visits(self, shared: Shared) -> None:
        shared.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _done(self, page: Page, is_kept: bool) -> None:
        visit = self._visits.get(page.host)
        if visit is not None and visit.host.lease == page.lease:
            visit.done(page)
            if not is_kept:
                visit.end()

    def _client(self, source: HarvestSource) -> Client:
        """One client for all sources that allow the same hosts: a connection is only shared among them."""
        if source.allow_hosts not in self._clients:
            self._clients[source.allow_hosts] = Client(Gate(source.allow_hosts, self._settings.hosts))
        return self._clients[source.allow_hosts]

    def _note_locations(self, now: float) -> None:
        for source in self._sources.values():
            listings = [Found("listing", url) for url in source.locations]
            pages = [Found("page", url) for url in source.urls if source.wants(url)]
            named = len(listings) + len(pages)
            listings = [found for found in listings if not self._is_removed(found.url)]
            pages = [found for found in pages if not self._is_removed(found.url)]
            self._counts.sources[source.name].removed += named - len(listings) - len(pages)
            bad = [found.url for found in (*listings, *pages) if key_of(found.role, found.url, source.name) is None]
            if bad:
                self._counts.problem(f"source {source.name}: {len(bad)} URLs are none, such as {bad[0]!r}")
            self._state.add(source.name, listings, now)
            self._counts.sources[source.name].discovered += self._state.add(source.name, pages, now)

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 4)
            visits, until = list(self._visits.values()), time.monotonic() + LEASE_SECONDS
            try:
                held = await self._aside(self._state.renew, self._owner, time.time())
            except sa.exc.SQLAlchemyError:
                logger.exception("leases could not be renewed; tried again soon")
                continue
            for visit in visits:
                if held.get(visit.host.host) == visit.host.lease:
                    visit.leased_until = until
                else:
                    visit.end()
