"""The end of a harvest in the terminal: what was found, what came of it, what a person should know.

What belongs here: rendering of a harvest's report. What does not: the figures (``tasks.harvest``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from flows.showing.summary import bar

_BAR_WIDTH = 28
_MOST_PROBLEMS = 10
_PARTS = {
    "fetched": ("green", "new, or a new text"),
    "unchanged": ("bright_black", "still the same"),
    "redirected": ("cyan", "is at another address"),
    "gone": ("yellow", "404 or 410"),
    "refused": ("yellow", "by robots.txt or exclude"),
    "failed": ("yellow", "asked again later"),
}


def print_harvest(report: dict[str, Any], console: Console) -> None:
    """The whole summary of a harvest."""
    total = report["total"]
    console.print()
    console.print(_funnel(total))
    if total["reasons"]:
        console.print("\nwhy pages were gone, refused or failed")
        console.print(_reasons(total))
    if len(report["sources"]) > 1:
        console.print()
        console.print(_by_source(report["sources"]))
    console.print()
    if total.get("removed"):
        console.print(f"Left out, for they were removed for good: {total['removed']:,} addresses.")
    if report["recovered"]:
        console.print(f"Taken over from a harvest that was cut off: {report['recovered']:,} responses.")
    for problem in report["problems"][:_MOST_PROBLEMS]:
        console.print(Text.assemble(("warning  ", "yellow"), problem))
    if len(report["problems"]) > _MOST_PROBLEMS:
        console.print(f"         and {len(report['problems']) - _MOST_PROBLEMS} more, in the report")
    for file in report["files"]:
        console.print(Text.assemble("wrote    ", file, overflow="fold"))
    if report["next_due"]:
        console.print(f"next due {datetime.fromtimestamp(report['next_due'], UTC):%Y-%m-%d %H:%M} UTC")


def _funnel(total: dict[str, Any]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(width=_BAR_WIDTH)
    table.add_column(style="dim")
    table.add_row("discovered", f"{total['discovered']:,}", "", "named for the first time")
    asked = total["asked"]
    table.add_row("asked", f"{asked:,}", Text(bar(asked, asked), style="bold"), "asked for or looked at")
    for name, (colour, meaning) in _PARTS.items():
        table.add_row(f"  {name}", f"{total[name]:,}", Text(bar(total[name], asked), style=colour), meaning)
    parts = " + ".join(f"{total[name]:,}" for name in _PARTS)
    listings = ", ".join(f"{count:,} {name}" for name, count in total["listings"].items()) or "none was due"
    return Group(table, Text(f"{asked:,} = {parts}", style="dim"), Text(f"feeds and sitemaps: {listings}", style="dim"))


def _reasons(total: dict[str, Any]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "left"):
        table.add_column(justify=justify)
    for reason, count in total["reasons"].items():
        table.add_row(f"  {reason}", f"{count:,}", Text(bar(count, max(total["asked"], count)), style="yellow"))
    return table


def _by_source(sources: dict[str, dict[str, Any]]) -> RenderableType:
    names = ("discovered", "asked", *_PARTS)
    table = Table(box=None, pad_edge=False)
    table.add_column("source")
    for name in names:
        table.add_column(name, justify="right")
    for source, counts in sources.items():
        table.add_row(source, *(f"{counts[name]:,}" for name in names))
    return table
