"""Asking one host for what is due there: in turn, by its robots.txt, until nothing is due or it wants a rest.

What belongs here: the visit of one host. What does not: which hosts are visited (``harvest``), having their robots.txt
(``robots_files``), what follows from an answer (``outcomes``) and keeping it (``keeper``).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import replace
from urllib.parse import urlsplit

from tasks.harvest.client import FetchError, Response
from tasks.harvest.discovery import sitemaps_in_robots
from tasks.harvest.keeper import Exchange
from tasks.harvest.outcomes import BUSY, DAY, NOT_UNDERSTOOD, failed, named_elsewhere, refused, retry_after
from tasks.harvest.records import Context
from tasks.harvest.robots import UNREACHABLE_SECONDS, Robots, header_opt_outs, origin_of
from tasks.harvest.robots_files import ROBOTS_BYTES, RobotsFiles
from tasks.harvest.screening import left_out
from tasks.harvest.shared import Shared
from tasks.harvest.source import HarvestError, HarvestSource
from tasks.harvest.state import Found, Host, Page, polite_host

logger = logging.getLogger(__name__)

_FAILURES_OF_HOST = ("dns", "connect", "tls", "timeout")
_FAILURES_UNTIL_REST = 3
_FIRST_REST = 60.0
_ACCEPT = {
    "page": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "listing": "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.5",
    "robots": "text/plain,*/*;q=0.5",
}


class _LeaseOverError(Exception):
    """The lease may be over: nothing more may be asked."""


class _TimeOverError(Exception):
    """The source may ask nothing more; other sources may."""


class Visit:
    """One host, leased to us. ``run`` it; afterwards ``host`` says when it may be asked again.

    ``leased_until``: nothing is asked after that moment (of ``time.monotonic``): the host may be another harvester's.
    """

    def __init__(self, shared: Shared, host: Host, leased_until: float) -> None:
        self.host = host
        self.leased_until = leased_until
        self._shared = shared
        self._pace = shared.pace(host.host)
        self._robots = RobotsFiles(shared, self._pace, self._request, self._note_failure)
        self._taking = asyncio.Lock()
        self._ready: deque[Page] = deque()
        self._under_way: set[str] = set()
        self._changed = asyncio.Event()
        self._rests = False
        self._is_over = False
        self._dropped = host.was_dropped
        self._pace.rest(host.next_at - time.time())

    async def run(self) -> None:
        """Ask until nothing more is due, or the host wants a rest."""
        slots = max((source.at_once for source in self._shared.sources.values()), default=1)
        async with asyncio.TaskGroup() as group:
            for _ in range(slots):
                group.create_task(self._ask_in_turn())
        await self._shared.keeper.drain()
        self.host = replace(self.host, next_at=time.time() + self._pace.remaining)

    def done(self, page: Page) -> None:
        """What came of a page is in the state, or left to whoever has the host now."""
        self._under_way.discard(page.key)
        self._changed.set()

    def end(self) -> None:
        """Ask nothing more: the host is another harvester's."""
        self._is_over = True
        self._changed.set()

    async def _ask_in_turn(self) -> None:
        while (page := await self._next()) is not None:
            source = self._shared.sources[page.source]
            try:
                kept = await self._ask(page, source)
            except _LeaseOverError:
                self.end()
                kept = False
            except _TimeOverError:
                kept = False
            except FetchError as error:
                self._note_failure(error)
                await self._shared.keeper.put(failed(page, error.reason, time.time()))
                kept = True
            except (HarvestError, OSError):  # the disk or the database: nothing can go on
                raise
            except Exception as error:  # what a server says must not end a harvest
                logger.exception("%s: the answer was not understood", page.url)
                problem = f"{page.url}: {type(error).__name__}: {error}"
                await self._shared.keeper.put(failed(page, NOT_UNDERSTOOD, time.time(), problem=problem))
                kept = True
            if not kept:
                self.done(page)

    async def _next(self) -> Page | None:
        async with self._taking:
            while not (self._rests or self._is_over or self._shared.stopping.is_set()):
                if not self._ready:
                    await self._look()
                while self._ready:
                    page = self._ready.popleft()
                    if self._may_take(page):
                        return page
                    self._under_way.discard(page.key)
                if not self._under_way:
                    return None
                # What is under way may name more pages of this host, and may not be asked for again before it is kept.
                self._changed.clear()
                await self._changed.wait()
            return None

    async def _look(self) -> None:
        shared, under_way = self._shared, frozenset(self._under_way)
        found = await shared.aside(shared.state.due, self.host.host, shared.scope(), time.time(), under_way)
        self._ready.extend(replace(page, lease=self.host.lease) for page in found)
        self._under_way.update(page.key for page in found)

    def _may_take(self, page: Page) -> bool:
        left = self._shared.left
        if not self._shared.has_time(page.source):
            return False
        if page.role != "page" or page.source not in left:
            return True
        left[page.source] -= 1
        return left[page.source] >= 0

    async def _ask(self, page: Page, source: HarvestSource) -> bool:
        """Ask for one page or listing and hand over what came; whether the keeper will report it."""
        if self._shared.is_removed(page.url):
            await self._shared.keeper.put(left_out(page, time.time()))
            return True
        robots = await self._robots.of(page.url, source) if source.robots else None
        if self._is_root_of_sitemaps(page, source):
            await self._name_sitemaps(page, source, robots)
            return True
        if robots is not None and robots.verdict == "unreachable":
            self._rest(UNREACHABLE_SECONDS, f"{origin_of(page.url)}/robots.txt cannot be had: nothing is asked there")
            return False
        if robots is not None and not robots.allows(page.url, source.product):
            await self._shared.keeper.put(refused(page, time.time()))
            return True
        delay = max(source.delay, robots.delay(source.product) if robots else 0.0)
        response = await self._request(page.url, source, page.role, delay, _validators(page))
        decision = "ignored" if robots is None else "allowed" if robots.verdict == "rules" else "no-robots-txt"
        context = Context(
            source=source.name,
            role=page.role,
            asked_for=page.url,
            robots=decision,
            opt_outs=[*(robots.opt_outs(page.url) if robots else ()), *header_opt_outs(response)],
            via=page.via,
            listed=page.listed,
            declared=source.declared,
        )
        self._note_response(response)
        await self._shared.keeper.put(Exchange(source, response, context, page))
        return True

    async def _request(
        self, url: str, source: HarvestSource, role: str, delay: float, more: dict[str, str] | None = None
    ) -> Response:
        host = polite_host(url)
        pace = self._shared.pace(host)
        if self._dropped and host == self.host.host:
            # Whoever asked this host last died, and may have asked it a moment ago.
            self._dropped = False
            pace.rest(delay)
        headers = {
            "Accept": _ACCEPT[role],
            "Accept-Encoding": "gzip",
            **source.headers,
            "User-Agent": source.user_agent,
            **(more or {}),
        }
        at_once = 1 if delay else source.at_once
        async with pace.turn(delay, at_once), self._shared.connections:
            if self._is_over or time.monotonic() >= self.leased_until:
                raise _LeaseOverError
            if not self._shared.has_time(source.name):  # the turn may have come minutes after the page was taken
                raise _TimeOverError
            return await self._shared.clients(source).fetch(
                url, headers, timeout=source.timeout, max_bytes=ROBOTS_BYTES if role == "robots" else source.max_bytes
            )

    @staticmethod
    def _is_root_of_sitemaps(page: Page, source: HarvestSource) -> bool:
        return page.role == "listing" and source.kind == "sitemap" and urlsplit(page.url).path in ("", "/")

    async def _name_sitemaps(self, page: Page, source: HarvestSource, robots: Robots | None) -> None:
        """A site's root is no sitemap: those that its robots.txt names are, or the one at the usual place."""
        named = sitemaps_in_robots(robots.text, page.url) if robots else []
        usual = [f"{origin_of(page.url)}/sitemap.xml"]
        found = tuple(Found("listing", url, page.url, again=True) for url in named or usual)
        await self._shared.keeper.put(named_elsewhere(page, source, found, time.time()))

    def _note_response(self, response: Response) -> None:
        self.host = replace(self.host, failures=0)
        if response.status in BUSY:
            self._rest(retry_after(response) or _FIRST_REST, f"{self.host.host}: {response.status}, asks for a rest")

    def _note_failure(self, error: FetchError) -> None:
        if error.reason not in _FAILURES_OF_HOST:
            return
        self.host = replace(self.host, failures=self.host.failures + 1)
        beyond = self.host.failures - _FAILURES_UNTIL_REST
        if beyond >= 0:
            seconds = min(_FIRST_REST * 2 ** min(beyond, 20), DAY)
            self._rest(seconds, f"{self.host.host}: {self.host.failures} requests in a row failed ({error.reason})")

    def _rest(self, seconds: float, why: str) -> None:
        if not self._rests:
            self._shared.counts.problem(f"{why}; it rests for {seconds:.0f} s")
        self._rests = True
        until = max(self.host.paused_until, time.time() + seconds)
        self.host = replace(self.host, paused_until=until)
        self._changed.set()


def _validators(page: Page) -> dict[str, str]:
    """What makes a request conditional, where the last full response is known and kept."""
    if page.earlier is None:
        return {}
    named = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
    return {name: value for name, value in named.items() if value}
