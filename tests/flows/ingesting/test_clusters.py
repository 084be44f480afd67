"""Clusters as releases show them: over time, and whoever does the work."""

from pathlib import Path

import polars as pl
import pytest

from flows.ingesting import comparing
from tasks.shard.comparing import CompareJob
from tests.deduplication.stories import story, with_words_changed
from tests.flows.conftest import page, put_page
from tests.flows.test_road import run_json

WHOLE = story(1, sentences=20).split("\n\n")
HEAD, TAIL = " ".join(WHOLE[:12]), " ".join(WHOLE[8:])


def release_of(capsys: pytest.CaptureFixture[str], data: Path, *words: object) -> Path:
    return Path(str(run_json(capsys, *words, "--data", data)["release"]))


def table(release: Path, name: str) -> dict[str, dict[str, object]]:
    """The rows of a release's table by the host of their page."""
    rows = pl.read_parquet(release / name / "*.parquet")
    return {row["host"]: row for row in rows.iter_rows(named=True)}


def test_a_late_original_leads_and_joins_two_clusters_under_the_older_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    put_page(tmp_path / "one", "head", page("head", text=HEAD), "https://head.example/news/2026/03/story.html")
    put_page(tmp_path / "one", "tail", page("tail", text=TAIL), "https://tail.example/news/2026/03/story.html")
    first = table(release_of(capsys, data, tmp_path / "one"), "articles")
    assert {row["cluster_size"] for row in first.values()} == {1}
    original = page("whole", text=" ".join(WHOLE)).replace("2026-03-02T08:15", "2026-03-01T07:00")
    put_page(tmp_path / "two", "whole", original, "https://whole.example/news/2026/03/story.html")
    release = release_of(capsys, data, tmp_path / "two")
    (leading,) = table(release, "articles").values()
    copies = table(release, "copies")
    oldest = min(str(row["article_id"]) for row in first.values())  # of two that came at once, the lower id
    assert leading["host"] == "whole.example"
    assert leading["cluster_id"] == oldest
    assert set(copies) == {"head.example", "tail.example"}
    for copy in copies.values():
        assert (copy["copy_of"], copy["cluster_id"]) == (leading["article_id"], oldest)
        assert copy["joined_through"] is None
    changed = {row["article_id"]: row for row in pl.read_parquet(release / "changes/changed.parquet").to_dicts()}
    for host, row in first.items():
        what = set(changed[row["article_id"]]["what"])
        assert {"table", "cluster_size", "copy_of"} <= what, host
        assert ("cluster_id" in what) == (row["article_id"] != oldest)
    assert pl.read_parquet(release / "changes/added.parquet")["article_id"].to_list() == [leading["article_id"]]


def test_neither_workers_nor_shards_change_a_row(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if a dozen documents and a few pairs were worth a worker of their own.
    monkeypatch.setattr(comparing, "ROWS_A_SEARCH", 2)
    monkeypatch.setattr(comparing, "PAIRS_A_PART", 1)
    done: list[CompareJob] = []
    run_part = comparing.run_compare_job
    monkeypatch.setattr(comparing, "run_compare_job", lambda job: (done.append(job), run_part(job)))
    for number in range(12):
        text = with_words_changed(story(number % 4, sentences=8), every=25 + number, seed=number).replace("\n\n", " ")
        url = f"https://site-{number}.example/news/2026/03/story.html"
        put_page(tmp_path / "pages", f"page-{number}", page(f"n{number}", text=text), url)
    own = ["ingested_at", "run_id"]
    found = []
    for number, workers in enumerate((1, 3)):
        data = tmp_path / f"data-{number}"
        inputs = [tmp_path / "pages"] if workers == 1 else sorted((tmp_path / "pages").glob("*.html"), reverse=True)
        release = release_of(capsys, data, *inputs, "--workers", workers)
        tables = (pl.read_parquet(release / name / "*.parquet").drop(*own) for name in ("articles", "copies"))
        found.append([rows.drop("input").sort("article_id") for rows in tables])
        assert len([job for job in done if job.bands]) == (3 if workers == 3 else 0)
        assert len([job for job in done if not job.bands]) == (3 if workers == 3 else 0)
        assert not list((data / "work").iterdir())
    assert all(one.equals(other) for one, other in zip(*found, strict=True))
    assert sum(rows.height for rows in found[0]) == 12
    assert found[0][1].height >= 6
