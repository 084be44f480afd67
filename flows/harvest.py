"""The flow ``harvest``: declared feeds, sitemaps and URL lists -> WARCs in the data folder.

What belongs here: the steps, their figures while they run, the report. What does not: fetching (``tasks.harvest``).
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.options import DataFolder, HarvestOptions
from flows.showing.display import Step, current
from flows.sources.harvesting import settings_of, sources_to_harvest
from tasks.harvest import RESULTS, HarvestCounts, HarvestSource
from tasks.harvest import harvest as fetch_all
from tasks.harvest.screening import IsRemoved, nothing_is
from tasks.store import Store
from tasks.store.tombstones import is_removed_by


@flow(name="harvest")
def harvest(options: HarvestOptions = HarvestOptions()) -> dict[str, Any]:
    """Fetch what is due of the declared sources; return the report, as it is kept under ``data/harvest/reports``."""
    sources = sources_to_harvest(options)
    with current().step("Harvest") as step:
        counts = fetch(sources, options, step)
        step.pages = counts.total().asked
    report = {"finished_at": datetime.now(UTC).isoformat(timespec="seconds"), **counts.as_dict()}
    _keep(report, DataFolder(options.data).harvest / "reports")
    _show(counts)
    return report


@task(name="fetch", cache_policy=NO_CACHE)
def fetch(sources: list[HarvestSource], options: HarvestOptions, step: Step) -> HarvestCounts:
    """All that is due, host by host; no retries: what failed is due again by itself."""
    began = time.monotonic()

    def on_progress(counts: HarvestCounts) -> None:
        total = counts.total()
        rate = total.asked / max(time.monotonic() - began, 0.1)
        step.text = (
            f"{total.asked:,} pages, {rate:,.0f}/s: {total.pages['fetched']:,} fetched, "
            f"{total.pages['unchanged']:,} unchanged, {total.pages['failed'] + total.pages['gone']:,} failed or gone"
        )
        step.fraction = total.asked / total.discovered if total.discovered >= total.asked > 0 else None
        current().moved(step)

    data = DataFolder(options.data, options.store)

    def what_is_removed() -> IsRemoved:
        return is_removed_by(Store(data.store).tombstones()) or nothing_is

    counts = fetch_all(sources, data.harvest, settings_of(options.fetch), on_progress, what_is_removed)
    on_progress(counts)
    return counts


def _keep(report: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.json"
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(file)


def _show(counts: HarvestCounts) -> None:
    """A table artifact: one row a source."""
    rows = [
        {"source": name, "discovered": one.discovered, **{result: one.pages[result] for result in RESULTS}}
        for name, one in sorted(counts.sources.items())
    ]
    create_table_artifact(rows, key="harvest", description="What came of each source's pages")
