"""The flow ``run``: harvest what is declared, ingest, then publish what is new. The main job.

What belongs here: when a release is due. What does not: the two flows it is made of.
"""

from __future__ import annotations

from dataclasses import replace

from prefect import flow

from flows.ingest import ingest
from flows.options import FetchOptions, HarvestOptions, IngestOptions, PublishOptions
from flows.publish import is_published, publish, warnings_of
from flows.reporting.artifacts import show_data_card, show_funnel, show_rejects, show_stages, showing_aside
from flows.reporting.report import RunReport
from flows.showing.display import current
from flows.showing.recording import recorded
from flows.sources.harvested import harvests_first
from tasks.storage import location_of
from tasks.store import Store


@flow(name="run")
def run(
    inputs: tuple[str, ...] = (),
    options: IngestOptions = IngestOptions(),
    fetching: FetchOptions = FetchOptions(),
) -> RunReport:
    """Harvest what is declared, unless inputs are named, and ingest; make a release of a version that has none.

    That version may be an earlier run's, which was interrupted between its commit and its release.
    """
    with recorded(options.folder):
        return _run(inputs, options, fetching)


def _run(inputs: tuple[str, ...], options: IngestOptions, fetching: FetchOptions) -> RunReport:
    first_step = len(current().steps)
    if harvests_first(inputs, options.sources):
        from flows.harvest import harvest  # its client and its database are slow to load

        harvest(HarvestOptions(data=options.data, sources=options.sources, store=options.store, fetch=fetching))
    with showing_aside():
        return _ingest_and_publish(inputs, options, first_step)


def _ingest_and_publish(inputs: tuple[str, ...], options: IngestOptions, first_step: int) -> RunReport:
    data = options.folder
    report = ingest(inputs, options)
    # Shown by the subflows on their own pages too; here, because this is the page that people open.
    show_funnel(report.funnel)
    show_rejects(report.rejects_by_reason)
    version = Store(data.store).version()
    if version is None or is_published(data, version.number):
        return report
    release = publish(PublishOptions(data=options.data, store=options.store, releases=options.releases))
    stages = current().stages(first_step)
    report = replace(
        report, release=release, warnings=report.warnings + warnings_of(location_of(release)), stages=stages
    )
    report.write(data.runs)
    show_stages(stages)
    show_data_card(location_of(release))
    return report
