"""What prefect.yaml declares fits the flows, and the flows do what the clock asks of them."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import yaml
from prefect.client.schemas.objects import ConcurrencyLimitStrategy

from flows.commands.command_line import run_command_line
from flows.engine.error import DeploymentsError
from flows.reporting.report import RunReport
from flows.scheduled import collect, release, upkeep
from flows.serving.deployments import Declared, read_deployments
from tests.flows.conftest import page, put_page

ROOT = Path(__file__).parents[2]
FILE = ROOT / "prefect.yaml"
DECLARED = read_deployments(FILE)
SITE = "https://times.example.com/local/2026/03"


def declared_sources(folder: Path) -> Path:
    file = folder / "sources.toml"
    file.write_text('[[source]]\nname = "site"\nkind = "html"\nlocation = "site"\n', encoding="utf-8")
    return file


def test_three_deployments_run_by_the_clock() -> None:
    assert {one.full_name: one.in_words() for one in DECLARED} == {
        "collect/hourly": "7 * * * *",
        "release/nightly": "30 3 * * *",
        "upkeep/weekly": "45 4 * * 0",
    }


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.full_name)
def test_a_deployment_fits_its_flow_runs_alone_and_is_cancelled_when_it_would_overlap(one: Declared) -> None:
    assert one.limit.limit == 1
    assert one.limit.collision_strategy is ConcurrencyLimitStrategy.CANCEL_NEW
    one.flow.validate_parameters(dict(one.parameters))
    after = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert {"hourly": "2026-11-24 05:07", "nightly": "2026-11-25 03:30", "weekly": "2026-11-29 04:45"}[
        one.name
    ] == f"{one.next_run(after):%Y-%m-%d %H:%M}"


def test_what_is_served_is_what_a_work_pool_is_told() -> None:
    """``prefect deploy`` reads the same file: same flows, schedules, parameters and limits."""
    entries = {entry["name"]: entry for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))["deployments"]}
    for one in DECLARED:
        served = one.with_parameters({"data": "elsewhere", "no_such_parameter": 1})
        entry = entries[one.name]
        assert served.entrypoint == entry["entrypoint"].replace("/", ".").replace(".py:", ".")
        assert [schedule.schedule.cron for schedule in served.schedules or ()] == [
            schedule["cron"] for schedule in entry["schedules"]
        ]
        assert served.parameters == {**entry["parameters"], "data": "elsewhere"}
        assert served.concurrency_limit == entry["concurrency_limit"]["limit"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("deployments: []", "declares no deployments"),
        ("deployments: [", "is no YAML"),
        ("deployments:\n- name: odd\n  entrypoint: flows/scheduled.py:no_such_flow", "deployment odd: AttributeError"),
        (FILE.read_text(encoding="utf-8").replace("data: data", "dota: data"), "deployment hourly"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, text: str, hint: str) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeploymentsError, match=hint):
        read_deployments(file)
    with pytest.raises(DeploymentsError, match="No such file"):
        read_deployments(tmp_path / "none.yaml")


def test_collect_release_and_upkeep_make_what_run_makes_and_no_release_twice(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, sources = tmp_path / "data", declared_sources(tmp_path)
    assert release(str(data)) is None
    first = collect(str(data), str(sources))
    assert (first["read"], first["articles"], first["copies"], first["rejects"]) == (4, 2, 1, 1)
    folder = release(str(data))
    assert folder is not None
    assert release(str(data)) is None
    for number in range(8):
        put_page(site, f"tram-{number}", page("tram", headline=f"Tram line {number}"), f"{SITE}/tram-{number}.html")
        collect(str(data), str(sources))
    words = ["publish", "--data", str(data), "--quiet", "--version"]
    assert run_command_line([*words, "before"]) == 0
    assert release(str(data)) is None, "whatever the release is called"
    put_page(site, "quay", page("harbour", headline="The quay is open"), f"{SITE}/quay.html")
    collect(str(data), str(sources))
    assert release(str(data)) is not None
    assert release(str(data)) is None
    assert run_command_line([*words, "before-upkeep"]) == 0
    done = {one["table"]: one for one in upkeep(str(data))}
    assert done["documents"]["files_before"] >= 8
    assert done["documents"]["files_after"] == 1
    assert run_command_line([*words, "after"]) == 0
    assert run_command_line([*words, "again", "--store-version", "0"]) == 0
    capsys.readouterr()
    releases = data / "releases"
    assert data_files(releases / "after") == data_files(releases / "before-upkeep")
    assert data_files(releases / "again") == data_files(Path(folder))
    assert release(str(data)) is None


def data_files(folder: Path) -> dict[str, bytes]:
    """The files that hold rows, but for what changed since the release before."""
    tables = ("articles", "copies", "revisions", "rejects")
    found = {
        str(file.relative_to(folder)): file.read_bytes() for table in tables for file in (folder / table).glob("*")
    }
    assert found
    return found


def test_a_scheduled_run_leaves_a_report_like_any_other_and_its_release_is_written_into_it(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, sources = tmp_path / "data", declared_sources(tmp_path)
    collect(str(data), str(sources), workers=1)
    put_page(site, "tram", page("tram"), f"{SITE}/tram.html")
    collect(str(data), str(sources), workers=1)
    first, second = RunReport.read_all(data / "runs")
    assert (first.funnel.read, second.funnel.articles) == (4, 1)
    assert pl.read_delta(str(data / "store" / "documents")).height == 4
    made = release(str(data))
    first, second = RunReport.read_all(data / "runs")
    assert first.release == second.release == made
    steps = ["Plan", "Read and extract", "Deduplicate", "Commit"]
    assert [stage.name for stage in first.stages] == steps
    assert [stage.name for stage in second.stages] == [*steps, "Cluster", "Publish"]
    put_page(site, "harbour-more", page("harbour", headline="More of the harbour"), f"{SITE}/more.html")
    collect(str(data), str(sources), workers=1)
    assert release(str(data)) != made
    assert [report.release for report in RunReport.read_all(data / "runs")][:2] == [made, made]
    capsys.readouterr()
    assert run_command_line(["status", "--data", str(data), "--run", second.run_id]) == 0
    assert "Publish" in capsys.readouterr().out
