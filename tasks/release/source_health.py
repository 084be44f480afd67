"""Sources that fell silent, or whose pages are no articles any more: told from the rows alone.

What belongs here: the rule and its numbers. What does not: why a page was not fetched (``tasks.harvest``), and columns
that are filled less (``drift``).

A source is judged by its own habit. An arrival is a run that brought new articles of it; it is silent when nothing came
for longer than ``_TIMES`` its median gap between arrivals, than two days, and than the second longest gap of its last
``_HABIT``: nights, weekends and one earlier outage are habit. It needs ``_ARRIVALS`` days with arrivals for that. Its
pages stop extracting when the share of rejects in its newest runs (as many as it takes for ``_PAGES`` pages) is
``_RISE`` above that of its runs before, and by more than chance can do. Pages given by path have no source, and none of
this.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Literal

import polars as pl

_TIMES = 3
_LEAST = timedelta(days=2)
_HABIT = timedelta(days=90)
_ARRIVALS = 4
# A source that was given up is not told of for ever.
_TOLD = timedelta(days=90)
_PAGES = 20
# Twenty points; with few pages chance alone moves a share by more, so the bound widens as 1.5 / sqrt(pages).
_RISE = 0.2


@dataclass(frozen=True, slots=True)
class SourceWarning:
    """What is wrong with a source. ``before`` and ``now``: days of silence, usual and now; or shares of rejects."""

    source: str
    kind: Literal["silent", "rejected"]
    before: float
    now: float
    rows: int = 0

    def __str__(self) -> str:
        if self.kind == "silent":
            return (
                f"source {self.source}: no new article for {self.now:.1f} days; "
                f"going by its habit one was due within {self.before:.1f} days"
            )
        return (
            f"source {self.source}: {self.now:.0%} of its newest {self.rows:,} pages were rejected, "
            f"{self.before:.0%} of those before"
        )

    def as_dict(self) -> dict[str, Any]:
        """As it stands in quality.json."""
        return asdict(self) | {"in_words": str(self)}


def source_warnings(documents: pl.LazyFrame, rejects: pl.LazyFrame, now: datetime | None = None) -> list[SourceWarning]:
    """Every source that is silent or rejected, by name.

    ``documents`` needs source, article_id and ingested_at, earlier revisions included; ``rejects`` source, reason and
    ingested_at. ``now``: by default the moment of the newest row, so that the same rows give the same words.
    """
    arrived = (
        documents.filter(pl.col("source").is_not_null())
        # 64 bits stand for an id: a third of the memory, and two that meet would hide one arrival.
        .group_by("source", pl.col("article_id").hash())
        .agg(pl.col("ingested_at").min())
        .select("source", "ingested_at")
        .unique()
    )
    pages = pl.concat(
        [
            documents.select("source", "ingested_at", rejected=pl.lit(value=False)),
            rejects.filter(pl.col("reason") != "removed").select("source", "ingested_at", rejected=pl.lit(value=True)),
        ]
    )
    if now is None:
        now = pages.select(pl.col("ingested_at").max()).collect(engine="streaming").item()
    if now is None:
        return []
    runs = (
        pages.filter(pl.col("source").is_not_null(), pl.col("ingested_at") >= now - _HABIT - _TOLD)
        .group_by("source", "ingested_at")
        .agg(pages=pl.len(), rejected=pl.col("rejected").sum())
        .sort("source", "ingested_at")
        .collect(engine="streaming")
    )
    arrivals = arrived.sort("source", "ingested_at").collect(engine="streaming")
    found = [_silence(str(name), group["ingested_at"].to_list(), now) for (name,), group in arrivals.group_by("source")]
    figures = ("ingested_at", "pages", "rejected")
    found += [_rejection(str(name), group.select(figures).rows(), now) for (name,), group in runs.group_by("source")]
    return sorted((one for one in found if one), key=lambda one: (one.source, one.kind))


def _silence(source: str, arrivals: list[datetime], now: datetime) -> SourceWarning | None:
    last = arrivals[-1]
    known = [moment for moment in arrivals if last - moment <= _HABIT]
    if len({moment.date() for moment in known}) < _ARRIVALS:
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(known))
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    bound = max(_TIMES * usual, _LEAST, gaps[-2])
    silent = now - last
    if not bound < silent < bound + _TOLD:
        return None
    return SourceWarning(source, "silent", _days(bound), _days(silent))


def _rejection(source: str, runs: list[tuple[datetime, int, int]], now: datetime) -> SourceWarning | None:
    """``runs``: the moment, pages and rejected pages of each, oldest first."""
    newest, *_ = runs[-1]
    if now - newest > _TOLD:
        return None
    pages = rejected = 0
    while runs and pages < _PAGES:
        _, more, more_rejected = runs.pop()
        pages, rejected = pages + more, rejected + more_rejected
    before = [(more, more_rejected) for moment, more, more_rejected in runs if newest - moment <= _HABIT]
    former_pages, former_rejected = sum(more for more, _ in before), sum(more for _, more in before)
    if min(pages, former_pages) < _PAGES:
        return None
    share, former = rejected / pages, former_rejected / former_pages
    if share - former <= max(_RISE, 1.5 / pages**0.5):
        return None
    return SourceWarning(source, "rejected", round(former, 4), round(share, 4), pages)


def _days(span: timedelta) -> float:
    return round(span / timedelta(days=1), 2)
