"""The flows that run by the clock: collect (hourly), release (nightly), upkeep (weekly). ``prefect.yaml`` says when.

What belongs here: flows whose parameters are plain words, as a deployment keeps them. What does not: the flows they
are made of (``flows.harvest``, ``flows.ingest``, ``flows.publish``), and who runs them (``flows.serving``).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.engine.scheduled_run import begin_scheduled_run
from flows.harvested import is_fetched
from flows.ingest import ingest
from flows.options import DataFolder, HarvestOptions, IngestOptions, PublishOptions
from flows.publish import is_published, publish
from tasks.release import list_releases
from tasks.release.manifest import read_manifest
from tasks.sources import read_sources
from tasks.store import Store
from tasks.upkeep import tidy_store

logger = logging.getLogger("broadsheet.scheduled")


@flow(name="collect")
def collect(data: str = "data", sources: str = "seeds/sources.toml", workers: int | None = None) -> dict[str, Any]:
    """Harvest what is due, and read what is new into the store; return the run's report."""
    folder = DataFolder(Path(data))
    begin_scheduled_run(folder)
    if any(map(is_fetched, read_sources(Path(sources)))):
        from flows.harvest import harvest  # its client and its database are slow to load

        harvest(HarvestOptions(data=folder.root, sources=Path(sources)))
    report = ingest((), IngestOptions(data=folder.root, sources=Path(sources), workers=workers))
    return {"run_id": report.run_id, **report.funnel.as_dict()}


@flow(name="release")
def release(data: str = "data") -> str | None:
    """Make a release when the store has a run that no release was made from; return its folder, or null."""
    folder = DataFolder(Path(data))
    begin_scheduled_run(folder)
    version = Store(folder.store).version()
    if version is None or is_published(folder, version.number):
        logger.info("nothing new to publish")
        return None
    return publish(PublishOptions(data=folder.root))


@flow(name="upkeep")
def upkeep(data: str = "data") -> list[dict[str, Any]]:
    """Join small files of the store, and clear files that neither it nor a release needs; return what was done."""
    folder = DataFolder(Path(data))
    begin_scheduled_run(folder)
    done = tidy(folder)
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
