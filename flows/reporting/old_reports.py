"""Reports that nobody looks for any more: an hourly run writes one each time, be there something new or not.

What belongs here: which reports go, and their going. What does not: writing them (``flows.reporting.report``,
``flows.harvest``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

IDLE_KEPT = timedelta(days=30)
"""How long the report of a run is kept that read nothing and changed nothing. All others are kept."""
HARVESTS_KEPT = timedelta(days=90)
"""How long every report of a harvest is kept; of older ones the last of each day."""


def drop_old_reports(runs: Path, harvests: Path, now: datetime | None = None) -> list[dict[str, Any]]:
    """Delete them; say of each folder how many there were, are and went. One that cannot be read is left alone."""
    now = now or datetime.now(UTC)
    idle = [file for file, report, finished in _reports(runs) if _is_idle(report) and now - finished > IDLE_KEPT]
    old = [(file, finished) for file, _, finished in _reports(harvests) if now - finished > HARVESTS_KEPT]
    last_of_day = {finished.date(): file for file, finished in old}
    superseded = [file for file, finished in old if file != last_of_day[finished.date()]]
    done = []
    for name, folder, gone in (("reports of runs", runs, idle), ("reports of harvests", harvests, superseded)):
        before = len(list(folder.glob("*.json")))
        for file in gone:
            file.unlink(missing_ok=True)
        done.append({"table": name, "files_before": before, "files_after": before - len(gone), "deleted": len(gone)})
    return done


def _reports(folder: Path) -> Iterator[tuple[Path, dict[str, Any], datetime]]:
    """Files, what is in them, and when they were written, in the order of their names, which begin with a time."""
    for file in sorted(folder.glob("*.json")):
        try:
            report = json.loads(file.read_text(encoding="utf-8"))
            finished = datetime.fromisoformat(report["finished_at"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        yield file, report, finished if finished.tzinfo else finished.replace(tzinfo=UTC)


def _is_idle(report: dict[str, Any]) -> bool:
    is_empty = not any(report.get("funnel", {"read": 1}).values())
    return is_empty and report.get("store_version") is None and report.get("release") is None
