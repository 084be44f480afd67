"""The whole road, as a user takes it: words on the command line, a release on disk."""

import json
from pathlib import Path

import polars as pl
import pytest

from flows.commands.command_line import run_command_line
from flows.options import DataFolder
from tests.flows.conftest import page, put_page

SITE = "https://times.example.com/local/2026/03"


def broadsheet(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    status = run_command_line([str(word) for word in words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_json(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, object]:
    status, out, err = broadsheet(capsys, "run", *words, "--json", "--quiet")
    assert status == 0, err
    return dict(json.loads(out))


def test_pages_become_a_release_that_accounts_for_each(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    report = run_json(capsys, site, "--data", data)
    assert report["funnel"] == {
        "read": 4,
        "articles": 2,
        "copies": 1,
        "revisions": 0,
        "unchanged": 0,
        "rejects": 1,
    }
    assert report["rejects_by_reason"] == {"no_url": 1}
    stages = {stage["name"]: stage for stage in report["stages"]}
    assert list(stages) == ["Plan", "Read and extract", "Deduplicate", "Commit", "Cluster", "Publish"]
    assert [stage["pages"] for stage in stages.values()] == [None, 4, 3, 4, 3, 3]
    assert all(stage["peak_bytes"] > 10_000_000 for stage in stages.values())
    release = Path(str(report["release"]))
    articles = pl.read_parquet(release / "articles" / "*.parquet").sort("url")
    copies = pl.read_parquet(release / "copies" / "*.parquet")
    assert set(articles["headline"]) | set(copies["headline"]) == {
        "News of the harbour",
        "News of the library",
        "Westhaven harbour open again",
    }
    assert articles["authors"].to_list() == [["Ada Marlow"], ["Ada Marlow"]]
    assert [str(moment) for moment in articles["published_at"]] == ["2026-03-02 07:15:00+00:00"] * 2
    assert set(copies["copy_of"]) <= set(articles["article_id"])
    assert broadsheet(capsys, "verify", release)[0] == 0


def test_the_same_input_again_adds_and_publishes_nothing(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    again = run_json(capsys, site, "--data", data, "--reread")
    assert again["files_known"] == 0
    assert again["funnel"] == {
        "read": 4,
        "articles": 0,
        "copies": 0,
        "revisions": 0,
        "unchanged": 4,
        "rejects": 0,
    }
    assert again["release"] is None
    assert len(list((data / "releases").glob("2*"))) == 1
    assert not list((data / "work").iterdir())


def test_a_changed_page_becomes_a_revision_and_a_new_input_adds_only_itself(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    url = "https://times.example.com/local/2026/03/library-lends-seeds.html"
    put_page(site, "library", page("library", more="<p>A second drawer was opened on Friday.</p>"), url)
    put_page(site, "tram", page("tram"), "https://times.example.com/local/2026/03/tram-line.html")
    report = run_json(capsys, site, "--data", data)
    assert report["files_known"] == 3
    assert report["funnel"] == {
        "read": 2,
        "articles": 1,
        "copies": 0,
        "revisions": 1,
        "unchanged": 0,
        "rejects": 0,
    }
    release = Path(str(report["release"]))
    newest = pl.read_parquet(release / "articles" / "*.parquet").filter(pl.col("url") == url)
    earlier = pl.read_parquet(release / "revisions" / "*.parquet")
    assert newest["revision"].to_list() == [2]
    assert newest["text"].str.contains("second drawer").to_list() == [True]
    assert earlier["url"].to_list() == [url]
    assert earlier["revision"].to_list() == [1]


def test_an_interrupted_run_goes_on_with_its_own_id(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device", "accepted.parquet")

    with monkeypatch.context() as patched:
        patched.setattr("flows.ingesting.storing.find_edges", full_disk)
        status, _, err = broadsheet(capsys, "run", site, "--data", data, "--quiet")
    assert status == 1
    assert "No space left on device" in err
    (left,) = (data / "work").iterdir()
    run_id = json.loads((left / "run.json").read_text())["run_id"]
    report = run_json(capsys, site, "--data", data)
    assert report["run_id"] == run_id
    assert report["funnel"]["articles"] == 2


def test_status_tells_what_the_store_holds(capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    status, out, _ = broadsheet(capsys, "status", "--data", data, "--json")
    overview = json.loads(out)
    assert status == 0
    assert overview["store"] == {"version": 0, "documents": 3, "articles": 3, "rejects": 1}
    assert [run["funnel"]["read"] for run in overview["runs"]] == [4]
    assert [release["articles"] for release in overview["releases"]] == [2]
    assert broadsheet(capsys, "status", "--data", data)[1].startswith("store version 0: 3 URLs with 3 texts, 1 rejects")


def test_explain_says_why_a_page_is_where_it_is(capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    put_page(site, "gone", "", f"{SITE}/gone.html")
    run_json(capsys, site, "--data", data)
    found = json.loads(broadsheet(capsys, "explain", f"{SITE}/harbour-reopens.html", "--data", data, "--json")[1])
    assert len(found["cluster"]) == 2
    assert found["matches"][0]["passages"][0]["words"] > 40
    status, out, _ = broadsheet(capsys, "explain", f"{SITE}/harbour-reopens.html", "--data", data)
    assert status == 0
    assert "shared passages" in out
    assert "empty_payload" in broadsheet(capsys, "explain", f"{SITE}/gone.html", "--data", data)[1]
    assert broadsheet(capsys, "explain", "https://times.example.com/never", "--data", data)[0] == 1


def test_diff_tells_what_a_second_release_brought(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    old = run_json(capsys, site, "--data", data)["release"]
    put_page(site, "tram", page("tram"), f"{SITE}/tram-line.html")
    new = run_json(capsys, site, "--data", data)["release"]
    status, out, _ = broadsheet(capsys, "diff", old, new)
    assert status == 0
    assert "1 article and 0 copies added" in out
    assert "schema: no change" in out


def test_a_release_can_hold_a_part_of_the_store_and_no_texts(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    words = ("--profile", "metadata", "--where", "headline LIKE '%library%'", "--languages", "en", "--version", "part")
    status, out, err = broadsheet(capsys, "publish", "--data", data, *words, "--json", "--quiet")
    assert (status, err) == (0, "")
    release = Path(json.loads(out)["release"])
    articles = pl.read_parquet(release / "articles" / "*.parquet")
    assert articles["headline"].to_list() == ["News of the library"]
    assert "text" not in articles.columns
    assert run_json(capsys, site, "--data", data)["release"] is None


def test_the_run_leaves_its_artifacts_in_the_engine(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import ArtifactSort

    run_json(capsys, site, "--data", tmp_path / "data")
    with get_client(sync_client=True) as client:
        # The newest ones: the server is shared by all tests, and each run leaves its own.
        found = client.read_artifacts(sort=ArtifactSort.CREATED_DESC, limit=8)
    assert {"funnel", "rejects", "stages", "data-card"} == {artifact.key for artifact in found}
    funnels = [json.loads(str(artifact.data))[0] for artifact in found if artifact.key == "funnel"]
    assert funnels == [{"pages": "read", "count": 4, "share": "100.0%"}] * 2


def test_what_a_person_sees_is_the_steps_then_the_funnel(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    status, out, err = broadsheet(capsys, "run", site, "--data", tmp_path / "data")
    assert status == 0
    assert [line.split(" done")[0] for line in err.splitlines()] == [
        "Start the engine",
        "Plan",
        "Read and extract",
        "Deduplicate",
        "Commit",
        "Cluster",
        "Publish",
    ]
    assert "4 = 2 + 1 + 0 + 0 + 1: every page is accounted for" in out
    assert str(DataFolder(tmp_path / "data").releases) in out.replace("\n", "")


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path) -> None:
    assert broadsheet(capsys, "run", site, "--data", tmp_path / "data", "--quiet") == (0, "", "")


def test_what_a_copy_is_can_be_chosen_when_a_release_is_made(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    default = Path(str(run_json(capsys, site, "--data", data)["release"]))
    alike = ("--copy-jaccard", 1, "--copy-least-jaccard", 1)
    status, out, err = broadsheet(capsys, "publish", "--data", data, *alike, "--json", "--quiet")
    assert status == 0, err
    strict = Path(json.loads(out)["release"])
    assert [pl.read_parquet(release / "copies").height for release in (default, strict)] == [1, 0]
    manifest = json.loads((strict / "manifest.json").read_text())
    assert manifest["selection"]["copies"] == {"jaccard": 1.0, "containment": 0.8, "least_jaccard": 1.0}
    assert manifest["former_release"] is None
