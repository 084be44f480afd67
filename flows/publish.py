"""The flow ``publish``: a version of the store -> a numbered release.

What belongs here: the order of the steps and what the release is told of the store. What does not: clusters
(``tasks.deduplication``) and files (``tasks.release``).
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.options import CopyOptions, DataFolder, PublishOptions
from flows.removal_under_way import refuse_while_removing
from flows.reporting.artifacts import show_data_card
from flows.showing.display import Step, current
from tasks.deduplication import Thresholds, place
from tasks.release import CopyRule, ReleaseFacts, Selection, write_release
from tasks.release.manifest import read_manifest
from tasks.release.publish import former_release
from tasks.removal.journal import interrupted
from tasks.shard import clear_leftovers, passing_folder
from tasks.storage import Location
from tasks.store import Store, StoreError, StoreVersion

logger = logging.getLogger("broadsheet.publish")


@flow(name="publish")
def publish(options: PublishOptions) -> str:
    """Write a release from a version of the store; return its folder."""
    data = options.folder
    refuse_while_removing(data)
    if interrupted(data.store) is not None:
        from flows.removal import finish_removal  # with all of harvest

        with current().step("Finish a removal") as step:
            for left in finish_removal(data, lambda said: setattr(step, "text", said)):
                logger.warning("%s", left)
                step.text = left
    removals = Store(data.store).removal_count()
    version = Store(data.store).version(options.store_version)
    if version is None:
        raise StoreError(f"{data.store} holds nothing to publish; run: broadsheet ingest INPUT")
    clear_leftovers(data.work, Store(data.store))
    with passing_folder(data.work, "publish") as folder:
        # From here on a removal sees the folder and waits; one that was quicker has taken rows out of the version.
        if Store(data.store).removal_count() != removals or interrupted(data.store) is not None:
            raise StoreError("pages are being removed for good: give the same command again when that is done")
        with current().step("Cluster") as step:
            placements = place_documents(data, version, options.copies.thresholds, folder)
            step.pages = documents = pl.scan_parquet(placements).select(pl.len()).collect().item()
        with current().step("Publish") as step:
            release = make_release(options, version, placements, step)
            step.text, step.pages = str(release), documents
    show_data_card(release)
    return str(release)


@task(cache_policy=NO_CACHE)
def place_documents(data: DataFolder, version: StoreVersion, thresholds: Thresholds, folder: Path) -> Path:
    """Work out where every document of the version stands; one Parquet file."""
    file = folder / "placements.parquet"
    place(Store(data.store).documents(version), thresholds).write_parquet(file)
    return file


@task(cache_policy=NO_CACHE)
def make_release(options: PublishOptions, version: StoreVersion, placements: Path, step: Step) -> Location:
    """Write the release's folder and move it into place."""
    data = options.folder
    store = Store(data.store)

    def on_progress(what: str, done: int, total: int) -> None:
        step.text, step.fraction = what, done / max(total, 1)
        current().moved(step)

    runs = [run for run in store.versions() if run.number <= version.number]
    facts = ReleaseFacts(
        store_version=version.number,
        rejects_version=version.rejects,
        published_on=datetime.now(UTC).date(),
        runs=len(runs),
        pages_read=sum(run.facts["funnel"]["read"] for run in runs),
        pages_unchanged=sum(run.facts["funnel"]["unchanged"] for run in runs),
        pages_removed=sum(
            removal.facts["removal"]["documents"] + removal.facts["removal"]["rejects"]
            for removal in store.removals()
            if removal.number <= version.number
        ),
    )
    return write_release(
        store.documents(version),
        placements,
        store.rejects(version),
        releases=data.releases,
        version=options.version,
        facts=facts,
        selection=Selection(
            options.where, options.languages, options.since, options.until, options.profile, _copy_rule(options.copies)
        ),
        on_progress=on_progress,
        staging=placements.parent,
    )


def _copy_rule(options: CopyOptions) -> CopyRule:
    return CopyRule(options.copy_jaccard, options.copy_containment, options.copy_least_jaccard)


def is_published(data: DataFolder, store_version: int) -> bool:
    """Whether a release of the whole store holds all that this version of it does.

    Versions that upkeep made have no other rows than the one before.
    """
    made_from = published_version(data)
    if made_from is None:
        return False
    return not any(made_from < change.number <= store_version for change in Store(data.store).changes())


def published_version(data: DataFolder) -> int | None:
    """The highest version of the store that a whole release was made from; null where there is none."""
    latest = former_release(data.releases, Selection())
    return None if latest is None else int(read_manifest(latest.path)["made_from"]["store_version"])


def warnings_of(release: Location) -> tuple[str, ...]:
    """What a release warns of: columns that are filled less, or texts that are shorter, than in the one before.

    Its warnings of sources are the run's own, which are told with today's date.
    """
    quality = json.loads((release / "quality.json").read_text(encoding="utf-8"))
    return tuple(alarm["in_words"] for alarm in quality.get("drift", {}).get("alarms", ()))
