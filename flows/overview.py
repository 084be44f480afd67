"""What ``broadsheet status`` shows: the store, the last runs, the releases.

What belongs here: collecting these figures and printing them. What does not: one run's summary
(``flows.summary``).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl
from rich.table import Table

from flows.options import DataFolder
from flows.report import RunReport
from flows.summary import bar
from flows.terminal import SafeConsole
from tasks.release import list_releases
from tasks.release.manifest import read_manifest
from tasks.shard import dead_runs
from tasks.storage import Location
from tasks.store import Store

_LAST_RUNS = 10
_LAST_DAYS = 14


def take_overview(data: DataFolder) -> dict[str, Any]:
    """The figures, ready for JSON: ``store``, ``sources``, ``days``, ``rejects``, ``runs``, ``releases``."""
    store = Store(data.store)
    version = store.version()
    documents, rejects = store.documents(version), store.rejects(version)
    sources = (
        documents.group_by(source=pl.col("source").fill_null("(given by path)"))
        .agg(
            documents=pl.len(),
            articles=pl.col("article_id").n_unique(),
            domains=pl.col("domain").n_unique(),
            last_ingested=pl.col("ingested_at").max(),
        )
        .sort("documents", "source", descending=[True, False])
    )
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
        "sources": sources.collect().to_dicts(),
        "days": days.collect().to_dicts(),
        "rejects": reasons.collect().to_dicts(),
        "dead_runs": [
            {**asdict(run.identity), "last_sign": run.last_sign.isoformat(timespec="seconds")}
            for run in dead_runs(data.work, store)
        ],
        "runs": [asdict(report) for report in RunReport.read_all(data.runs)[-_LAST_RUNS:]],
        "releases": [_release(release.path) for release in list_releases(data.releases)],
    }


def _release(folder: Location) -> dict[str, Any]:
    manifest = read_manifest(folder)
    funnel = manifest["funnel"]
    tables = {name: funnel[name] for name in ("articles", "copies", "revisions", "rejects")}
    return {"release": manifest["release"], "store_version": manifest["made_from"]["store_version"], **tables}


def print_overview(overview: dict[str, Any]) -> None:
    """The figures as tables, on standard output."""
    console = SafeConsole()
    _print_dead(overview["dead_runs"], console)
    store = overview["store"]
    if store["version"] is None:
        console.print("The store is empty. Fill it: broadsheet run INPUT")
        return
    console.print(
        f"store version {store['version']}: {store['articles']:,} URLs with {store['documents']:,} texts, "
        f"{store['rejects']:,} rejects"
    )
    for title, rows, columns in (
        ("sources", overview["sources"], ["source", "articles", "documents", "domains", "last_ingested"]),
        ("rejects", overview["rejects"], ["stage", "reason", "pages"]),
    ):
        console.print(_table(title, rows, columns))
    console.print(_days(overview["days"]))
    console.print(_runs(overview["runs"]))
    console.print(_table("releases", overview["releases"], None))


def _print_dead(runs: list[dict[str, Any]], console: SafeConsole) -> None:
    for run in runs:
        more = f" and {run['files'] - len(run['inputs']):,} more" if run["files"] > len(run["inputs"]) else ""
        console.print(
            f"run {run['run_id']} died before its commit (last sign {run['last_sign']}); the same command goes on with "
            f"it. It read {', '.join(run['inputs'])}{more}"
        )


def _table(title: str, rows: list[dict[str, Any]], columns: list[str] | None) -> Table:
    names = columns or (list(rows[0]) if rows else [])
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
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
    table = Table(title="published per day, last days", title_justify="left", title_style="bold", box=None)
    table.add_column("day")
    table.add_column("documents", justify="right")
    table.add_column()
    most = max((row["documents"] for row in days), default=0)
    for row in days:
        table.add_row(str(row["day"]), f"{row['documents']:,}", bar(row["documents"], most))
    return table


def _runs(runs: list[dict[str, Any]]) -> Table:
    parts = ("read", "articles", "copies", "revisions", "unchanged", "rejects")
    rows = [
        {"run": run["run_id"], **{part: run["funnel"][part] for part in parts}, "release": run["release"] or ""}
        for run in runs
    ]
    return _table("last runs", rows, ["run", *parts, "release"])
