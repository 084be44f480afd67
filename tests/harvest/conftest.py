"""A local site and a harvest of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.harvest.counts import HarvestCounts
from tasks.harvest.harvest import HarvestSettings, harvest
from tasks.harvest.source import HarvestSource
from tests.harvest.site import Site

AGENT = "broadsheet-tests/1 (+mailto:tests@example.org)"
TIMES, COURIER, PRIVATE = "times.example.org", "courier.example.org", "private.example.org"
Harvest = Callable[..., HarvestCounts]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def run(site: Site, tmp_path: Path) -> Harvest:
    """``run(location, kind=..., ...)``: one harvest of a source into ``tmp_path``; the site's hosts are allowed."""

    def once(*locations: str, **words: Any) -> HarvestCounts:
        settings = {"patience": 0.0, **words.pop("settings", {})}
        hosts = dict.fromkeys((TIMES, COURIER, PRIVATE), "127.0.0.1")
        given = {
            "name": "times",
            "kind": "feed",
            "user_agent": AGENT,
            "delay": 0.0,
            "allow_hosts": frozenset({TIMES, COURIER}),
            "interval": 0.0,
            **words,
        }
        source = HarvestSource(locations=locations, **given)
        return harvest([source], tmp_path, HarvestSettings(hosts=hosts, **settings))

    return once
