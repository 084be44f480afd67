from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import polars as pl
import pytest

from flows.options import DataFolder as Folder
from flows.status.overview import take_overview
from tasks.release import ReleaseError, verify_release
from tasks.release import rewriting as release_rewriting
from tasks.release.manifest import read_manifest
from tasks.removal.carrying_out import carry_out, clear_again
from tasks.removal.journal import interrupted
from tasks.removal.search import order_of, search
from tasks.removal.targets import RemovalError, read_targets
from tasks.shard.folders import FolderLock
from tasks.store import StoreError
from tests.removal.conftest import SECRET
from tests.removal.data_folder import DataFolder, page

URL = f"https://example.com/{SECRET}-1"


def urls(data: DataFolder, release: str, table: str) -> list[str]:
    return pl.read_parquet(data.places.releases / release / table)["url"].sort().to_list()


def problems(data: DataFolder) -> list[str]:
    """What ``broadsheet status`` warns of."""
    return list(take_overview(Folder(data.places.store.parent))["problems"])


def whole(data: DataFolder) -> bool:
    return [problem for path in data.places.releases.glob("[0-9]*") for problem in verify_release(path)] == []


def test_nothing_of_a_removed_page_remains_in_any_file(data: DataFolder) -> None:
    data.places.log.write_text(f"2026 read {URL}\n2026 read https://example.com/other\n")
    assert data.holding(SECRET)
    data.remove(URL)
    assert data.holding(SECRET) == []
    assert data.places.log.read_text() == "2026 read https://example.com/other\n"


def test_a_release_made_while_a_removal_was_interrupted_names_none_of_its_pages(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.removal import carrying_out

    def die(*_: object) -> None:
        raise InterruptedError

    targets = read_targets([URL])
    order = order_of(targets, search(targets, data.store, data.places.releases, with_copies=False), "rights")
    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "rewrite_releases", die)
        with pytest.raises(InterruptedError):
            carry_out(order, data.places)
    made = data.publish("3")
    assert pl.read_parquet(made / "changes/removed.parquet")["canonical_url"].to_list() == [URL]
    said: list[str] = []
    carry_out(order, data.places, said.append)
    assert "release 3 rewritten: what its change tables named removed" in said
    assert pl.read_parquet(made / "changes/removed.parquet").is_empty()
    assert data.holding(SECRET) == []
    assert whole(data)


def test_an_empty_log_is_no_hindrance(data: DataFolder) -> None:
    data.places.log.write_text("")
    data.remove(URL)
    assert data.holding(SECRET) == []


def test_the_releases_are_whole_and_say_what_was_taken_out(data: DataFolder) -> None:
    said = data.remove(URL)
    assert whole(data)
    assert "release 1 rewritten: 1 articles, 1 rejects removed" in said
    assert "release 2 rewritten: 1 articles, 1 revisions, 1 rejects removed" in said
    manifest = read_manifest(data.places.releases / "2")
    assert [entry["removed"] for entry in manifest["rewritten"]] == [
        {"articles": 1, "copies": 0, "revisions": 1, "rejects": 1}
    ]
    assert manifest["funnel"]["removed"] == 3
    assert manifest["funnel"]["unaccounted"] == 0
    assert (
        "1 articles, 1 revisions, 1 rejects removed for good (rights)"
        in (data.places.releases / "2/CHANGELOG.md").read_text()
    )
    assert "removed for good" in (data.places.releases / "1/README.md").read_text()


def test_a_release_made_afterwards_accounts_for_what_was_removed(data: DataFolder) -> None:
    data.remove(URL)
    funnel = read_manifest(data.publish("3"))["funnel"]
    assert (funnel["read"], funnel["removed"], funnel["unaccounted"]) == (9, 3, 0)
    assert pl.read_parquet(data.places.releases / "3/changes/removed.parquet").is_empty()


def test_an_id_of_a_document_takes_every_text_of_its_page(data: DataFolder) -> None:
    ids = data.store.documents(data.store.version()).filter(pl.col("url") == URL).collect()["document_id"]
    data.remove(ids[0])
    assert data.holding(SECRET) == []


def test_copies_of_a_removed_article_stay_and_one_of_them_leads(data: DataFolder) -> None:
    data.remove("https://example.com/original")
    assert whole(data)
    assert "https://example.org/copy-1" in urls(data, "1", "articles")
    assert "https://example.org/copy-1" in urls(data, "2", "articles")
    left = pl.read_parquet(data.places.releases / "2/copies").row(0, named=True)
    leader = pl.read_parquet(data.places.releases / "2/articles").filter(url="https://example.org/copy-1")
    assert left["url"] == "https://example.net/copy-2"
    assert left["copy_of"] == leader["article_id"][0]
    assert left["cluster_size"] == leader["cluster_size"][0] == 2
    fresh = data.publish("3")
    columns = ["article_id", "cluster_id", "cluster_size"]
    rewritten = pl.read_parquet(data.places.releases / "2/articles").select(columns).sort("article_id")
    assert rewritten.equals(pl.read_parquet(fresh / "articles").select(columns).sort("article_id"))


def test_rewritten_files_are_those_that_a_new_release_would_have(data: DataFolder) -> None:
    data.remove("https://example.com/original")
    new = {entry["path"]: entry["sha256"] for entry in read_manifest(data.publish("3"))["files"] if "table" in entry}
    old = {entry["path"]: entry["sha256"] for entry in read_manifest(data.places.releases / "2")["files"]}
    assert {path: old[path] for path in new} == new


def test_with_copies_the_whole_cluster_goes(data: DataFolder) -> None:
    data.remove("https://example.com/original", with_copies=True)
    assert data.holding("The ferry runs again", "/copy-1", "/copy-2") == []
    assert whole(data)


def test_a_domain_goes_with_its_copies_revisions_and_rejects(data: DataFolder) -> None:
    data.remove("example.com")
    assert data.holding("https://example.com/original", "https://example.com/list", "domain=example.com", SECRET) == []
    assert whole(data)
    assert urls(data, "2", "articles") == ["https://example.net/plain", "https://example.org/copy-1"]
    assert urls(data, "2", "rejects") == []


def test_a_release_of_which_everything_goes_is_still_one(data: DataFolder) -> None:
    data.remove("example.com", "example.org", "example.net")
    assert whole(data)
    assert urls(data, "1", "articles") == []


def test_files_that_releases_share_are_shared_afterwards_and_other_links_are_left_alone(
    data: DataFolder, tmp_path: Path
) -> None:
    name = "articles/articles-2026-03.parquet"
    backup = tmp_path / "backup.parquet"
    os.link(data.places.releases / "1" / name, backup)
    before = backup.read_bytes()
    data.remove("https://example.com/other")
    assert backup.read_bytes() == before
    assert not (data.places.releases / "1" / name).exists()
    data.remove("https://example.com/original")
    one, two = (data.places.releases / version / "rejects/rejects-2026-03.parquet" for version in "12")
    assert one.stat().st_ino == two.stat().st_ino


def test_releases_without_texts_and_of_a_part_are_rewritten_too(data: DataFolder) -> None:
    from tasks.release import Selection

    data.publish("3", selection=Selection(profile="metadata", where="domain = 'example.com'"))
    data.remove(URL)
    assert data.holding(SECRET) == []
    assert whole(data)
    assert read_manifest(data.places.releases / "3")["selection"]["where"] == "domain = 'example.com'"


def test_a_release_whose_former_one_was_deleted_keeps_its_changes(data: DataFolder) -> None:
    shutil.rmtree(data.places.releases / "1")
    data.remove(URL)
    added = pl.read_parquet(data.places.releases / "2/changes/added.parquet")["canonical_url"].to_list()
    assert "https://example.net/plain" in added
    assert "## 1 (2026-11-23)" in (data.places.releases / "2/CHANGELOG.md").read_text()
    assert whole(data)


def test_older_versions_of_the_store_say_that_they_are_gone(data: DataFolder) -> None:
    data.remove(URL)
    with pytest.raises(
        StoreError, match=r"store version 0 cannot be rebuilt any more: store version \d+ took rows out"
    ):
        data.store.version(0)
    assert [removal.facts["removal"]["documents"] for removal in data.store.removals()] == [2]
    assert [run.run_id for run in data.store.versions()] == ["run-1", "run-2"]


def test_what_is_appended_after_a_removal_is_a_version_as_ever(data: DataFolder) -> None:
    data.remove(URL)
    data.ingest("run-3", [page("new", "Spring came.")])
    version = data.store.version()
    assert version is not None
    assert data.store.documents(version).collect()["run_id"].value_counts().height == 3
    assert data.store.version(version.number - 1) is not None


def test_removing_the_same_again_says_when_it_was_removed(data: DataFolder) -> None:
    data.remove(URL)
    found = search(read_targets([URL]), data.store, data.places.releases, with_copies=False)
    assert found.is_empty
    assert found.removed_before is not None


def test_what_is_nowhere_is_said_so(data: DataFolder) -> None:
    with pytest.raises(RemovalError, match="nothing of it"):
        search(read_targets(["https://example.com/nowhere"]), data.store, data.places.releases, with_copies=False)


def test_a_run_at_work_is_waited_for(data: DataFolder) -> None:
    lock = FolderLock(data.places.work / "abc")
    with pytest.raises(RemovalError, match="a run is at work"):
        data.remove(URL)
    lock.release()
    assert data.holding(SECRET)
    assert interrupted(data.places.store) is None
    assert "work: 1 interrupted runs thrown away; given again, they start anew" in data.remove(URL)


@pytest.mark.parametrize("step", ["bury", "erase", "_out_of_the_work", "rewrite_releases", "second release"])
def test_a_removal_that_died_is_made_whole(data: DataFolder, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    from tasks.removal import carrying_out

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    targets = read_targets([URL])
    order = order_of(targets, search(targets, data.store, data.places.releases, with_copies=False), "rights")
    with monkeypatch.context() as patch:
        if step == "second release":
            real, seen = release_rewriting._rewrite, []

            def rewrite(*args: object) -> None:
                seen.append(args)
                return die() if len(seen) > 1 else real(*args)

            patch.setattr(release_rewriting, "_rewrite", rewrite)
        else:
            patch.setattr(carrying_out, step, die)
        with pytest.raises(Killed):
            carry_out(order, data.places)
    left = interrupted(data.places.store)
    assert left == order
    assert any(order.removal_id in said for said in problems(data))
    carry_out(left, data.places)
    assert data.holding(SECRET) == []
    assert interrupted(data.places.store) is None
    assert problems(data) == []
    assert whole(data)
    assert len(data.store.removals()) == 1
    assert data.store.tombstones()["removal_id"].unique().to_list() == [order.removal_id]


def test_a_damaged_release_stops_the_removal_in_one_line_until_it_is_put_right(
    data: DataFolder,
) -> None:
    broken = data.places.releases / "2" / "articles/articles-2026-02.parquet"
    broken.write_bytes(b"no parquet")
    with pytest.raises(ReleaseError, match="release 2") as caught:
        data.remove(URL)
    assert "\n" not in str(caught.value)
    shutil.rmtree(data.places.releases / "2")
    data.remove(URL)
    assert data.holding(SECRET) == []


def test_the_store_and_its_log_keep_no_word(data: DataFolder) -> None:
    data.remove(URL)
    logs = [path.read_text() for path in data.places.store.rglob("*.json")]
    assert not any(SECRET in log for log in logs)
    assert not any("article_id IN" in log for log in logs)  # a condition would name what went
    assert json.loads(logs[0].splitlines()[0])


@pytest.mark.parametrize("left", [".building-1", ".building-old-1", ".building-9"])
def test_what_a_kill_left_beside_the_releases_is_cleared_by_a_removal(data: DataFolder, left: str) -> None:
    shutil.copytree(data.places.releases / "1", data.places.releases.parent / "kept")
    targets = read_targets([URL])
    order = order_of(targets, search(targets, data.store, data.places.releases, with_copies=False), "rights")
    carry_out(order, data.places)
    (data.places.releases.parent / "kept").rename(data.places.releases / left)
    carry_out(order, data.places)  # no release in sight holds anything of it any more
    assert data.holding(SECRET) == []
    assert not (data.places.releases / left).exists()
    assert whole(data)


def test_an_exchange_that_was_killed_is_completed_where_no_release_holds_the_page_any_more(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.release import replacing

    def die_with_the_old_one_beside(whole: Path, target: Path) -> None:
        target.rename(target.with_name(f".building-old-{target.name}"))
        whole.rename(target)
        raise KeyboardInterrupt

    targets = read_targets([URL])
    order = order_of(targets, search(targets, data.store, data.places.releases, with_copies=False), "rights")
    data.publish("0")  # one release alone is left to rewrite, and dies with its folders exchanged
    shutil.rmtree(data.places.releases / "1")
    shutil.rmtree(data.places.releases / "2")
    with monkeypatch.context() as patch:
        patch.setattr(replacing, "_exchange", lambda *_: False)
        patch.setattr(replacing, "_complete", die_with_the_old_one_beside)
        with pytest.raises(KeyboardInterrupt):
            carry_out(order, data.places)
    assert data.holding(SECRET)
    carry_out(order, data.places)
    assert data.holding(SECRET) == []
    assert whole(data)


def test_a_publish_at_work_keeps_the_journal(data: DataFolder) -> None:
    from tasks.release.building import building

    with building(data.places.releases, "9") as folder:
        (folder / "part").write_text(SECRET)
        with pytest.raises(ReleaseError, match="another release is being made"):
            data.remove(URL)
        assert interrupted(data.places.store) is not None


def test_a_release_whose_name_sorts_before_its_former_one_does_not_name_what_went(data: DataFolder) -> None:
    data.publish("0.1")  # compared with 2, which is rewritten after it
    data.remove(URL)
    assert data.holding(SECRET) == []
    assert pl.read_parquet(data.places.releases / "0.1/changes/removed.parquet").is_empty()
    assert whole(data)


def test_a_release_that_only_names_a_page_in_its_change_tables_is_found_and_repaired(data: DataFolder) -> None:
    data.publish("3")
    data.remove(URL)
    file = data.places.releases / "3/changes/removed.parquet"
    row = {"article_id": data.store.tombstones()["article_id"][0], "canonical_url": URL, "former_table": "articles"}
    pl.DataFrame([row], schema=pl.read_parquet_schema(file)).write_parquet(file)
    found = search(read_targets([URL]), data.store, data.places.releases, with_copies=False)
    assert not found.is_empty
    assert found.releases == {"3": {"articles": 0, "copies": 0, "revisions": 0, "rejects": 0}}
    data.remove(URL)
    assert data.holding(SECRET) == []
    assert whole(data)


def test_a_failure_without_words_is_told_by_its_name(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(release_rewriting, "find", fail)
    with pytest.raises(ReleaseError, match="release 1 cannot be rewritten: TimeoutError"):
        data.remove(URL)


def test_an_order_is_made_whole_with_its_releases_and_data_folder_alone(data: DataFolder, tmp_path: Path) -> None:
    targets = read_targets([URL])
    found = search(targets, data.store, data.places.releases, with_copies=False)
    order, here = order_of(targets, found, "rights"), data.places.releases
    assert order.why_not_here(tmp_path / "public", tmp_path) is None  # one of before
    order = order.begun_with(here, data.root)
    order.write(data.places.store)
    left = interrupted(data.places.store)
    assert left is not None
    assert left.why_not_here(here, data.root) is None
    assert f"give it again with --releases {here}" in str(left.why_not_here(tmp_path / "public", data.root))
    assert "or give it again there" in str(left.why_not_here(here, tmp_path / "other"))
    (tmp_path / "other" / ".machine").write_text(str(left.machine))
    assert left.why_not_here(here, tmp_path / "other") is None


def test_given_again_it_clears_what_a_run_wrote_that_died_before_its_commit(data: DataFolder) -> None:
    data.remove(URL)
    targets = read_targets([URL])
    found = search(targets, data.store, data.places.releases, with_copies=False)
    order = order_of(targets, found, "rights")
    said: list[str] = []
    assert clear_again(order, data.places, said.append) == []
    assert said == []
    left = data.places.store / "documents" / "ingest_month=2026-03" / "part-00000-left.zstd.parquet"
    left.write_bytes(SECRET.encode())
    data.places.log.write_text(f"read {URL}\n")
    assert clear_again(order, data.places, said.append) == []
    assert said == ["store: 1 files that no version holds removed", "log: 1 lines removed"]
    assert data.holding(SECRET) == []
    assert len(data.store.removals()) == 1
    assert whole(data)
