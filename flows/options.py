"""What a run is told: typed, frozen, made once at the edge (the command line, a deployment) and passed down.

What belongs here: the options of the flows, with the words that ``--help`` shows, and where things lie in the
data folder. What does not: the commands (``flows.commands.command_line``).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

if TYPE_CHECKING:
    from tasks.deduplication import Thresholds
    from tasks.storage import Location

MEGABYTE = 1_000_000
AtLeastOne = Number(gte=1)
Flag = Parameter(negative="")


@dataclass(frozen=True)
class DataFolder:
    """Where a run writes: ``data/`` by default; store and releases elsewhere where that is said."""

    root: Path
    store_elsewhere: str | None = None
    releases_elsewhere: str | None = None

    @property
    def store(self) -> Location:
        """The living dataset."""
        return _location(self.store_elsewhere) or self.root / "store"

    @property
    def releases(self) -> Location:
        """One folder a release."""
        return _location(self.releases_elsewhere) or self.root / "releases"

    def checked(self) -> DataFolder:
        """The same, if store and releases can be reached. Raises ``tasks.storage.LocationError`` where not."""
        if self.store_elsewhere or self.releases_elsewhere:
            from tasks.storage import check

            for location in (self.store, self.releases):
                check(location)
        return self

    @property
    def work(self) -> Path:
        """One folder a run under way, removed when its rows are in the store."""
        return self.root / "work"

    @property
    def runs(self) -> Path:
        """One JSON report a finished run."""
        return self.root / "runs"

    @property
    def harvest(self) -> Path:
        """The WARCs that harvest wrote, and its state."""
        return self.root / "harvest"

    @property
    def log(self) -> Path:
        """The log of all runs."""
        return self.root / "broadsheet.log"


def _languages(_type: object, tokens: Sequence[Token]) -> tuple[str, ...]:
    """The words of --languages, each of which may name several, with commas between."""
    return tuple(language for token in tokens for word in token.value.split(",") if (language := word.strip().lower()))


def _location(word: str | None) -> Location | None:
    from tasks.storage import location_of

    return location_of(word) if word else None


@Parameter(name="*")
@dataclass(frozen=True)
class IngestOptions:
    """What is read, and within which limits."""

    data: Path = Path("data")
    """The data folder: store, releases, run reports."""

    store: str | None = None
    """The store elsewhere: a folder, or a URL of object storage (s3://bucket/store). Default: in the data folder."""

    releases: str | None = None
    """The releases elsewhere: a folder or a URL. Default: in the data folder."""

    sources: Path = Path("seeds/sources.toml")
    """The declared sources, read when no INPUT is given."""

    kind: Literal["warc", "html", "table", "text"] | None = None
    """What the inputs are, where their names and first bytes do not tell it."""

    url_column: str | None = None
    """In tables: the column that holds the URL. Default: url."""

    content_column: str | None = None
    """In tables: the column that holds the page. Default: html or content."""

    keep_all_pages: Annotated[bool, Flag] = False
    """Keep pages that are no articles as documents too, with their page_type."""

    reread: Annotated[bool, Flag] = False
    """Open also files that are as they were (path, size, time of change) when a run read them."""

    workers: Annotated[int | None, Parameter(validator=AtLeastOne)] = None
    """Worker processes. Default: one a core."""

    page_seconds: Annotated[float, Parameter(validator=Number(gt=0))] = 20.0
    """Processor seconds that one page may take before it is rejected (timeout); by the clock ten times as many."""

    page_megabytes: Annotated[int, Parameter(validator=AtLeastOne)] = 20
    """Size, unpacked, from which on a page is rejected (too_large)."""

    page_memory: Annotated[int, Parameter(validator=Number(gte=50))] = 1_000
    """Megabytes of memory that one page may take before it is rejected (out_of_memory)."""

    memory_per_worker: Annotated[int, Parameter(validator=Number(gte=500))] = 3_000
    """Megabytes that a worker may hold in all, whatever it does; its page is rejected beyond (out_of_memory)."""

    shard_megabytes: Annotated[int, Parameter(validator=AtLeastOne)] = 32
    """Size of the part of the input that one worker takes at a time."""

    engine: Literal["local", "dask"] = "local"
    """Where shards are worked on: in processes of this machine, or on a Dask cluster (docs/scaling.md)."""

    dask_address: str | None = None
    """The cluster's scheduler, as tcp://HOST:8786. Default: a cluster on this machine, for the time of the run."""

    @property
    def folder(self) -> DataFolder:
        """Where the run writes."""
        return DataFolder(self.data, self.store, self.releases)

    @property
    def second_look(self) -> frozenset[str]:
        """Reasons of rejects whose limit is not the default here: what an earlier run decided is asked again."""
        limits = {
            "timeout": self.page_seconds != IngestOptions.page_seconds,
            "too_large": self.page_megabytes != IngestOptions.page_megabytes,
            "out_of_memory": (self.page_memory, self.memory_per_worker)
            != (IngestOptions.page_memory, IngestOptions.memory_per_worker),
        }
        return frozenset(reason for reason, changed in limits.items() if changed)

    @property
    def worker_count(self) -> int:
        """Workers as asked for, or one a core that this process may use."""
        return self.workers or len(os.sched_getaffinity(0))


@Parameter(name="*")
@dataclass(frozen=True)
class CopyOptions:
    """When a text is a copy of another: any bounds above those at which the store keeps a match."""

    copy_jaccard: Annotated[float, Parameter(validator=Number(gte=0.5, lte=1))] = 0.7
    """A text is a copy of another at this Jaccard similarity of their word sequences (0.5 to 1)."""

    copy_containment: Annotated[float, Parameter(validator=Number(gte=0.7, lte=1))] = 0.8
    """Or where one holds this share of the other (0.7 to 1), and the similarity is at least --copy-least-jaccard."""

    copy_least_jaccard: Annotated[float, Parameter(validator=Number(gte=0.3, lte=1))] = 0.3
    """See --copy-containment (0.3 to 1). 1: no text is a copy by containment alone."""

    @property
    def thresholds(self) -> Thresholds:
        """The same as deduplication knows it."""
        from tasks.deduplication import Thresholds  # --help needs no Polars

        return Thresholds(self.copy_jaccard, self.copy_containment, self.copy_least_jaccard)


@Parameter(name="*")
@dataclass(frozen=True)
class FetchOptions:
    """How pages are fetched."""

    state: str | None = None
    """What harvest remembers: a file (SQLite) or a postgresql:// URL. Default: state.sqlite in the harvest folder."""

    connections: Annotated[int, Parameter(validator=AtLeastOne)] = 64
    """Requests at once, all hosts together."""

    minutes: Annotated[float | None, Parameter(validator=Number(gt=0))] = None
    """End fetching after so long; what is left stays due. Default: when nothing is due any more."""

    resolve: tuple[str, ...] = ()
    """A host's address in place of what DNS says, as NAME=ADDRESS: for a staging server, or a test."""


@Parameter(name="*")
@dataclass(frozen=True)
class HarvestOptions:
    """Which sources are fetched, and where to."""

    data: Path = Path("data")
    """The data folder: WARCs are written to its folder harvest."""

    sources: Path = Path("seeds/sources.toml")
    """The declared sources."""

    source: tuple[str, ...] = ()
    """Only the sources of this name: --source one --source another."""

    store: str | None = None
    """The store elsewhere (a folder or a URL): what was removed from it is not fetched. Default: in the data folder."""

    fetch: FetchOptions = FetchOptions()


@Parameter(name="*")
@dataclass(frozen=True)
class PublishOptions:
    """Which version of the store becomes a release, and its name."""

    data: Path = Path("data")
    """The data folder: store, releases, run reports."""

    store: str | None = None
    """The store elsewhere: a folder, or a URL of object storage (s3://bucket/store). Default: in the data folder."""

    releases: str | None = None
    """The releases elsewhere: a folder or a URL. Default: in the data folder."""

    version: str | None = None
    """Name of the release. Default: today's date, as 2026.11.23."""

    store_version: Annotated[int | None, Parameter(validator=Number(gte=0))] = None
    """Which version of the store. Default: the newest."""

    profile: Literal["full", "metadata"] = "full"
    """metadata: everything but the texts, for those who may not pass texts on."""

    where: str | None = None
    """Only articles that meet a condition in Polars SQL: "domain = 'example.com' AND word_count > 100"."""

    languages: Annotated[tuple[str, ...], Parameter(converter=_languages, negative="")] = ()
    """Only articles in these languages: --languages fr,de or --languages fr --languages de."""

    since: date | None = None
    """Only articles published on this day or later: 2026-01-31."""

    until: date | None = None
    """Only articles published on this day or earlier."""

    copies: CopyOptions = CopyOptions()

    @property
    def folder(self) -> DataFolder:
        """Where store and releases are."""
        return DataFolder(self.data, self.store, self.releases)


@Parameter(name="*")
@dataclass(frozen=True)
class ServeOptions:
    """What is served, and where."""

    data: Path = Path("data")
    """The data folder: store, releases, run reports, the engine's database."""

    store: str | None = None
    """The store elsewhere: a folder, or a URL of object storage (s3://bucket/store). Default: in the data folder."""

    releases: str | None = None
    """The releases elsewhere: a folder or a URL. Default: in the data folder."""

    sources: Path = Path("seeds/sources.toml")
    """The declared sources."""

    deployments: Path = Path("prefect.yaml")
    """What runs when."""

    port: Annotated[int | None, Parameter(validator=Number(gte=1, lte=65535))] = None
    """Port of the server and its UI on 127.0.0.1. Default: 4200, or any where that one is taken."""
