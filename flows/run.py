"""The flow ``run``: ingest, then publish what is new. The main job.

What belongs here: when a release is due. What does not: the two flows it is made of.
"""

from __future__ import annotations

from dataclasses import replace

from prefect import flow

from flows.ingest import ingest
from flows.options import DataFolder, IngestOptions, PublishOptions
from flows.publish import is_published, publish
from flows.report import RunReport


@flow(name="run")
def run(inputs: tuple[str, ...], options: IngestOptions) -> RunReport:
    """Ingest the inputs; make a release when the store has a version that no release was made from."""
    report = ingest(inputs, options)
    data = DataFolder(options.data)
    if report.store_version is None or is_published(data, report.store_version):
        return report
    report = replace(report, release=publish(PublishOptions(data=options.data)))
    report.write(data.runs)
    return report
