"""What ``broadsheet status`` shows: the store, the last runs, the releases.

What belongs here: collecting these figures and printing them. What does not: each source's
(``flows.status.sources_status``), one run's (``flows.status.run_status``).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import polars as pl
from rich.table import Table

from flows.options import DataFolder
from flows.reporting.report import RunReport
from flows.reporting.under_way import runs_under_way
from flows.showing.summary import bar
from flows.showing.terminal import SafeConsole
from flows.status.run_status import run_as_json
from flows.status.sources_status import print_sources, read_harvest, take_sources
from tasks.release import list_releases
from tasks.release.manifest import read_manifest
from tasks.removal.journal import interrupted
from tasks.shard import dead_runs
from tasks.storage import Location
from tasks.store import Store

_LAST_RUNS = 10
_LAST_DAYS = 14
_WIDE = 92


def take_overview(data: DataFolder, state: str | None = None) -> dict[str, Any]:
    """The figures, ready for JSON: ``store``, ``sources``, ``days``, ``rejects``, ``under_way``, ``dead_runs``,
    ``runs``, ``releases``.

    ``state``: where harvest keeps what it knows, by default in the data folder. One that cannot be read is a
    ``problem``, and the rest is shown.
    """
    now = datetime.now(UTC)
    harvested, problems = read_harvest(data.harvest, state)
    store = Store(data.store)
    version = store.version()
    documents, rejects = store.documents(version), store.rejects(version)
    days = (
        documents.filter(pl.col("published_at").is_not_null())
        .group_by(day=pl.col("published_at").dt.date())
        .agg(documents=pl.len())
        .sort("day", descending=True)
        .head(_LAST_DAYS)
    )
    reasons = rejects.group_by("stage", "reason").agg(pages=pl.len()).sort("pages", "reason", descending=[True, False])
    return {
        "store": {
            "version": version.number if version else None,
            "documents": documents.select(pl.len()).collect().item(),
            "articles": documents.select(pl.col("article_id").n_unique()).collect().item(),
            "rejects": rejects.select(pl.len()).collect().item(),
        },
        "taken_at": now,
        "problems": [*problems, *_unfinished_removal(data)],
        "sources": take_sources(documents, rejects, harvested, now),
        "days": days.collect().to_dicts(),
        "rejects": reasons.collect().to_dicts(),
        "dead_runs": [
            {**asdict(run.identity), "last_sign": run.last_sign.isoformat(timespec="seconds")}
            for run in dead_runs(data.work, store)
        ],
        "under_way": [run_as_json(run) for run in runs_under_way(data.runs)],
        "runs": [asdict(report) for report in RunReport.read_all(data.runs)[-_LAST_RUNS:]],
        "releases": [_release(release.path) for release in list_releases(data.releases)],
    }


def _unfinished_removal(data: DataFolder) -> list[str]:
    left = interrupted(data.store)
    if left is None:
        return []
    return [f"removal {left.removal_id} was interrupted, and some files may hold its pages still: give it again"]


def _release(folder: Location) -> dict[str, Any]:
    manifest = read_manifest(folder)
    funnel = manifest["funnel"]
    tables = {name: funnel[name] for name in ("articles", "copies", "revisions", "rejects")}
    return {"release": manifest["release"], "store_version": manifest["made_from"]["store_version"], **tables}


def print_overview(overview: dict[str, Any]) -> None:
    """The figures as tables, on standard output."""
    console = SafeConsole()
    _print_unfinished(overview, console)
    for problem in overview["problems"]:
        console.print(f"warning  {problem}", style="yellow")
    store = overview["store"]
    if store["version"] is None:
        console.print("The store is empty. Fill it: broadsheet run INPUT")
        if overview["sources"]:
            print_sources(overview["sources"], overview["taken_at"], console)
        return
    console.print(
        f"store version {store['version']}: {store['articles']:,} URLs with {store['documents']:,} texts, "
        f"{store['rejects']:,} rejects"
    )
    print_sources(overview["sources"], overview["taken_at"], console)
    for title, table in (
        ("rejects", _table(overview["rejects"], ["stage", "reason", "pages"])),
        ("published per day, last days", _days(overview["days"])),
        ("last runs", _runs(overview["runs"], console.width)),
        ("releases", _table(overview["releases"], None)),
    ):
        if table.row_count:
            console.print(f"\n{title}", style="bold")
            console.print(table)


def _print_unfinished(overview: dict[str, Any], console: SafeConsole) -> None:
    """Runs at work; runs that died, in which step, and what they read where their work is there to go on with."""
    left = {run["run_id"]: run for run in overview["dead_runs"]}
    for run in overview["under_way"]:
        console.print(run["in_words"])
        if run["state"] != "at work" and run["run_id"] in left:
            console.print(_inputs_of(left.pop(run["run_id"])))
    for run in left.values():
        console.print(
            f"run {run['run_id']} died before its commit (last sign {run['last_sign']}); the same command goes on with "
            f"it. {_inputs_of(run)}"
        )


def _inputs_of(run: dict[str, Any]) -> str:
    more = f" and {run['files'] - len(run['inputs']):,} more" if run["files"] > len(run["inputs"]) else ""
    return f"It read {', '.join(run['inputs'])}{more}"


def _table(rows: list[dict[str, Any]], columns: list[str] | None) -> Table:
    names = columns or (list(rows[0]) if rows else [])
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right" if rows and isinstance(rows[0][name], int) else "left")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in names))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") else str(value)


def _days(days: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("day")
    table.add_column("documents", justify="right")
    table.add_column()
    most = max((row["documents"] for row in days), default=0)
    for row in days:
        table.add_row(str(row["day"]), f"{row['documents']:,}", bar(row["documents"], most))
    return table


def _runs(runs: list[dict[str, Any]], width: int) -> Table:
    parts = ("read", "articles", "copies", "revisions", "unchanged", "rejects")
    rows = [
        {
            "run": run["run_id"],
            **{part: run["funnel"][part] for part in parts},
            "release": (run["release"] or "").rstrip("/").rpartition("/")[2],
        }
        for run in runs
    ]
    # A run is shown by its id, so the id is whole on 80 columns; then no room is left for the release.
    return _table(rows, ["run", *parts, *(["release"] if width >= _WIDE else [])])
