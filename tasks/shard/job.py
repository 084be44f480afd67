"""What a worker is told, and what it tells back: small values that travel as JSON.

What belongs here: the job, its limits and its counts. What does not: the work (``work``, ``supervise``).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.loops import Loops
from tasks.sources import Place, Shard

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost. A page over a limit becomes a reject; its shard goes on.

    ``page_seconds`` is processor time from the page's start, so that a busy machine rejects the same pages as an idle
    one; ten times as much by the clock ends a page that only waits. ``page_memory_bytes`` is what extracting the page
    adds to the worker's resident memory; ``worker_memory_bytes`` is all that the worker holds, whatever it does. (The
    size of a page is limited where it is read: ``ReadOptions.max_payload_bytes``.)
    """

    page_seconds: float = 20.0
    page_memory_bytes: int = 1_000 * MEGABYTE
    worker_memory_bytes: int = 3_000 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run works on its shards. ``shard_bytes``: about how much input one worker takes at a time.

    ``second_look``: reject reasons that an earlier run's decision does not settle, since this run has other limits.
    """

    keep_all_pages: bool = False
    second_look: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    shard_bytes: int = 32 * MEGABYTE
    workers: int = 1


@dataclass(frozen=True, slots=True)
class ShardJob:
    """One shard to work on, and where its Parquet files go."""

    shard: Shard
    folder: Path
    known_pages: Path
    run_id: str
    ingested_at: datetime
    settings: Settings = field(default_factory=Settings)


@dataclass(slots=True)
class Counts:
    """How many pages of a shard ended how. ``read = documents + unchanged + rejects``, once a shard is done.

    And what that took: the processor time of its workers up to their last batches, the most memory that one of them
    held, and the worst of their loops. None says anything of the pages, so they are no part of what makes counts equal.
    """

    read: int = 0
    documents: int = 0
    unchanged: int = 0
    rejects: int = 0
    cpu_seconds: float = field(default=0.0, compare=False)
    peak_bytes: int = field(default=0, compare=False)
    loops: Loops = field(default=Loops.COMPILED, compare=False)

    @classmethod
    def of(cls, value: dict[str, Any]) -> Counts:
        """Counts from their JSON form; those of before workers told of their loops have none."""
        return cls(**{**value, "loops": Loops(value.get("loops", Loops.COMPILED))})

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.read + other.read,
            self.documents + other.documents,
            self.unchanged + other.unchanged,
            self.rejects + other.rejects,
            self.cpu_seconds + other.cpu_seconds,
            max(self.peak_bytes, other.peak_bytes),
            max(self.loops, other.loops),
        )


@dataclass(slots=True)
class Journal:
    """How far a shard is on disk: everything before record ``next_record`` has its row, in a file or a count.

    ``culprits`` are the records that killed a worker, with the reject reason they end with and its detail.
    ``suspects`` are records at which a worker died once from the outside (killed, crashed): they get a second try,
    since it may have been somebody else's doing. ``left_out`` and ``doubted`` are the same for what killed a worker
    while it was read, by its place.
    Written after each batch, by rename: a worker that dies leaves the last whole batch behind it. Up to
    ``careful_until`` a batch is one record, because a batch of several killed its worker and the record that
    did it is looked for.
    """

    next_record: int = 0
    counts: Counts = field(default_factory=Counts)
    culprits: dict[int, tuple[str, str]] = field(default_factory=dict)
    suspects: list[int] = field(default_factory=list)
    careful_until: int = 0
    begin_at: int = -1
    left_out: dict[Place, tuple[str, str]] = field(default_factory=dict)
    doubted: list[Place] = field(default_factory=list)
    done: bool = False

    @classmethod
    def read(cls, folder: Path) -> Journal:
        """The journal in a shard's folder; an empty one where there is none."""
        file = folder / "journal.json"
        if not file.exists():
            return cls()
        value: dict[str, Any] = json.loads(file.read_text())
        culprits = {int(record): (reason, detail) for record, (reason, detail) in value["culprits"].items()}
        left_out = {(path, position): (reason, detail) for path, position, reason, detail in value["left_out"]}
        doubted = [(path, position) for path, position in value["doubted"]]
        read = {"counts": Counts.of(value["counts"]), "culprits": culprits, "left_out": left_out, "doubted": doubted}
        return cls(**{**value, **read})

    def write(self, folder: Path) -> None:
        """Put the journal into a shard's folder, whole or not at all."""
        beside = folder / "journal.json.new"
        left_out = [(*place, *why) for place, why in self.left_out.items()]
        beside.write_text(json.dumps({**asdict(replace(self, left_out={})), "left_out": left_out}))
        beside.replace(folder / "journal.json")
