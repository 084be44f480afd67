"""The flows that run by the clock: collect (hourly), release (nightly), upkeep (weekly). ``prefect.yaml`` says when.

What belongs here: flows whose parameters are plain words, as a deployment keeps them. ``store`` and ``releases`` are
folders or URLs of object storage, by default in the data folder. What does not: the flows they are made of
(``flows.harvest``, ``flows.ingest``, ``flows.publish``), and who runs them (``flows.serving``).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.engine.scheduled_run import begin_scheduled_run
from flows.ingest import ingest
from flows.options import DataFolder, HarvestOptions, IngestOptions, PublishOptions
from flows.publish import is_published, publish, published_version, warnings_of
from flows.reporting.artifacts import show_stages
from flows.reporting.log_files import begin_log
from flows.reporting.old_reports import drop_old_reports
from flows.reporting.report import RunReport
from flows.reporting.stages import Stage
from flows.showing.display import current
from flows.sources.harvested import is_fetched
from tasks.release import list_releases
from tasks.release.manifest import read_manifest
from tasks.sources import read_sources
from tasks.storage import location_of
from tasks.store import Store
from tasks.upkeep import tidy_store

logger = logging.getLogger("broadsheet.scheduled")


@flow(name="collect")
def collect(
    data: str = "data", sources: str = "seeds/sources.toml", workers: int | None = None, store: str | None = None
) -> dict[str, Any]:
    """Harvest what is due, and read what is new into the store; return the run's report."""
    folder = DataFolder(Path(data), store)
    begin_log(folder.log)
    begin_scheduled_run(folder)
    first_step = len(current().steps)
    if any(map(is_fetched, read_sources(Path(sources)))):
        from flows.harvest import harvest  # its client and its database are slow to load

        harvest(HarvestOptions(data=folder.root, sources=Path(sources), store=store))
    report = ingest((), IngestOptions(data=folder.root, sources=Path(sources), workers=workers, store=store))
    report = replace(report, stages=current().stages(first_step))
    report.write(folder.runs)
    show_stages(report.stages)
    return {"run_id": report.run_id, **report.funnel.as_dict()}


@flow(name="release")
def release(data: str = "data", store: str | None = None, releases: str | None = None) -> str | None:
    """Make a release when the store has a run that no release was made from; return its folder, or null."""
    folder = DataFolder(Path(data), store, releases)
    begin_log(folder.log)
    begin_scheduled_run(folder)
    version = Store(folder.store).version()
    if version is None or is_published(folder, version.number):
        logger.info("nothing new to publish")
        return None
    before, first_step = published_version(folder), len(current().steps)
    made = publish(PublishOptions(data=folder.root, store=store, releases=releases))
    stages = current().stages(first_step)
    note_release(folder, made, since=-1 if before is None else before, stages=stages)
    show_stages(stages)
    return made


def note_release(data: DataFolder, release: str, since: int, stages: tuple[Stage, ...]) -> None:
    """Write into the reports of the runs after store version ``since`` that a release has their rows.

    The newest of them also gets what making the release took, and what the release warns of.
    """
    until = published_version(data)
    held = {run.run_id for run in Store(data.store).versions() if until is not None and since < run.number <= until}
    reports = [report for report in RunReport.read_all(data.runs) if report.run_id in held]
    for report in reports[:-1]:
        replace(report, release=release).write(data.runs)
    for newest in reports[-1:]:
        warnings = newest.warnings + warnings_of(location_of(release))
        replace(newest, release=release, warnings=warnings, stages=newest.stages + stages).write(data.runs)


@flow(name="upkeep")
def upkeep(data: str = "data", store: str | None = None, releases: str | None = None) -> list[dict[str, Any]]:
    """Join small files of the store, clear files that neither it nor a release needs, and old reports of nothing.

    Returns what was done, table by table.
    """
    folder = DataFolder(Path(data), store, releases)
    begin_log(folder.log)
    begin_scheduled_run(folder)
    done = tidy(folder) + drop_old_reports(folder.runs, folder.harvest / "reports")
    for one in done:
        logger.info("upkeep, %(table)s: %(files_before)d files before, %(files_after)d after, %(deleted)d deleted", one)
    create_table_artifact(done, key="upkeep", description="What was joined and cleared, table by table")
    return done


@task(cache_policy=NO_CACHE)
def tidy(data: DataFolder) -> list[dict[str, Any]]:
    """Both tables of the store, one after the other; nobody commits meanwhile."""
    made_from = [read_manifest(found.path)["made_from"] for found in list_releases(data.releases)]
    store = Store(data.store)
    with store.writing():
        done = tidy_store(
            store,
            documents_kept=[made["store_version"] for made in made_from],
            rejects_kept=[made["rejects_version"] for made in made_from],
        )
    return [one.as_dict() for one in done]
