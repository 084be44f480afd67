"""How each source stands: its articles a day, what harvest knows of it, what it warns of.

What belongs here: collecting these figures and their tables for ``broadsheet status``. What does not: the store as a
whole and its runs (``flows.status.overview``).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.table import Table

from flows.showing.terminal import SafeConsole, printable
from tasks.release.source_health import source_warnings

if TYPE_CHECKING:
    from tasks.harvest.state import State

DAYS = 14
BY_PATH = "(given by path)"
_BLOCKS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_MOST_REASONS = 6
_MOST_REPORTS = 200  # of past harvests, that are looked through
_OTHERS = 61  # columns that the table of sources needs besides the name, with the space between


def take_sources(
    documents: pl.LazyFrame, rejects: pl.LazyFrame, harvested: Mapping[str, Mapping[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """One row a source, those with the most documents first; ``harvested`` is what ``read_harvest`` gives.

    ``days``: how many articles were read for the first time on each of the last 14 days (UTC), today last.
    """
    first_day = now.date() - timedelta(days=DAYS - 1)
    by_article = (
        documents.group_by(pl.col("source").fill_null(BY_PATH), "article_id")
        .agg(
            documents=pl.len(),
            domain=pl.col("domain").first(),
            first=pl.col("ingested_at").min(),
            last=pl.col("ingested_at").max(),
        )
        .collect(engine="streaming")
    )
    held = by_article.group_by("source").agg(
        documents=pl.col("documents").sum(),
        articles=pl.len(),
        domains=pl.col("domain").n_unique(),
        last_ingested=pl.col("last").max(),
    )
    daily = (
        by_article.group_by("source", day=pl.col("first").dt.date())
        .agg(articles=pl.len())
        .filter(pl.col("day") >= first_day)
    )
    counted = {(source, day): articles for source, day, articles in daily.iter_rows()}
    warnings: dict[str, list[str]] = {}
    for warning in source_warnings(documents, rejects, now):
        warnings.setdefault(warning.source, []).append(str(warning))
    in_store = {row["source"]: row for row in held.to_dicts()}
    nothing = {"documents": 0, "articles": 0, "domains": 0, "last_ingested": None}
    rows = [
        {
            "source": name,
            **{key: in_store.get(name, nothing)[key] for key in nothing},
            "days": [{"day": day, "articles": counted.get((name, day), 0)} for day in _days(first_day)],
            "harvest": harvested.get(name),
            "warnings": warnings.get(name, []),
        }
        for name in in_store.keys() | harvested.keys()
    ]
    return sorted(rows, key=lambda row: (-row["documents"], row["source"]))


def _days(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(DAYS)]


def read_harvest(folder: Path, state: str | None) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What harvest knows of each source, nothing where there was none; and what is wrong where it cannot be read.

    ``folder`` is harvest's, ``state`` a path or a ``postgresql://`` URL.
    """
    place = state or folder / "state.sqlite"
    if "://" not in str(place) and not Path(place).is_file():
        # To look makes no database. Without a word on where it is, there was no harvest, which is no problem.
        return {}, [f"the harvest's state {state} does not exist; check --state"] if state else []
    from sqlalchemy.exc import SQLAlchemyError  # slow to load, and most data folders have no harvest

    from tasks.harvest.source import HarvestError
    from tasks.harvest.state import State

    try:
        return _by_source(State(place), _left_out(folder / "reports")), []
    except HarvestError as error:
        return {}, [str(error)]
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        return {}, [f"the harvest's state cannot be read: {said}"]


def _by_source(opened: State, left_out: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    try:
        return {
            one.source: {
                "pages": one.pages,
                "fetched": one.fetched,
                "waiting": one.waiting,
                "failing": one.failing,
                "resting": one.resting,
                "last_asked": _instant(one.last_asked),
                "last_fetched": _instant(one.last_fetched),
                "last_found": _instant(one.last_found),
                "next_due": _instant(one.next_due),
                "failures": opened.reasons(one.source),
                "removed": left_out.get(one.source, 0),
            }
            for one in opened.by_source(time.time())
        }
    finally:
        opened.close()


def _left_out(reports: Path) -> dict[str, int]:
    """How many addresses of each source were left out, being removed for good, when its listings were last read."""
    found: dict[str, int] = {}
    for file in sorted(reports.glob("*.json"), reverse=True)[:_MOST_REPORTS]:
        for name, counts in json.loads(file.read_text(encoding="utf-8"))["sources"].items():
            if counts.get("removed") or counts["listings"].get("fetched"):
                found.setdefault(name, counts.get("removed", 0))
    return found


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def sparkline(values: Sequence[int]) -> str:
    """One cell a value: a block up to eight eighths high, of the largest one; a dot for none."""
    most = max(values, default=0)
    return "".join(_BLOCKS[max(0, -(-8 * value // most) - 1)] if value else _NONE for value in values)


def print_sources(rows: Sequence[Mapping[str, Any]], now: datetime, console: SafeConsole) -> None:
    """The sources as a table of 80 columns or more, then why their pages fail, then their warnings."""
    table = _table()
    # The other columns are whole on 80 columns; a long name gives way.
    table.add_column("source", overflow="ellipsis", no_wrap=True, max_width=max(10, console.width - _OTHERS))
    table.add_column("articles", justify="right", min_width=8)
    table.add_column(f"last {DAYS} days", min_width=DAYS)
    for name in ("last fetch", "next due"):
        table.add_column(name, min_width=11)
    table.add_column("failing", justify="right", min_width=7)
    for row in rows:
        harvest = row["harvest"]
        table.add_row(
            printable(row["source"]),
            f"{row['articles']:,}",
            sparkline([day["articles"] for day in row["days"]]),
            _moment(harvest["last_fetched"]) if harvest else "",
            ("now" if (due := harvest["next_due"]) and due <= now else _moment(due)) if harvest else "",
            f"{harvest['failing']:,}" if harvest else "",
        )
    console.print("\nsources (times in UTC)", style="bold")
    console.print(table)
    failures = _table()
    failures.add_column("source", overflow="ellipsis", no_wrap=True, max_width=30)
    failures.add_column("reasons", overflow="fold")
    for row in rows:
        harvest = row["harvest"]
        if harvest and (harvest["failures"] or harvest["resting"] or harvest["removed"]):
            failures.add_row(printable(row["source"]), _reasons(harvest))
    if failures.row_count:
        console.print("\nwhy pages are gone, refused, failed or not asked for", style="bold")
        console.print(failures)
    warnings = [warning for row in rows for warning in row["warnings"]]
    if warnings:
        console.print()
    for warning in warnings:
        console.print(f"warning  {warning}", style="yellow")


def _table() -> Table:
    return Table(box=None, pad_edge=False)


def _moment(value: datetime | None) -> str:
    return "never" if value is None else f"{value:%m-%d %H:%M}"


def _reasons(harvest: Mapping[str, Any]) -> str:
    failures: Mapping[str, int] = harvest["failures"]
    told = [f"{reason} {count:,}" for reason, count in list(failures.items())[:_MOST_REASONS]]
    more = len(failures) - len(told)
    rest = [f"host rests {harvest['resting']:,}"] if harvest["resting"] else []
    rest += [f"left out, for they were removed {harvest['removed']:,}"] if harvest["removed"] else []
    return ", ".join(rest + told) + (f" and {more} more reasons" if more else "")
