"""Whether a source's listings answer: robots.txt and each listing asked for once, nothing kept.

What belongs here: the look at a listing before the first harvest, through the same client, gate and pace. What does
not: the harvest (``harvest``), which remembers, retries and writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from tasks.harvest.addresses import Gate
from tasks.harvest.client import Client, FetchError, Response
from tasks.harvest.decoding import EncodingError, decoded_body
from tasks.harvest.discovery import DiscoveryError, Entry, Listing, read_listing, sitemaps_in_robots
from tasks.harvest.pace import Pace
from tasks.harvest.robots import Robots, origin_of, robots_of
from tasks.harvest.source import HarvestSource
from tasks.values.dates import parse_date

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_HOPS = 5
_ROBOTS_BYTES = 1_000_000
_AT_ONCE = 16


@dataclass(slots=True)
class LocationCheck:
    """What one location gave. ``problem``: why it gives nothing, one line; ``notes``: what was wrong but not fatal.

    ``newest``: the latest instant that an entry has, ISO 8601 in UTC. ``through``: the listing that the entries are
    of, where the location only names it (a home page, an index, a site's robots.txt).
    """

    location: str
    kind: str | None = None
    entries: int = 0
    wanted: int = 0
    newest: str | None = None
    through: str | None = None
    problem: str | None = None
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class _FailedError(Exception):
    """Why a location gives nothing, in words."""


def check_sources(
    sources: Sequence[HarvestSource], hosts: Mapping[str, str] | None = None
) -> dict[str, list[LocationCheck]]:
    """For each source, by name, what its locations give now. Asks the network; never raises for what it answers.

    Each source's delay is kept between two requests to one host. ``hosts``: names with an address of their own.
    """
    return asyncio.run(_check_all(sources, dict(hosts or {})))


async def _check_all(sources: Sequence[HarvestSource], hosts: dict[str, str]) -> dict[str, list[LocationCheck]]:
    paces: dict[str, Pace] = {}
    room = asyncio.Semaphore(_AT_ONCE)

    async def check(source: HarvestSource) -> list[LocationCheck]:
        async with room:
            client = Client(Gate(source.allow_hosts, hosts))
            try:
                visitor = _Visitor(source, client, paces)
                return [await visitor.check(location) for location in source.locations]
            finally:
                await client.close()

    found = await asyncio.gather(*(check(source) for source in sources))
    return {source.name: checks for source, checks in zip(sources, found, strict=True)}


class _Visitor:
    def __init__(self, source: HarvestSource, client: Client, paces: dict[str, Pace]) -> None:
        self._source = source
        self._client = client
        self._paces = paces
        self._robots: dict[str, Robots] = {}

    async def check(self, location: str) -> LocationCheck:
        found = LocationCheck(location)
        try:
            listing = await self._named(location, found)
            for _ in range(2):  # a home page names a feed, an index a sitemap; an index of indexes goes no deeper
                if listing.entries or not listing.listings:
                    break
                found.notes.append(f"{len(listing.listings)} listings named; looked at the first")
                found.through = listing.listings[0]
                listing = await self._listing(found.through, found)
            self._count(listing, found)
        except _FailedError as error:
            found.problem = str(error)
        return found

    def _count(self, listing: Listing, found: LocationCheck) -> None:
        found.entries = len(listing.entries)
        found.wanted = sum(self._source.wants(entry.url) for entry in listing.entries)
        found.newest = newest_of(listing.entries)
        if listing.kind == "html" and not listing.listings:
            found.problem = "a web page, and it names no feed"
        elif not listing.entries:
            found.problem = "; ".join(["no entries", *listing.problems])
        elif not found.wanted:
            found.problem = "include and exclude leave none of its entries"

    async def _named(self, location: str, found: LocationCheck) -> Listing:
        """The listing at a location; of a site's root that is a sitemap source, those that its robots.txt names."""
        if self._source.kind != "sitemap" or urlsplit(location).path not in ("", "/"):
            return await self._listing(location, found)
        robots = await self._robots_of(location)
        named = sitemaps_in_robots(robots.text, location) or [f"{origin_of(location)}/sitemap.xml"]
        return Listing("sitemap-index", listings=named)

    async def _listing(self, url: str, found: LocationCheck) -> Listing:
        response = await self._get(url)
        if response.status != 200:
            raise _FailedError(f"the server answers {response.status} {response.reason}".strip())
        try:
            listing = read_listing(decoded_body(response), response.url, response.header("Content-Type"))
        except (DiscoveryError, EncodingError) as error:
            raise _FailedError(str(error)) from error
        found.kind = listing.kind
        found.notes += listing.problems
        if response.url != url:
            found.notes.append(f"redirected to {response.url}")
        return listing

    async def _get(self, url: str) -> Response:
        for _ in range(_MOST_HOPS + 1):
            robots = await self._robots_of(url)
            if self._source.robots and not robots.allows(url, self._source.product):
                why = "robots.txt cannot be had" if robots.verdict == "unreachable" else "robots.txt forbids it"
                raise _FailedError(f"{why}: {url}")
            response = await self._request(url, self._source.max_bytes)
            location = response.header("Location")
            if response.status not in _REDIRECTS or not location:
                return response
            url = urljoin(response.url, location)
        raise _FailedError(f"more than {_MOST_HOPS} redirects")

    async def _robots_of(self, url: str) -> Robots:
        origin = origin_of(url)
        if origin not in self._robots:
            self._robots[origin] = await self._fetch_robots(origin)
        return self._robots[origin]

    async def _fetch_robots(self, origin: str) -> Robots:
        """The site's robots.txt; where it cannot be asked for, the reason is the location's problem."""
        url = f"{origin}/robots.txt"
        for _ in range(_MOST_HOPS + 1):
            response = await self._request(url, _ROBOTS_BYTES)
            location = response.header("Location")
            if response.status not in _REDIRECTS or not location:
                try:
                    return robots_of(response, decoded_body(response, _ROBOTS_BYTES))
                except EncodingError:
                    return Robots("unreachable")
            url = urljoin(response.url, location)
        return Robots("absent")

    async def _request(self, url: str, most: int) -> Response:
        headers = {"Accept-Encoding": "gzip", **self._source.headers, "User-Agent": self._source.user_agent}
        pace = self._paces.setdefault((urlsplit(url).hostname or "").lower(), Pace())
        try:
            async with pace.turn(self._source.delay, 1):
                return await self._client.fetch(url, headers, timeout=self._source.timeout, max_bytes=most)
        except FetchError as error:
            raise _FailedError(str(error)) from error


def newest_of(entries: Iterable[Entry]) -> str | None:
    """The latest instant at which an entry was published, or else changed: ISO 8601 in UTC; null where none says."""
    newest: datetime | None = None
    for entry in entries:
        parsed = parse_date(entry.published or entry.modified or "")
        if parsed is not None and (newest is None or parsed.instant > newest):
            newest = parsed.instant
    return newest.isoformat(timespec="seconds") if newest else None
