"""The end of a run in the terminal: the funnel, the rejects by reason, and where the release lies.

What belongs here: rendering of a finished run's report. What does not: the live display (``flows.showing.display``) and
the report as data (``flows.reporting.report``).
"""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from flows.reporting.report import RunReport, files_known_in_words

_BAR_WIDTH = 32
_MOST_WARNINGS = 10
_PARTS = {
    "articles": ("green", "new articles"),
    "copies": ("cyan", "near-identical to an article"),
    "revisions": ("blue", "new texts at known URLs"),
    "unchanged": ("bright_black", "known already"),
    "rejects": ("yellow", "each with a reason"),
}


def bar(part: int, whole: int, width: int = _BAR_WIDTH) -> str:
    """A bar of eighths; anything above nothing is at least one eighth wide."""
    eighths = 0 if part == 0 else max(1, round(8 * width * part / max(whole, 1)))
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def funnel_table(report: RunReport) -> RenderableType:
    """The funnel: a bar a row, and the sum that proves that no page went missing."""
    funnel = report.funnel
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(width=_BAR_WIDTH)
    table.add_column(style="dim")
    table.add_row("read", f"{funnel.read:,}", Text(bar(funnel.read, funnel.read), style="bold"), "pages in the input")
    for name, (colour, meaning) in _PARTS.items():
        count = getattr(funnel, name)
        table.add_row(f"  {name}", f"{count:,}", Text(bar(count, funnel.read), style=colour), meaning)
    parts = " + ".join(f"{getattr(funnel, name):,}" for name in _PARTS)
    sum_line = Text(f"{funnel.read:,} = {parts}: every page is accounted for", style="dim")
    return Group(table, sum_line)


def rejects_table(report: RunReport) -> RenderableType:
    """Rejects by reason, most first."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(width=_BAR_WIDTH)
    for reason, count in sorted(report.rejects_by_reason.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(f"  {reason}", f"{count:,}", Text(bar(count, report.funnel.read), style="yellow"))
    return table


def print_summary(report: RunReport, console: Console) -> None:
    """The whole summary of a run."""
    console.print()
    console.print(funnel_table(report))
    if report.rejects_by_reason:
        console.print("\nrejects by reason")
        console.print(rejects_table(report))
    console.print()
    if report.files_known:
        console.print(f"{files_known_in_words(report.files_known)}: not opened (see --reread).")
    if report.funnel.new == 0:
        console.print("Nothing was new: the store did not change." if not report.release else "Nothing was new.")
    for warning in report.warnings[:_MOST_WARNINGS]:
        console.print(Text.assemble(("warning  ", "yellow"), warning))
    if len(report.warnings) > _MOST_WARNINGS:
        console.print(f"         and {len(report.warnings) - _MOST_WARNINGS} more, in quality.json")
    if report.release:
        console.print(Text.assemble("release  ", (report.release, "bold"), overflow="fold"))
        console.print(Text.assemble("look     ", f"{report.release}/index.html", overflow="fold"))
