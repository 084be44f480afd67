"""What a run says at its end: the funnel, the reconciliation, and where the release lies.

What belongs here: the report of one run as data, its JSON file, and the check that its numbers add up. What
does not: how it is shown (``flows.showing.display`` in the terminal, ``flows.reporting.artifacts`` in the Prefect UI).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flows.reporting.stages import Stage


class ReconciliationError(Exception):
    """Pages went missing or came twice: the run's numbers do not add up, so nothing is committed."""


@dataclass(frozen=True)
class Funnel:
    """How the pages of a run ended. ``read = articles + copies + revisions + unchanged + rejects``.

    ``articles`` and ``copies`` are new documents, counted as the run's clusters stand; ``revisions`` are new texts
    at URLs known before, or read earlier in the run.
    """

    read: int
    articles: int
    copies: int
    revisions: int
    unchanged: int
    rejects: int

    def check(self) -> None:
        """Raise :class:`ReconciliationError` unless every page read ended exactly once."""
        ended = self.articles + self.copies + self.revisions + self.unchanged + self.rejects
        if ended != self.read:
            raise ReconciliationError(f"{self.read} pages were read, but {ended} are accounted for: {self}")

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)

    @property
    def new(self) -> int:
        """Rows that the run adds to the documents."""
        return self.articles + self.copies + self.revisions


def files_known_in_words(files: int) -> str:
    """Of files that were not opened: 4 files did not change since they were read."""
    return (
        f"{files:,} files did not change since they were read"
        if files != 1
        else "1 file did not change since it was read"
    )


@dataclass(frozen=True)
class RunReport:
    """One finished run. ``files_known``: files that were not opened, being as they were when a run read them.

    ``without_compiled_loops``: why extraction took its loops in Python; null where it had the compiled ones.
    """

    run_id: str
    inputs: tuple[str, ...]
    funnel: Funnel
    files_known: int = 0
    rejects_by_reason: dict[str, int] = field(default_factory=dict)
    store_version: int | None = None
    release: str | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    finished_at: str = ""
    stages: tuple[Stage, ...] = ()
    without_compiled_loops: str | None = None

    def write(self, runs: Path) -> Path:
        """Keep the report under ``data/runs``."""
        runs.mkdir(parents=True, exist_ok=True)
        file = runs / f"{self.run_id}.json"
        beside = file.with_suffix(".new")
        beside.write_text(self.as_json())
        beside.replace(file)
        return file

    def as_json(self) -> str:
        """The report as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def read_all(cls, runs: Path) -> list[RunReport]:
        """The reports kept under ``data/runs``, oldest first."""
        return [cls.from_dict(json.loads(file.read_text())) for file in sorted(runs.glob("*.json"))]

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> RunReport:
        """The report from its JSON form."""
        return cls(
            **{
                **value,
                "inputs": tuple(value["inputs"]),
                "warnings": tuple(value["warnings"]),
                "funnel": Funnel(**value["funnel"]),
                # Runs of before stages were measured have none.
                "stages": tuple(Stage(**stage) for stage in value.get("stages", ())),
            }
        )
