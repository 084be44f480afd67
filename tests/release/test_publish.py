from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from tasks.release import CopyRule, ReleaseError, Selection, list_releases, verify_release
from tasks.release import data as release_data
from tests.release.store import FACTS, Store, article_id, document, reject, small_store


def files(release: Path) -> dict[str, bytes]:
    return {str(path.relative_to(release)): path.read_bytes() for path in release.rglob("*") if path.is_file()}


def data_files(release: Path) -> list[str]:
    return sorted(str(path.relative_to(release)) for path in release.rglob("*.parquet") if path.parts[-2] in TABLES)


TABLES = ("articles", "copies", "revisions", "rejects")


def test_each_month_of_publication_has_a_file(release: Path) -> None:
    assert data_files(release) == [
        "articles/articles-2022-02.parquet",
        "articles/articles-2022-03.parquet",
        "articles/articles-undated.parquet",
        "copies/copies-2022-03.parquet",
        "rejects/rejects-2026-11.parquet",
        "revisions/revisions-2022-02.parquet",
    ]


def test_a_release_is_named_by_the_day_and_lies_in_the_folder_of_releases(release: Path) -> None:
    assert release.name == "2026.11.23"
    assert [found.path for found in list_releases(release.parent)] == [release]


def test_rows_carry_what_the_placements_say(release: Path) -> None:
    article = pl.read_parquet(release / "articles/articles-2022-02.parquet").row(0, named=True)
    earlier = pl.read_parquet(release / "revisions/revisions-2022-02.parquet").row(0, named=True)
    copy = pl.read_parquet(release / "copies/copies-2022-03.parquet").row(0, named=True)
    assert (article["revision"], article["text"]) == (2, "The harbour reopened: storm, text 2.")
    assert (earlier["revision"], earlier["text"]) == (1, "The harbour reopened: storm, text 1.")
    assert earlier["article_id"] == article["article_id"] == article_id("storm")
    assert copy["copy_of"] == copy["cluster_id"] == article_id("harbour")
    assert (copy["match"], copy["similarity"], copy["containment"], copy["cluster_size"]) == ("near", 0.83, 0.97, 2)


def test_rows_are_sorted_by_time_then_id_however_the_store_orders_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name, day in (("d", 9), ("a", 3), ("c", 3), ("b", 3), ("e", 1)):
        store.article(name, f"2022-02-0{day}T00:00:00")
    rows = pl.read_parquet(store.publish() / "articles")
    assert rows["article_id"].to_list() == [
        article_id("e"),
        *sorted(article_id(name) for name in "abc"),
        article_id("d"),
    ]


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = small_store(tmp_path / "one"), small_store(tmp_path / "two")
    two.documents.reverse()
    two.placements.reverse()
    two.rejects.reverse()
    assert files(one.publish()) == files(two.publish())


def test_small_buckets_give_the_same_bytes_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = small_store(tmp_path / "one").publish()
    monkeypatch.setattr(release_data, "BUCKET_BYTES", 1)
    assert files(small_store(tmp_path / "two").publish()) == files(one)


def test_a_row_group_put_together_from_many_buckets_has_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def published(folder: Path) -> dict[str, bytes]:
        folder.mkdir()
        store = Store(folder)
        for number in range(2_500):  # the writer takes 1,024 at a time
            store.article(f"{number}", f"2022-02-{number % 28 + 1:02}T18:14:00", authors=["Ada Marlow"] * (number % 4))
        store.article("next", "2022-03-01T08:00:00")
        return files(store.publish())

    taken: list[int] = []
    take = release_data.Buckets.take

    def counted(buckets: release_data.Buckets, bucket: int) -> pl.DataFrame:
        taken.append(bucket)
        return take(buckets, bucket)

    monkeypatch.setattr(release_data.Buckets, "take", counted)
    whole = published(tmp_path / "one")
    assert taken == [0]
    monkeypatch.setattr(release_data, "BUCKET_BYTES", 1)
    taken.clear()
    assert published(tmp_path / "two") == whole
    assert taken == [0, 1, 2, 3]


def test_a_month_of_many_rows_is_cut_into_row_groups_of_20000(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.rejects = [reject(f"https://example.com/{number}", record_offset=number) for number in range(20_001)]
    written = pq.ParquetFile(store.publish() / "rejects/rejects-2026-11.parquet")
    assert [written.metadata.row_group(group).num_rows for group in range(2)] == [20_000, 1]
    assert written.read()["record_offset"].to_pylist() == list(range(20_001))


def test_an_empty_store_gives_a_release_that_every_reader_can_open(tmp_path: Path) -> None:
    release = Store(tmp_path).publish()
    assert data_files(release) == [f"{table}/{table}-undated.parquet" for table in sorted(TABLES)]
    assert pl.read_parquet(release / "articles").height == 0
    assert verify_release(release) == []


def test_sha256sum_agrees(release: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=release, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    named = {line.rpartition(": ")[0] for line in done.stdout.splitlines()}
    assert named == {name for name in files(release) if name != "SHA256SUMS"}


def test_the_manifest_tells_what_each_file_holds(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["release"] == "2026.11.23"
    assert manifest["made_from"]["store_version"] == 7
    entry = next(entry for entry in manifest["files"] if entry["path"] == "articles/articles-2022-02.parquet")
    assert (entry["table"], entry["rows"]) == ("articles", 1)
    assert entry["first"] == entry["last"] == "2022-02-02T18:14:00Z"
    assert entry["bytes"] == (release / entry["path"]).stat().st_size


def test_the_reconciliation_is_in_the_card_and_the_manifest(store: Store) -> None:
    release = store.publish(facts=replace(FACTS, pages_read=9, pages_unchanged=2))
    assert (
        "Every page is accounted for: 9 read = 3 articles + 1 copies + 1 revisions + 2 unchanged + 2 rejects."
        in (release / "README.md").read_text()
    )
    assert json.loads((release / "manifest.json").read_text())["funnel"]["unaccounted"] == 0


def test_a_sum_that_does_not_hold_is_said_so(store: Store) -> None:
    release = store.publish(facts=replace(FACTS, pages_read=10))
    assert (
        "The sum does not hold: 10 pages were read and 7 are accounted for (+3)." in (release / "README.md").read_text()
    )


def test_an_existing_release_is_left_alone(store: Store) -> None:
    before = files(store.publish("1.0"))
    store.article("new")
    with pytest.raises(ReleaseError, match=r"release 1\.0 exists"):
        store.publish("1.0")
    assert files(store.folder / "releases" / "1.0") == before


def test_a_file_in_the_way_is_not_overwritten(store: Store) -> None:
    (store.folder / "releases").mkdir()
    (store.folder / "releases" / "1.0").write_text("mine")
    with pytest.raises(ReleaseError, match="exists"):
        store.publish("1.0")
    assert (store.folder / "releases" / "1.0").read_text() == "mine"


def test_what_a_killed_build_left_is_taken_away(store: Store) -> None:
    left = store.folder / "releases" / ".building-2026.11.22" / "articles"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    release = store.publish()
    assert [path.name for path in release.parent.iterdir() if path.is_dir()] == ["2026.11.23"]


def test_two_builds_at_once_are_kept_apart(store: Store) -> None:
    def publish_again(*_: object) -> None:
        with pytest.raises(ReleaseError, match="another release is being made"):
            store.publish("2.0")

    assert store.publish("1.0", on_progress=publish_again).name == "1.0"
    assert [found.version for found in list_releases(store.folder / "releases")] == ["1.0"]


def test_a_row_that_breaks_the_schema_stops_the_release(store: Store) -> None:
    store.documents[0]["payload_sha256"] = "no checksum"
    with pytest.raises(ReleaseError, match=r"articles-2022-02.parquet: .*payload_sha256"):
        store.publish()
    assert list_releases(store.folder / "releases") == []
    assert [path.name for path in (store.folder / "releases").iterdir()] == [".publish.lock"]


def test_documents_without_a_placement_stop_the_release(store: Store) -> None:
    store.documents.append(document("new"))
    with pytest.raises(ReleaseError, match=r"6 documents and there are 5 placements"):
        store.publish()


def test_placements_of_other_documents_stop_the_release(store: Store) -> None:
    store.placements[0]["document_id"] = "other"
    with pytest.raises(ReleaseError, match=r"4 have both"):
        store.publish()


def test_an_article_that_stands_twice_stops_the_release(store: Store) -> None:
    store.article("storm", text="Another text at the same URL.")
    with pytest.raises(ReleaseError, match="articles and copies would hold 1 keys twice"):
        store.publish()


def test_a_revision_without_its_article_stops_the_release(store: Store) -> None:
    store.article("gone", table="revisions")
    with pytest.raises(ReleaseError, match="1 revisions would have no article"):
        store.publish()


def test_unchanged_months_are_shared_with_the_release_before(store: Store) -> None:
    first = store.publish()
    store.article("new", "2022-03-30T00:00:00")
    second = store.publish()
    shared = {name for name in data_files(second) if (first / name).exists() and (first / name).samefile(second / name)}
    assert set(data_files(second)) - shared == {"articles/articles-2022-03.parquet"}
    assert verify_release(second) == []


def test_a_month_whose_cluster_grew_is_written_anew(store: Store) -> None:
    first = store.publish()
    store.copy("storm-again", "storm", "2022-05-01T00:00:00")
    for placement in store.placements:
        if placement["article_id"] == article_id("storm"):
            placement["cluster_size"] = 2
    second = store.publish()
    name = "articles/articles-2022-02.parquet"
    assert not (first / name).samefile(second / name)
    assert pl.read_parquet(second / name)["cluster_size"].to_list() == [2]
    assert pl.read_parquet(first / name)["cluster_size"].to_list() == [1]


def test_a_damaged_file_is_not_handed_on(store: Store) -> None:
    first = store.publish()
    name = "articles/articles-2022-02.parquet"
    damaged = bytearray((first / name).read_bytes())
    damaged[100] ^= 1
    (first / name).write_bytes(damaged)
    second = store.publish()
    assert verify_release(second) == []
    assert not (first / name).samefile(second / name)


def test_documents_of_another_run_are_not_taken_for_the_same(store: Store) -> None:
    first = store.publish()
    for row in store.documents:
        row |= {"run_id": "another", "headline": "Read again by better code"}
    second = store.publish()
    assert pl.read_parquet(second / "articles")["headline"].unique().to_list() == ["Read again by better code"]
    assert pl.read_parquet(first / "articles")["headline"].n_unique() == 3


def test_progress_ends_with_every_row(store: Store) -> None:
    told: list[tuple[str, int, int]] = []
    store.publish(on_progress=lambda *step: told.append(step))
    assert ("rows", 7, 7) in told
    assert told[-1] == ("documents", 1, 1)


def test_the_profile_without_texts_leaves_out_nothing_else(store: Store) -> None:
    release = store.publish(selection=Selection(profile="metadata"))
    full = small_store_columns(release, "articles")
    assert "text" not in full
    assert {"headline", "word_count", "description"} <= set(full)
    assert b"The harbour reopened" not in b"".join(files(release).values())
    assert "This release has no texts" in (release / "README.md").read_text()
    assert verify_release(release) == []


def small_store_columns(release: Path, table: str) -> list[str]:
    return pq.read_schema(next((release / table).iterdir())).names


def test_a_part_keeps_copies_and_revisions_with_their_articles(store: Store) -> None:
    release = store.publish(selection=Selection(languages=("fr",)))
    assert pl.read_parquet(release / "articles")["article_id"].to_list() == [article_id("harbour")]
    assert pl.read_parquet(release / "copies")["article_id"].to_list() == [article_id("harbour-again")]
    assert pl.read_parquet(release / "revisions").height == 0
    assert pl.read_parquet(release / "rejects").height == 0
    assert json.loads((release / "manifest.json").read_text())["selection"]["languages"] == ["fr"]
    assert verify_release(release) == []


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(where="word_count > 3 AND language = 'en'"), {"storm", "undated"}),
        (Selection(since=date(2022, 2, 2), until=date(2022, 2, 2)), {"storm"}),
        (Selection(since=date(2022, 2, 3)), {"harbour"}),
        (Selection(where="cluster_size > 1"), {"harbour"}),
    ],
)
def test_conditions_choose_articles(store: Store, selection: Selection, names: set[str]) -> None:
    release = store.publish(selection=selection)
    chosen = pl.read_parquet(release / "articles")["article_id"].to_list()
    assert set(chosen) == {article_id(name) for name in names}


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(where="word_count >"), "is no condition"),
        (Selection(where="nonsense = 1"), "'nonsense', which is no column"),
        (Selection(where="word_count"), "is neither true nor false"),
        (Selection(where="word_count + 1"), "is neither true nor false"),
        (Selection(where="'storm'"), "is neither true nor false"),
        (Selection(since=date(2022, 2, 2), until=date(2022, 2, 1)), "--since 2022-02-02 is after --until 2022-02-01"),
        (Selection(until=date(2022, 2, 1)), "holds no article"),
        (Selection(languages=("xx",)), "holds no article"),
    ],
)
def test_a_bad_selection_is_refused_in_one_line(store: Store, selection: Selection, said: str) -> None:
    with pytest.raises(ReleaseError, match=said) as caught:
        store.publish(selection=selection)
    assert "\n" not in str(caught.value)
    assert not list((store.folder / "releases").glob("[0-9]*"))


def test_values_from_pages_cannot_break_the_card(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.article("a", domain="evil.example|<script>alert(1)</script>\n# x")
    text = (store.publish() / "README.md").read_text()
    assert "<script>" not in text
    assert "\n# x" not in text


def test_rejects_of_another_month_go_into_their_own_file(store: Store) -> None:
    store.rejects.append(reject("https://example.com/x", ingested_at=datetime(2026, 10, 1, tzinfo=UTC)))
    release = store.publish()
    assert {path.name for path in (release / "rejects").iterdir()} == {
        "rejects-2026-10.parquet",
        "rejects-2026-11.parquet",
    }


def test_a_release_is_compared_with_the_last_one_made_by_the_same_rule_for_copies(store: Store) -> None:
    strict = Selection(copies=CopyRule(jaccard=0.9))
    former = {
        name: json.loads((store.publish(name, selection=selection) / "manifest.json").read_text())["former_release"]
        for name, selection in {"1": Selection(), "2": strict, "3": Selection(), "4": strict}.items()
    }
    assert former == {"1": None, "2": None, "3": "1", "4": "2"}


def test_a_release_whose_manifest_names_no_rule_for_copies_was_made_by_the_default_one(store: Store) -> None:
    manifest = store.publish("1") / "manifest.json"
    head = json.loads(manifest.read_text())
    assert head["selection"].pop("copies") == {"jaccard": 0.7, "containment": 0.8, "least_jaccard": 0.3}
    manifest.write_text(json.dumps(head))
    assert json.loads((store.publish("2") / "manifest.json").read_text())["former_release"] == "1"


def test_the_data_card_says_what_a_copy_is(store: Store) -> None:
    card = (store.publish(selection=Selection(copies=CopyRule(jaccard=0.95))) / "README.md").read_text()
    assert "Jaccard similarity of their word sequences is 0.95 or more" in card


def test_the_release_before_is_the_one_made_last_whatever_its_name(store: Store) -> None:
    later = replace(FACTS, store_version=8)
    former = [
        json.loads((store.publish(name, facts=facts) / "manifest.json").read_text())["former_release"]
        for name, facts in [
            ("v3", FACTS),
            ("2026.11.23", later),
            ("2026.11.24", replace(FACTS, store_version=9)),
            ("again", later),
            ("2026.11.25", replace(FACTS, store_version=9, published_on=date(2026, 11, 25))),
            ("2026.11.26", replace(FACTS, store_version=10)),
        ]
    ]
    assert former == [None, "v3", "2026.11.23", "2026.11.24", "2026.11.24", "2026.11.25"]


def test_a_release_is_made_beside_one_of_an_older_schema(store: Store) -> None:
    column = "description"
    first = store.publish("1")
    older = json.loads((first / "schema.json").read_text())
    for table in older["tables"]:
        table["columns"] = [one for one in table["columns"] if one["name"] != column]
    (first / "schema.json").write_text(json.dumps(older))
    head = json.loads((first / "manifest.json").read_text())
    for entry in head["files"]:
        if entry["path"].endswith(".parquet") and entry["path"].split("/")[0] in {*TABLES, "sample"}:
            file = first / entry["path"]
            rows = pl.read_parquet(file)
            rows.drop(column, strict=False).write_parquet(file)
            entry |= {"bytes": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
            if "content_key" in entry:
                entry["content_key"] = "of the older schema"
    (first / "manifest.json").write_text(json.dumps(head))
    second = store.publish("2")
    assert json.loads((second / "manifest.json").read_text())["former_release"] == "1"
    assert verify_release(second) == []
    assert column in pl.read_parquet(second / "sample/articles.parquet").columns
