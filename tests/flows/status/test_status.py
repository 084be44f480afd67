"""``broadsheet status`` shows how each source stands, and what each step of a run took."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.commands.command_line import run_command_line
from flows.reporting.report import Funnel, RunReport
from flows.reporting.stages import Stage
from flows.status.sources_status import read_harvest, sparkline, take_sources
from tasks.harvest.state import Found, Outcome, Scope, State, key_of
from tasks.store import Store
from tests import rows

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
HOSTILE = "times \x1b]0;your bank\x07[red]"


def status(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str, str]:
    code = run_command_line(["status", "--data", str(data), *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def harvest_state(file: Path, source: str) -> None:
    """One page that is fetched, one that is gone, one nobody asked for."""
    state = State(file)
    urls = [f"https://times.example.com/{name}" for name in ("a", "b", "c")]
    state.add(source, [Found("page", url) for url in urls], NOW.timestamp())
    asked = [state.page(key_of("page", url, source) or "") for url in urls[:2]]
    later = NOW.timestamp() + 3600
    state.record(
        [
            Outcome(page, result, later, NOW.timestamp(), reason, fetched_at=fetched)
            for page, result, reason, fetched in zip(
                asked, ("fetched", "gone"), (None, "http_404"), (NOW.timestamp(), None), strict=True
            )
            if page
        ]
    )
    state.close()


def store_with(data: Path, *documents: dict[str, Any]) -> None:
    data.mkdir(parents=True)
    file = rows.file_of(rows.documents(*documents), data / "documents.parquet")
    Store(data / "store").append("run-1", [file], [], {"funnel": Funnel(1, 1, 0, 0, 0, 0).as_dict()})


def test_a_sparkline_has_a_cell_a_value_and_shows_the_smallest() -> None:
    assert sparkline([0, 1, 50, 100]) == "·▁▄█"
    assert sparkline([0, 0]) == "··"
    assert sparkline([3, 3]) == "██"
    assert sparkline([]) == ""


def test_articles_are_counted_on_the_day_they_were_first_read() -> None:
    day = timedelta(days=1)
    held = [
        rows.document("https://example.com/a", source="times", ingested_at=NOW - 2 * day),
        rows.document("https://example.com/a", "A later text.", source="times", ingested_at=NOW),
        rows.document("https://example.com/b", source="times", ingested_at=NOW),
        rows.document("https://example.com/c", source="times", ingested_at=NOW - 30 * day),
    ]
    (found,) = take_sources(rows.documents(*held).lazy(), rows.rejects().lazy(), {}, NOW)
    counted = {str(one["day"]): one["articles"] for one in found["days"] if one["articles"]}
    assert counted == {"2026-03-12": 1, "2026-03-14": 1}
    assert len(found["days"]) == 14
    assert (found["documents"], found["articles"]) == (4, 3)


def test_a_source_that_is_only_harvested_so_far_is_there(tmp_path: Path) -> None:
    harvest_state(tmp_path / "state.sqlite", "times")
    harvested, problems = read_harvest(tmp_path, None)
    assert problems == []
    (found,) = take_sources(rows.documents().lazy(), rows.rejects().lazy(), harvested, NOW)
    assert found["source"] == "times"
    assert found["harvest"]["failures"] == {"http_404": 1}
    assert (found["harvest"]["pages"], found["harvest"]["fetched"], found["harvest"]["waiting"]) == (3, 1, 1)
    assert found["harvest"]["last_fetched"] == NOW


def test_a_source_whose_host_rests_says_so_and_is_due_when_it_has_rested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    state = State(tmp_path / "harvest" / "state.sqlite")
    state.add("times", [Found("listing", "https://times.example.com/feed")], now.timestamp())
    (host,) = state.lease_hosts("one", Scope(["times"], 0), now.timestamp() + 1, 1)
    rested = (now + timedelta(minutes=30)).timestamp()
    state.release("one", replace(host, paused_until=rested))
    state.close()
    _, out, _ = status(capsys, tmp_path)
    assert "host rests 1" in out
    assert f"{now + timedelta(minutes=30):%m-%d %H:%M}" in out


def test_looking_makes_no_state_and_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(capsys, tmp_path / "data")[:2] == (0, "The store is empty. Fill it: broadsheet run INPUT\n")
    assert not (tmp_path / "data").exists()


def test_a_hostile_source_name_is_shown_and_not_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    store_with(data, rows.document(source=HOSTILE, ingested_at=datetime.now(UTC)))
    harvest_state(data / "harvest" / "state.sqlite", HOSTILE)
    code, out, _ = status(capsys, data)
    assert code == 0
    assert not {"\x1b", "\x07"} & set(out)
    assert "·············█" in out
    assert "http_404 1" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    (source,) = json.loads(status(capsys, data, "--json")[1])["sources"]
    assert source["source"] == HOSTILE
    assert source["harvest"]["failures"] == {"http_404": 1}
    assert [day["articles"] for day in source["days"]] == [0] * 13 + [1]


def test_a_state_that_cannot_be_read_is_told_and_the_rest_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    store_with(data, rows.document(source="times"))
    (data / "harvest").mkdir()
    (data / "harvest" / "state.sqlite").write_text("no database" * 100)
    code, out, _ = status(capsys, data)
    assert code == 0
    assert "warning  the harvest's state cannot be opened" in out
    assert "times" in out
    assert "no-such does not exist" in " ".join(status(capsys, data, "--state", "no-such")[1].split())


def test_a_silent_source_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    today = datetime.now(UTC)
    days = [
        rows.document(f"https://example.com/{day}", source="times", ingested_at=today - timedelta(days=day))
        for day in range(10, 20)
    ]
    store_with(data, *days)
    assert "warning  source times: no new article for 10.0 days" in status(capsys, data)[1]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    stages = (Stage("Plan", 0.5, 0.25, 90_000_000), Stage("Read and extract", 8.0, 14.0, 410_000_000, 4000))
    for run_id in ("20260301T000000Z-aaaaaa", "20260302T000000Z-bbbbbb", "20260302T000000Z-bcbcbc"):
        RunReport(run_id, ("a.warc",), Funnel(4000, 4000, 0, 0, 0, 0), stages=stages).write(tmp_path / "runs")
    return tmp_path


def test_a_run_is_shown_with_what_its_steps_took(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = status(capsys, runs, "--run", "20260301")
    assert code == 0
    lines = {line.split("  ")[0]: line.split() for line in out.splitlines()}
    assert lines["Plan"] == ["Plan", "0.5", "0.2", "90"]
    assert lines["Read and extract"] == ["Read", "and", "extract", "8.0", "14.0", "410", "4,000", "500.0"]
    assert lines["all"] == ["all", "8.5", "14.2", "410", "4,000", "470.6"]
    found = json.loads(status(capsys, runs, "--run", "20260301T000000Z-aaaaaa", "--json")[1])
    assert [stage["pages_per_second"] for stage in found["stages"]] == [None, 500.0]


@pytest.mark.parametrize(
    ("run_id", "words"),
    [
        ("20260302", "2 runs begin with 20260302; the newest: 20260302T000000Z-bcbcbc, 20260302T000000Z-bbbbbb"),
        ("../../etc/passwd", "no run ../../etc/passwd in"),
    ],
)
def test_a_run_that_is_not_there_or_not_the_only_one_is_one_line(
    runs: Path, capsys: pytest.CaptureFixture[str], run_id: str, words: str
) -> None:
    code, _, err = status(capsys, runs, "--run", run_id)
    assert code == 1
    assert words in err
    assert err.count("\n") == 1


def test_a_run_warns_of_a_silent_source_at_its_end(
    tmp_path: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    days = [
        rows.document(f"https://example.com/{day}", source="times", ingested_at=datetime.now(UTC) - timedelta(days=day))
        for day in range(10, 20)
    ]
    store_with(data, *days)
    assert run_command_line(["ingest", str(site), "--data", str(data)]) == 0
    out = capsys.readouterr().out
    assert "warning  source times: no new article for 10.0 days" in out
    (report,) = RunReport.read_all(data / "runs")
    assert [warning.split(":")[0] for warning in report.warnings] == ["source times"]
