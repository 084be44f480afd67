"""Reports of runs that found nothing go after a month, those of harvests are thinned out after three."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.reporting.old_reports import drop_old_reports
from flows.reporting.report import Funnel, RunReport

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOTHING = Funnel(0, 0, 0, 0, 0, 0)


def run(folder: Path, name: str, days: float, funnel: Funnel = NOTHING, **more: str) -> None:
    moment = (NOW - timedelta(days=days)).isoformat(timespec="seconds")
    replace(RunReport(name, (), funnel, finished_at=moment), **more).write(folder)  # type: ignore[arg-type]  # any field


def harvest(folder: Path, days: float) -> None:
    moment = NOW - timedelta(days=days)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{moment:%Y%m%dT%H%M%S%fZ}.json").write_text(json.dumps({"finished_at": moment.isoformat()}))


def test_an_idle_run_s_report_goes_after_a_month_and_all_others_stay(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    run(runs, "idle-and-old", 31)
    run(runs, "idle", 29)
    run(runs, "read-something", 400, replace(NOTHING, read=3, unchanged=3))
    run(runs, "found-something", 400, replace(NOTHING, read=1, articles=1))
    run(runs, "made-a-release", 400, release="data/releases/2026.01.01")
    (runs / "of-no-kind.json").write_text("[1]")
    (runs / "broken.json").write_text("{")
    before = len(list(runs.iterdir()))
    done = drop_old_reports(runs, tmp_path / "none", NOW)
    assert done[0] == {
        "table": "reports of runs", "files_before": before, "files_after": before - 1, "deleted": 1,
    }  # fmt: skip
    assert not (runs / "idle-and-old.json").exists()
    assert len(list(runs.iterdir())) == before - 1
    assert drop_old_reports(runs, tmp_path / "none", NOW)[0]["deleted"] == 0


def test_of_harvests_long_ago_the_last_of_each_day_stays(tmp_path: Path) -> None:
    for days in (100.4, 100.3, 100.2, 99.2, 89.2, 89.1):
        harvest(tmp_path, days)
    names = sorted(path.name for path in tmp_path.iterdir())
    done = drop_old_reports(tmp_path / "none", tmp_path, NOW)
    assert done[1]["deleted"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == names[2:]


def test_what_a_run_writes_is_what_is_looked_at() -> None:
    assert {"funnel", "store_version", "release", "finished_at"} <= asdict(RunReport("x", (), NOTHING)).keys()
