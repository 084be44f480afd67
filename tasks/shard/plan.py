"""The plan of a run: which shards there are, under which run id, and what an interrupted run left.

What belongs here: the run's folder under ``data/work`` and its jobs. What does not: reading inputs
(``tasks.sources``) and running jobs (``flows.ingest``).

The folder is named after everything that decides the outcome: the inputs' fingerprints, the options and the
extractor's version. The same run started again after a crash therefore finds its folder, keeps its run id and
goes on from the batches that are on disk; anything else finds no folder and starts anew.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tasks.shard.job import Settings, ShardJob
from tasks.shard.known_pages import write_known_pages
from tasks.sources import Input, plan_shards
from tasks.store import Store
from tasks.version import EXTRACTOR


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: its id, the moment it began (UTC), its folder and its jobs."""

    run_id: str
    ingested_at: datetime
    folder: Path
    jobs: tuple[ShardJob, ...]
    resumed: bool

    def parts(self, kind: str) -> list[Path]:
        """The Parquet files the jobs wrote, in the order of the input: ``documents`` or ``rejects``."""
        return [part for job in self.jobs for part in sorted(job.folder.glob(f"{kind}-*.parquet"))]


def plan_run(inputs: Sequence[Input], store: Store, work: Path, settings: Settings) -> Plan:
    """Make the run's folder under ``work``, or find the one that an interrupted run left there."""
    shards = plan_shards(inputs, target_bytes=settings.shard_bytes, workers=settings.workers)
    decides = [
        [shard.to_json() for shard in shards],
        [found.fingerprint for found in inputs],
        settings.keep_all_pages,
        EXTRACTOR,
    ]
    folder = work / hashlib.sha256(json.dumps(decides, default=str).encode()).hexdigest()[:16]
    identity = folder / "run.json"
    resumed = identity.exists()
    if resumed:
        run_id, began = json.loads(identity.read_text())
        ingested_at = datetime.fromisoformat(began)
    if not resumed or store.has_run(run_id):
        # A run that was committed and not cleaned up is over: the next one of its kind is a new run.
        resumed = False
        folder = _emptied(folder)
        ingested_at = datetime.now(UTC)
        run_id = f"{ingested_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        beside = identity.with_suffix(".new")
        beside.write_text(json.dumps([run_id, ingested_at.isoformat()]))
        beside.replace(identity)
    known_pages = folder / "known-pages.npy"
    version = store.version()
    write_known_pages(
        store.documents(version),
        store.rejects(version),
        known_pages,
        extractor=EXTRACTOR,
        keep_all_pages=settings.keep_all_pages,
    )
    jobs = tuple(
        ShardJob(shard, folder / f"shard-{number:05d}", known_pages, run_id, ingested_at, settings)
        for number, shard in enumerate(shards)
    )
    return Plan(run_id, ingested_at, folder, jobs, resumed)


def _emptied(folder: Path) -> Path:
    """The folder with nothing in it."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
