"""A local site and a harvest of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tasks.harvest.counts import HarvestCounts
from tasks.harvest.harvest import HarvestSettings, harvest
from tasks.harvest.source import HarvestSource
from tests.harvest.databases import private_postgresql
from tests.harvest.site import Site

AGENT = "broadsheet-tests/1 (+mailto:tests@example.org)"
TIMES, COURIER, PRIVATE = "times.example.org", "courier.example.org", "private.example.org"
_numbers = itertools.count()
Harvest = Callable[..., HarvestCounts]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def run(site: Site, tmp_path: Path) -> Harvest:
    """``run(location, kind=..., ...)``: one harvest of a source into ``tmp_path``; the site's hosts are allowed."""

    def once(*locations: str, **words: Any) -> HarvestCounts:
        folder = words.pop("folder", tmp_path)
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
        return harvest([source], folder, HarvestSettings(hosts=hosts, **settings))

    return once


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL that the tests have for themselves."""
    with private_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a state may be kept: a file of SQLite, then an empty database of PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "state.sqlite")
    url = str(request.getfixturevalue("postgresql"))
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    name = f"state_{next(_numbers)}"
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?")
