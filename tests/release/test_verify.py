from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.release import ReleaseError, verify_release
from tasks.release import keys as release_keys
from tasks.release.manifest import entries_of, file_entry, read_manifest, write_manifest, write_sums

ARTICLES = "articles/articles-2022-02.parquet"
COPIES = "copies/copies-2022-03.parquet"
REVISIONS = "revisions/revisions-2022-02.parquet"


@pytest.fixture
def damaged(release: Path, tmp_path: Path) -> Path:
    """A release to damage."""
    return Path(shutil.copytree(release, tmp_path / release.name))


def said(release: Path) -> list[str]:
    return [str(problem) for problem in verify_release(release)]


def rewrite(release: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a data file, and bring the manifest and the sums in line, as one who hides the change would."""
    path = release / name
    pq.write_table(change(pq.read_table(path)), path, write_page_checksum=True)
    relist(release)


def relist(release: Path) -> None:
    manifest = read_manifest(release)
    entries = [file_entry(release, entry.path, entry.table, entry.content_key) for entry in entries_of(manifest)]
    head = {key: value for key, value in manifest.items() if key != "files"}
    write_manifest(release, head, entries)
    write_sums(release, entries)


def with_value(column: str, value: Any) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        number = table.schema.get_field_index(column)
        field = table.schema.field(column)
        return table.set_column(number, field, pa.array([value] * table.num_rows, field.type))

    return change


def test_a_whole_release_has_no_problems(release: Path) -> None:
    assert said(release) == []


def test_a_flipped_bit_is_found(damaged: Path) -> None:
    content = bytearray((damaged / ARTICLES).read_bytes())
    content[200] ^= 1
    (damaged / ARTICLES).write_bytes(content)
    assert f"{ARTICLES}: its checksum is not the manifest's: the bytes were changed or damaged" in said(damaged)


def test_any_flipped_bit_is_found_by_its_file(damaged: Path) -> None:
    for name in ("README.md", "manifest.json", "SHA256SUMS", "schema.json", "quality.json", "LICENSE"):
        path = damaged / name
        content = path.read_bytes()
        place = content.index(b"e") if name != "SHA256SUMS" else 3
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert said(damaged), name
        path.write_bytes(content)
    assert said(damaged) == []


def test_a_flipped_bit_with_new_sums_is_found_by_the_page_checksum(damaged: Path) -> None:
    path = damaged / ARTICLES
    metadata = pq.ParquetFile(path).metadata.row_group(0)
    column = next(
        metadata.column(number)
        for number in range(metadata.num_columns)
        if metadata.column(number).path_in_schema == "text"
    )
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    path.write_bytes(content)
    relist(damaged)
    assert any(line.startswith(f"{ARTICLES}: cannot be read") for line in said(damaged))


def test_a_missing_file_is_found(damaged: Path) -> None:
    (damaged / ARTICLES).unlink()
    assert f"{ARTICLES}: missing" in said(damaged)


def test_an_extra_file_is_found(damaged: Path) -> None:
    (damaged / "articles" / "more.parquet").write_bytes(b"x")
    assert "articles/more.parquet: not listed in the manifest" in said(damaged)


def test_a_truncated_file_is_found(damaged: Path) -> None:
    content = (damaged / ARTICLES).read_bytes()
    (damaged / ARTICLES).write_bytes(content[:-100])
    assert any(line.startswith(f"{ARTICLES}: has ") for line in said(damaged))


def test_a_file_that_leads_out_of_the_release_is_not_read(damaged: Path) -> None:
    manifest = json.loads((damaged / "manifest.json").read_text())
    manifest["files"][0]["path"] = "../../secret.parquet"
    (damaged / "manifest.json").write_text(json.dumps(manifest))
    assert "../../secret.parquet: leads out of the release" in said(damaged)


def test_a_wrong_count_in_the_manifest_is_found(damaged: Path) -> None:
    manifest = read_manifest(damaged)
    entries = entries_of(manifest)
    manifest["files"][0]["rows"] = 5
    wrong = entries_of(manifest)
    write_manifest(damaged, {key: value for key, value in manifest.items() if key != "files"}, wrong)
    write_sums(damaged, entries)
    found = said(damaged)
    assert f"{entries[0].path}: has 1 rows, the manifest says 5" in found
    assert any("its funnel counts 3 articles, its files hold 7" in line for line in found)


def test_rows_that_are_gone_are_found_by_the_funnel(damaged: Path) -> None:
    rewrite(damaged, ARTICLES, lambda table: table.slice(0, 0))
    assert "manifest.json: its funnel counts 3 articles, its files hold 2" in said(damaged)


def test_an_article_that_stands_twice_is_found(damaged: Path) -> None:
    rewrite(damaged, ARTICLES, lambda table: pa.concat_tables([table, table]))
    assert any("1 keys stand twice" in line for line in said(damaged))


def test_an_article_that_is_also_a_copy_is_found(damaged: Path) -> None:
    copied = pq.read_table(damaged / ARTICLES)["article_id"][0].as_py()
    rewrite(damaged, COPIES, with_value("article_id", copied))
    assert any(line.startswith("copies: 1 keys stand twice in articles and copies") for line in said(damaged))


def test_a_copy_of_nothing_is_found(damaged: Path) -> None:
    lost = "6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"
    rewrite(damaged, COPIES, with_value("copy_of", lost))
    assert said(damaged) == [f"copies: 1 rows whose copy_of is no article_id of articles, the first {lost}"]


def test_a_revision_of_nothing_is_found(damaged: Path) -> None:
    lost = "6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"
    rewrite(damaged, REVISIONS, with_value("article_id", lost))
    assert said(damaged) == [
        f"revisions: 1 rows whose article_id is no article_id of articles or copies, the first {lost}"
    ]


def test_ids_looked_at_in_parts_give_the_same_problems(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_keys, "PART_ROWS", 2)
    assert said(damaged) == []
    rewrite(damaged, COPIES, with_value("copy_of", "6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"))
    assert len(said(damaged)) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("text", None), ("revision", 0), ("page_type", "novel"), ("payload_sha256", "short"), ("keywords", [""])],
)
def test_a_row_that_breaks_the_schema_is_found(damaged: Path, column: str, value: Any) -> None:
    rewrite(damaged, ARTICLES, with_value(column, value))
    assert any(line.startswith(f"{ARTICLES}: 1 rows break the schema") and column in line for line in said(damaged))


def test_a_column_that_is_not_documented_is_found(damaged: Path) -> None:
    rewrite(damaged, ARTICLES, lambda table: table.append_column("mood", pa.array(["good"])))
    assert f"{ARTICLES}: its columns are not the documented ones: mood not documented" in said(damaged)


def test_a_column_of_another_type_is_found(damaged: Path) -> None:
    rewrite(damaged, ARTICLES, lambda table: table.set_column(1, "revision", pa.array([2], pa.int64())))
    assert f"{ARTICLES}: column revision is int64, documented as int32" in said(damaged)


def test_a_description_that_differs_is_found(damaged: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        field = table.schema.field("text").with_metadata({"description": "Something else."})
        return table.set_column(table.schema.get_field_index("text"), field, table["text"])

    rewrite(damaged, ARTICLES, change)
    assert f"{ARTICLES}: column text is described otherwise in the file than in schema.json" in said(damaged)


def test_a_schema_document_that_was_changed_is_found(damaged: Path) -> None:
    document = json.loads((damaged / "schema.json").read_text())
    document["tables"][0]["columns"][0]["description"] = "Something else."
    (damaged / "schema.json").write_text(json.dumps(document))
    relist(damaged)
    assert said(damaged) == ["schema.json: its fingerprint is not the manifest's: the documented schema was changed"]


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"files": 3}', '{"files": [{}]}', '{"files": [7]}'])
def test_a_folder_that_is_no_release_is_said_so(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ReleaseError) as caught:
        verify_release(tmp_path)
    assert "\n" not in str(caught.value)
