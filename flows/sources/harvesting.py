"""From declared sources to what harvest takes.

What belongs here: the hand-over. What does not: the way from its WARCs to ingest (``flows.sources.harvested``), the
flow (``flows.harvest``), fetching (``tasks.harvest``) and the file of sources (``tasks.sources``).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from flows.given import as_given
from flows.options import FetchOptions, HarvestOptions
from flows.sources.harvested import is_fetched
from tasks.harvest import HarvestError, HarvestSettings, HarvestSource
from tasks.harvest.source import SourceKind
from tasks.sources import InputError, Source, read_sources

_URL = ("http://", "https://")


def sources_to_harvest(options: HarvestOptions) -> list[HarvestSource]:
    """The declared sources that are fetched: those asked for by name, or all that are switched on.

    Raises ``InputError``, also where none of that name is declared or none is to be fetched.
    """
    declared = read_sources(options.sources)
    unknown = sorted(set(options.source) - {source.name for source in declared})
    if unknown:
        raise InputError(f"{options.sources}: no source is named {', '.join(unknown)}")
    chosen = [source for source in declared if not options.source or source.name in options.source]
    wanted = [source for source in chosen if is_fetched(source)]
    if not wanted:
        raise InputError(
            f"{options.sources}: nothing to harvest: no source of kind feed, sitemap or urls is declared and on"
        )
    return [harvest_source(source, options.sources) for source in wanted]


def settings_of(options: FetchOptions) -> HarvestSettings:
    """How the harvest goes about it. Raises ``InputError`` for a --resolve that cannot be read."""
    hosts = {}
    for word in options.resolve:
        name, _, address = word.partition("=")
        try:
            hosts[name] = str(ipaddress.ip_address(address))
        except ValueError as error:
            raise InputError(f"--resolve {word}: write it as NAME=ADDRESS, such as example.org=127.0.0.1") from error
    seconds = options.minutes * 60 if options.minutes else None
    state = options.state and as_given(options.state)
    return HarvestSettings(state=state, connections=options.connections, most_seconds=seconds, hosts=hosts)


def harvest_source(source: Source, file: Path) -> HarvestSource:
    """One source as harvest takes it. Raises ``InputError``, which names the file and the line."""
    here = [place for place in source.locations if not place.startswith(_URL)]
    urls = _urls_in(here, source) if source.kind == "urls" else ()
    try:
        return HarvestSource(
            name=source.name,
            kind=cast(SourceKind, source.kind),  # is_fetched: one of the three
            locations=tuple(place for place in source.locations if place.startswith(_URL)),
            user_agent=source.user_agent or "",
            urls=urls,
            delay=source.delay,
            concurrency=source.concurrency,
            interval=source.interval,
            revisit=source.revisit,
            allow_hosts=frozenset(source.allow_hosts),
            headers=source.headers,
            include=source.include,
            exclude=source.exclude,
            max_pages=source.max_pages,
            max_seconds=source.max_seconds,
            max_bytes=source.max_bytes,
            timeout=source.timeout,
            robots=source.robots,
            declared=source.declared,
        )
    except HarvestError as error:
        raise InputError(f"{file}, line {source.line}: {error}") from error


def _urls_in(files: Sequence[str], source: Source) -> tuple[str, ...]:
    """The URLs of a list on this machine: one a line; empty lines and lines that begin with # are passed over."""
    urls: list[str] = []
    for file in files:
        try:
            text = Path(file).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"source {source.name}: {file} cannot be read: {error}") from error
        urls += [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return tuple(urls)
