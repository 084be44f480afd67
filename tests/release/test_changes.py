from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tasks.release import ReleaseError, diff_releases, verify_release
from tasks.release.schema_change import is_high_enough, needed_version, schema_change
from tasks.release.schema_document import schema_document
from tests.release.store import Store, article_id


def changes(release: Path, name: str) -> list[dict[str, Any]]:
    return pl.read_parquet(release / "changes" / f"{name}.parquet").to_dicts()


def url(name: str) -> str:
    return f"https://news.example.com/{name}"


def test_a_first_release_has_nothing_to_compare_with(store: Store) -> None:
    release = store.publish()
    assert [changes(release, name) for name in ("added", "changed", "removed")] == [[], [], []]
    assert "## 2026.11.23 (2026-11-23)\n\nThe first release.\n" in (release / "CHANGELOG.md").read_text()


def test_what_was_added_is_listed(store: Store) -> None:
    store.publish()
    store.article("new", "2022-03-05T00:00:00")
    release = store.publish()
    assert changes(release, "added") == [
        {"article_id": article_id("new"), "canonical_url": url("new"), "table": "articles"}
    ]
    assert changes(release, "changed") == changes(release, "removed") == []


def test_a_new_text_is_a_change_of_its_article(store: Store) -> None:
    store.publish()
    for placement in store.placements:
        if placement["article_id"] == article_id("harbour") and placement["table"] == "articles":
            placement["table"] = "revisions"
    store.article("harbour", "2022-03-01T08:00:00", 2, cluster_size=2, language="fr")
    release = store.publish()
    assert changes(release, "changed") == [
        {
            "article_id": article_id("harbour"),
            "canonical_url": url("harbour"),
            "table": "articles",
            "former_table": "articles",
            "what": ["revision", "payload_sha256"],
        }
    ]
    assert "1 changed, 1 of them with another text" in (release / "CHANGELOG.md").read_text()


def test_an_article_that_an_earlier_original_makes_a_copy_moved(store: Store) -> None:
    store.publish()
    for placement in store.placements:
        if placement["article_id"] == article_id("storm") and placement["table"] == "articles":
            placement |= {"table": "copies", "copy_of": article_id("original"), "match": "exact", "similarity": 1.0}
            placement |= {"containment": 1.0, "cluster_size": 2}
    store.article("original", "2022-01-01T00:00:00", cluster_size=2)
    release = store.publish()
    (moved,) = changes(release, "changed")
    assert (moved["former_table"], moved["table"]) == ("articles", "copies")
    assert moved["what"] == ["table", "cluster_size", "copy_of", "match"]
    assert "1 articles became copies, 0 copies became articles" in (release / "CHANGELOG.md").read_text()
    assert verify_release(release) == []


def test_what_is_gone_is_listed(store: Store) -> None:
    store.publish()
    store.documents.pop()
    store.placements.pop()
    release = store.publish()
    assert changes(release, "removed") == [
        {"article_id": article_id("undated"), "canonical_url": url("undated"), "former_table": "articles"}
    ]


def test_the_changelog_keeps_the_releases_before(store: Store) -> None:
    store.publish()
    store.article("one")
    store.publish()
    store.article("two")
    text = (store.publish() / "CHANGELOG.md").read_text()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Changes",
        "## 2026.11.23.2 (2026-11-23)",
        "## 2026.11.23.1 (2026-11-23)",
        "## 2026.11.23 (2026-11-23)",
    ]
    assert text.count("- 1 article and 0 copies added.") == 2


def test_diff_tells_counts_ids_and_the_schema(store: Store) -> None:
    old = store.publish()
    store.copy("storm-again", "storm", "2022-02-03T00:00:00")
    new = store.publish()
    found = diff_releases(old, new)
    assert found.in_words() == [
        "2026.11.23 -> 2026.11.23.1",
        "0 articles and 1 copy added",
        "0 changed, 0 of them with another text",
        "0 articles became copies, 0 copies became articles",
        "0 removed",
        "schema: no change",
    ]
    assert found.changes.added["article_id"].to_list() == [article_id("storm-again")]
    back = diff_releases(new, old)
    assert back.changes.removed["article_id"].to_list() == [article_id("storm-again")]


def test_diff_of_what_is_no_release_is_one_line(release: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="is no release"):
        diff_releases(release, tmp_path)


def changed(edit: Any) -> tuple[str, tuple[str, ...]]:
    old, new = schema_document(), deepcopy(schema_document())
    edit(new["tables"][0])
    found = schema_change(old, new)
    return found.kind, found.what


def test_equal_schemas_have_no_change() -> None:
    assert changed(lambda table: None) == ("none", ())


def test_another_wording_is_a_patch() -> None:
    assert changed(lambda table: table["columns"][0].update(description="Otherwise.")) == (
        "patch",
        ("patch: articles.article_id: another description",),
    )


def test_a_nullable_column_added_is_minor() -> None:
    column = {"name": "mood", "type": "string", "nullable": True}
    assert changed(lambda table: table["columns"].append(column)) == (
        "minor",
        ("minor: articles.mood is new (nullable)",),
    )


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda table: table["columns"].pop(), "articles.extractor is gone"),
        (
            lambda table: table["columns"].append({"name": "mood", "type": "string", "nullable": False}),
            "articles.mood is new (never null)",
        ),
        (lambda table: table["columns"][1].update(type="int64"), "articles.revision: type is 'int64', was 'int32'"),
        (lambda table: table["columns"][1].update(minimum=0), "articles.revision: minimum is 0, was 1"),
        (lambda table: table.update(primary_key=["url"]), "articles: primary_key is ['url'], was ['article_id']"),
    ],
)
def test_anything_else_is_major(edit: Any, said: str) -> None:
    kind, what = changed(edit)
    assert (kind, what) == ("major", (f"major: {said}",))


def test_the_version_a_change_needs() -> None:
    assert needed_version("1.2.3", "patch") == "1.2.4"
    assert needed_version("1.2.3", "minor") == "1.3.0"
    assert needed_version("1.2.3", "major") == "2.0.0"
    assert is_high_enough("1.10.0", "1.9.3", "minor")
    assert not is_high_enough("1.9.9", "1.9.3", "major")


def test_a_major_change_without_a_new_major_version_is_not_published(store: Store) -> None:
    former = store.publish()
    document = json.loads((former / "schema.json").read_text())
    document["tables"][0]["columns"].append({"name": "mood", "type": "string", "nullable": True})
    (former / "schema.json").write_text(json.dumps(document))
    with pytest.raises(ReleaseError, match=r"articles\.mood is gone.*needs version 2\.0\.0"):
        store.publish()
    assert [path.name for path in former.parent.iterdir() if path.is_dir()] == ["2026.11.23"]
