"""The sample, the quality figures and their drift, the citation."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tasks.release import Publication
from tasks.release import sample as release_sample
from tasks.release.manifest import entries_of, read_manifest
from tasks.release.tables import release_tables
from tests.release.store import FACTS, Store


def quality(release: Path) -> dict[str, Any]:
    return dict(json.loads((release / "quality.json").read_text()))


def test_a_small_release_is_its_own_sample(release: Path) -> None:
    sample = pl.read_parquet(release / "sample/articles.parquet")
    assert sample.equals(pl.read_parquet(release / "articles").select(sample.columns))
    lines = (release / "sample/articles.jsonl").read_text().splitlines()
    assert [json.loads(line)["article_id"] for line in lines] == sample["article_id"].to_list()


def test_the_sample_is_the_smallest_ids_so_it_stays_as_a_release_grows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_sample, "SAMPLE_ROWS", 2)
    release = store.publish()
    ids = sorted(pl.read_parquet(release / "articles")["article_id"])
    assert sorted(pl.read_parquet(release / "sample/articles.parquet")["article_id"]) == ids[:2]


def test_a_sample_taken_over_is_the_one_that_would_be_read(store: Store, tmp_path: Path) -> None:
    store.publish()
    store.article("new", "2022-03-05T00:00:00")
    after = store.publish()
    alone = store.publish(releases=tmp_path / "elsewhere")
    for name in ("articles.parquet", "articles.jsonl"):
        assert (after / "sample" / name).read_bytes() == (alone / "sample" / name).read_bytes()
    assert pl.read_parquet(after / "sample/articles.parquet").height == 4


@pytest.mark.parametrize("rows", [1, 2, 3, 1_000])
def test_the_sample_kept_while_rows_are_written_is_the_one_that_would_be_read_from_the_files(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(release_sample, "SAMPLE_ROWS", rows)
    for number in range(20):
        store.article(f"story-{number}", f"2022-{number % 12 + 1:02}-05T00:00:00")
    release = store.publish()
    kept = {path.name: path.read_bytes() for path in (release / "sample").iterdir()}
    shutil.copytree(release, tmp_path / "again", ignore=shutil.ignore_patterns("sample"))
    entries = entries_of(read_manifest(release))
    release_sample.Sample(None).write(tmp_path / "again", release_tables()["articles"], entries)
    assert {path.name: path.read_bytes() for path in (tmp_path / "again" / "sample").iterdir()} == kept


def test_a_row_that_changed_is_not_taken_from_the_former_sample(store: Store) -> None:
    store.publish()
    for row in store.documents:
        row |= {"run_id": "another", "headline": "Read again"}
    sample = pl.read_parquet(store.publish() / "sample/articles.parquet")
    assert sample["headline"].unique().to_list() == ["Read again"]


def test_quality_tells_how_columns_are_filled(release: Path) -> None:
    found = quality(release)
    assert found["rows"] == {"articles": 3, "copies": 1, "revisions": 1, "rejects": 2}
    assert found["columns"]["published_at"] == {"filled": 2, "fill_rate": 0.6667}
    assert found["columns"]["images"]["filled"] == 0, "an empty list says nothing"
    assert found["columns"]["publisher"]["filled"] == 3
    assert found["columns"]["text"] == {"filled": 3, "fill_rate": 1.0, "median_length": 6.0}
    assert found["languages"] == [{"language": "en", "rows": 2}, {"language": "fr", "rows": 1}]
    assert found["rejects"][0] == {"stage": "classify", "reason": "not_an_article", "rows": 1}
    assert found["days"] == [
        {"day": None, "rows": 1},
        {"day": "2022-02-02", "rows": 1},
        {"day": "2022-03-01", "rows": 1},
    ]
    assert found["last_ingested_at"] == "2026-11-22T02:00:00Z"
    assert found["added"] is None
    assert found["drift"] == {"since": None, "compared_with": [], "former_columns": {}, "alarms": []}


def with_articles(store: Store, rows: int, start: int = 0, **values: Any) -> None:
    for number in range(start, start + rows):
        store.article(f"more-{number}", "2022-04-01T00:00:00", **values)


def test_a_column_that_is_filled_less_is_an_alarm(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with_articles(store, 200)
    assert quality(store.publish())["drift"]["alarms"] == []
    with_articles(store, 100, start=200, headline=None)
    release = store.publish()
    alarms = quality(release)["drift"]["alarms"]
    assert [alarm["in_words"] for alarm in alarms] == [
        "all articles: headline is filled in 66.7%, was 100.0%",
        "example.com: headline is filled in 66.7%, was 100.0%",
    ]
    assert "Watch out" in (release / "README.md").read_text()


def test_a_fall_is_told_until_it_is_the_middle_of_the_last_releases(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for version in ("1", "2", "3"):
        with_articles(store, 100, start=len(store.documents))
        store.publish(version)
    for row in store.documents:
        row |= {"headline": None, "run_id": "20261123T020000Z-0c81d2"}
    told = [len(quality(store.publish(version))["drift"]["alarms"]) for version in ("4", "5", "6", "7")]
    assert told == [2, 2, 2, 0], "for all and for the one domain, while most of the last five had headlines"


def test_articles_added_are_compared_on_their_own_because_a_day_moves_the_whole_by_little(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with_articles(store, 1_000)
    store.publish()
    with_articles(store, 40, start=1_000, headline=None, ingested_at=datetime(2026, 11, 23, 2, tzinfo=UTC))
    found = quality(store.publish())
    assert (found["added"]["since"], found["added"]["rows"]) == ("2026-11-22T02:00:00Z", 40)
    assert [alarm["in_words"] for alarm in found["drift"]["alarms"]] == [
        "all domains, 40 articles added: headline is filled in 0.0%, was 100.0%",
        "example.com, 40 articles added: headline is filled in 0.0%, was 100.0%",
    ]
    assert found["drift"]["former_columns"]["headline"]["fill_rate"] == 1.0


def test_a_former_release_whose_quality_report_is_damaged_is_not_compared_with(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with_articles(store, 30)
    (store.publish("1") / "quality.json").write_text("{}")
    assert quality(store.publish("2"))["drift"]["compared_with"] == []


def test_texts_that_grow_shorter_are_an_alarm(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with_articles(store, 100, text="A long text of eight words stands here.")
    store.publish()
    store.documents.clear()
    store.placements.clear()
    with_articles(store, 100, text="Four words stand here.")
    alarms = quality(store.publish())["drift"]["alarms"]
    assert "all articles: the median length of text is 4, was 8" in [alarm["in_words"] for alarm in alarms]


def test_what_chance_can_do_is_no_alarm(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with_articles(store, 30)
    store.publish()
    with_articles(store, 3, start=30, headline=None)
    assert quality(store.publish())["drift"]["alarms"] == []


def test_the_citation_file_is_yaml_with_what_the_format_asks_for(store: Store) -> None:
    publication = Publication(title='News: "all" of it', homepage="https://example.org/", creators=("Ada Marlow",))
    release = store.publish("1.0", facts=replace(FACTS, publication=publication))
    found = yaml.safe_load((release / "CITATION.cff").read_text())
    assert found["cff-version"] == "1.2.0"
    assert found["title"] == 'News: "all" of it'
    assert found["authors"] == [{"name": "Ada Marlow"}]
    assert found["version"] == "1.0"
    assert str(found["date-released"]) == "2026-11-23"


def test_the_card_has_the_header_that_hugging_face_reads(store: Store) -> None:
    release = store.publish(facts=replace(FACTS, publication=Publication(license="cc0-1.0")))
    header = yaml.safe_load((release / "README.md").read_text().split("---")[1])
    assert header["license"] == "cc0-1.0"
    assert header["language"] == ["en", "fr"]
    assert header["size_categories"] == ["n<1K"]
    assert [config["config_name"] for config in header["configs"]] == ["articles", "copies", "revisions", "rejects"]
    assert [config.get("default", False) for config in header["configs"]] == [True, False, False, False]


def test_a_source_that_fell_silent_is_told_in_the_quality_report_the_card_and_the_page(store: Store) -> None:
    for day in range(1, 16):
        moment = datetime(2026, 11, day, 6, tzinfo=UTC)
        store.article(f"echo-{day}", source="echo", ingested_at=moment)
        if day < 10:
            store.article(f"times-{day}", source="<b>times</b>", ingested_at=moment)
    for row in [*store.documents, *store.rejects]:
        row["ingested_at"] = min(row["ingested_at"], moment)
    release = store.publish()
    (warning,) = quality(release)["source_warnings"]
    assert (warning["kind"], warning["source"], warning["before"], warning["now"]) == ("silent", "<b>times</b>", 3, 6)
    words = "no new article for 6.0 days; going by its habit one was due within 3.0 days"
    assert warning["in_words"] == f"source <b>times</b>: {words}"
    assert words in (release / "README.md").read_text()
    page = (release / "index.html").read_text()
    assert f"source &lt;b&gt;times&lt;/b&gt;: {words}" in page
