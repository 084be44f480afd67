"""What ``broadsheet status --run ID`` shows: one run, and what each of its steps took.

What belongs here: finding the run's report and printing it. What does not: measuring (``flows.reporting.stages``).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table

from flows.options import DataFolder
from flows.reporting.report import RunReport
from flows.showing.summary import print_summary
from flows.showing.terminal import SafeConsole
from tasks.store import StoreError

_FEW = 3


def find_run(data: DataFolder, run_id: str) -> RunReport:
    """The report of a finished run, by its id or the only beginning of one. Raises ``StoreError``."""
    reports = RunReport.read_all(data.runs)
    found = [report for report in reports if report.run_id == run_id] or [
        report for report in reports if report.run_id.startswith(run_id)
    ]
    if len(found) == 1:
        return found[0]
    newest = ", ".join(report.run_id for report in reversed((found or reports)[-_FEW:]))
    if found:
        raise StoreError(f"{len(found)} runs begin with {run_id}; the newest: {newest}")
    raise StoreError(
        f"no finished run {run_id} in {data.runs}; " + (f"the newest: {newest}" if newest else "there is none yet")
    )


def run_as_json(report: RunReport) -> dict[str, Any]:
    """The report, with each stage's pages a second."""
    stages = [asdict(stage) | {"pages_per_second": stage.pages_per_second} for stage in report.stages]
    return asdict(report) | {"stages": stages}


def print_run(report: RunReport, console: SafeConsole) -> None:
    """The run's summary, and its steps as a table."""
    console.print(f"run {report.run_id}, finished {report.finished_at}")
    print_summary(report, console)
    console.print()
    if not report.stages:
        console.print("What its steps took was not measured: it is of an earlier version.")
        return
    table = Table(title="what each step took", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("step")
    for name in ("seconds", "CPU seconds", "peak MB", "pages", "pages/s"):
        table.add_column(name, justify="right")
    for stage in report.stages:
        rate = stage.pages_per_second
        table.add_row(
            stage.name,
            f"{stage.seconds:,.1f}",
            f"{stage.cpu_seconds:,.1f}",
            f"{stage.peak_bytes / 1e6:,.0f}",
            "" if stage.pages is None else f"{stage.pages:,}",
            "" if rate is None else f"{rate:,.1f}",
        )
    table.add_section()
    seconds, cpu = (sum(getattr(stage, name) for stage in report.stages) for name in ("seconds", "cpu_seconds"))
    peak = max(stage.peak_bytes for stage in report.stages)
    read = report.funnel.read
    whole = f"{read / seconds:,.1f}" if seconds else ""
    table.add_row("all", f"{seconds:,.1f}", f"{cpu:,.1f}", f"{peak / 1e6:,.0f}", f"{read:,}", whole)
    console.print(table)
    if report.without_compiled_loops:
        console.print(f"Extraction ran without its compiled loops, two fifths slower: {report.without_compiled_loops}.")
    console.print("CPU seconds are of all processes, peak MB of the largest one; the engine's own start is not in it.")
