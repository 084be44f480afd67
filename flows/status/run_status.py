"""What ``broadsheet status --run ID`` shows: one run, at work or finished, and what each of its steps took.

What belongs here: finding what is known of the run and printing it. What does not: measuring
(``flows.reporting.stages``), and what is known of it (``flows.reporting.report``, ``flows.reporting.under_way``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from flows.options import DataFolder
from flows.reporting.report import RunReport
from flows.reporting.stages import Stage
from flows.reporting.under_way import UnderWay, runs_under_way
from flows.showing.summary import print_summary
from flows.showing.terminal import SafeConsole
from tasks.store import StoreError

_FEW = 3


def find_run(data: DataFolder, run_id: str) -> RunReport | UnderWay:
    """What is known of a run, by its id or the only beginning of one. Raises ``StoreError``.

    A run that is at work, or died, is told by its record: it may have a report by then, of the part until its commit.
    """
    known: dict[str, RunReport | UnderWay] = {report.run_id: report for report in RunReport.read_all(data.runs)}
    known |= {run.run_id: run for run in runs_under_way(data.runs) if run.run_id is not None}
    found = [run_id] if run_id in known else sorted(one for one in known if one.startswith(run_id))
    if len(found) == 1:
        return known[found[0]]
    newest = ", ".join((found or sorted(known))[-_FEW:][::-1])
    if found:
        raise StoreError(f"{len(found)} runs begin with {run_id}; the newest: {newest}")
    raise StoreError(f"no run {run_id} in {data.runs}; " + (f"the newest: {newest}" if newest else "there is none yet"))


def run_as_json(run: RunReport | UnderWay) -> dict[str, Any]:
    """The report or record, with each stage's pages a second; ``state``: finished, at work, interrupted or died."""
    stages = [asdict(stage) | {"pages_per_second": stage.pages_per_second} for stage in run.stages]
    value = asdict(run) | {"stages": stages}
    if isinstance(run, RunReport):
        return {"state": "finished"} | value
    return {"state": run.state, "in_words": in_words(run)} | value


def print_run(run: RunReport | UnderWay, console: SafeConsole) -> None:
    """The run's summary, or where it stands, and its steps as a table."""
    if isinstance(run, UnderWay):
        console.print(in_words(run))
        print_stages(run.stages, console, "what each step took so far")
        return
    console.print(f"run {run.run_id}, finished {run.finished_at}")
    print_summary(run, console)
    console.print()
    if not run.stages:
        console.print("What its steps took was not measured: it is of an earlier version.")
        return
    print_stages(run.stages, console, "what each step took", run.funnel.read)
    if run.without_compiled_loops:
        console.print(f"Extraction ran without its compiled loops, two fifths slower: {run.without_compiled_loops}.")


def in_words(run: UnderWay) -> str:
    """Where a run stands that has not come to its end."""
    name = f"run {run.run_id}" if run.run_id else "a run"
    step = run.at or "a moment between two steps"
    if run.alive:
        said = f": {run.said}" if run.said else ""
        return f"{name} is at work (process {run.process}, since {run.began}) on {step}{said}"
    ended = "was interrupted" if run.interrupted else "died"
    return f"{name} {ended} (last sign {run.last_sign}) in {step}; the same command goes on from there"


def print_stages(stages: Sequence[Stage], console: SafeConsole, title: str, read: int | None = None) -> None:
    """The steps as a table; with the sum where it is known how many pages the run ``read``."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("step")
    for name in ("seconds", "CPU seconds", "peak MB", "pages", "pages/s"):
        table.add_column(name, justify="right")
    for stage in stages:
        rate = stage.pages_per_second
        table.add_row(
            stage.name,
            f"{stage.seconds:,.1f}",
            f"{stage.cpu_seconds:,.1f}",
            f"{stage.peak_bytes / 1e6:,.0f}",
            "" if stage.pages is None else f"{stage.pages:,}",
            "" if rate is None else f"{rate:,.1f}",
        )
    if read is not None:
        table.add_section()
        seconds, cpu = (sum(getattr(stage, name) for stage in stages) for name in ("seconds", "cpu_seconds"))
        peak = max(stage.peak_bytes for stage in stages)
        whole = f"{read / seconds:,.1f}" if seconds else ""
        table.add_row("all", f"{seconds:,.1f}", f"{cpu:,.1f}", f"{peak / 1e6:,.0f}", f"{read:,}", whole)
    console.print(table)
    console.print("CPU seconds are of all processes, peak MB of the largest one; the engine's own start is not in it.")
