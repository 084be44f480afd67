"""datapackage.json and croissant.json. Their validators run where they are installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.release.manifest import entries_of, read_manifest
from tests.release.store import article_id


def read(release: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((release / name).read_text()))


def data_files(release: Path) -> dict[str, str]:
    return {entry.path: entry.sha256 for entry in entries_of(read_manifest(release)) if entry.table}


def test_the_data_package_names_every_data_file_and_column(release: Path) -> None:
    package = read(release, "datapackage.json")
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert [resource["name"] for resource in package["resources"]] == ["articles", "copies", "revisions", "rejects"]
    assert {path for resource in package["resources"] for path in resource["path"]} == set(data_files(release))
    documented = {table["name"]: table["columns"] for table in read(release, "schema.json")["tables"]}
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == [column["name"] for column in documented[resource["name"]]]


def test_the_data_package_holds_the_keys_and_rules(release: Path) -> None:
    articles, copies, *_ = read(release, "datapackage.json")["resources"]
    fields = {field["name"]: field for field in articles["schema"]["fields"]}
    assert articles["schema"]["primaryKey"] == ["article_id"]
    assert copies["schema"]["foreignKeys"] == [
        {"fields": ["copy_of"], "reference": {"resource": "articles", "fields": ["article_id"]}}
    ]
    assert fields["published_at"]["type"] == "datetime"
    assert fields["canonical_url"]["constraints"] == {"required": True, "pattern": "^https?://.*"}
    assert fields["revision"]["constraints"] == {"required": True, "minimum": 1}
    assert "article" in fields["page_type"]["constraints"]["enum"]


def test_croissant_has_a_file_object_a_data_file_with_its_checksum(release: Path) -> None:
    document = read(release, "croissant.json")
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    files = [entry for entry in document["distribution"] if entry["@type"] == "cr:FileObject"]
    assert {entry["contentUrl"]: entry["sha256"] for entry in files} == data_files(release)
    assert {entry["encodingFormat"] for entry in document["distribution"]} == {"application/x-parquet"}


def test_croissant_describes_every_column(release: Path) -> None:
    records = {record["name"]: record for record in read(release, "croissant.json")["recordSet"]}
    fields = {field["name"]: field for field in records["articles"]["field"]}
    assert fields["authors"]["repeated"] is True
    assert fields["published_at"]["dataType"] == "sc:DateTime"
    assert [field["name"] for field in fields["images"]["subField"]][:2] == ["url", "width"]
    copy_of = next(field for field in records["copies"]["field"] if field["name"] == "copy_of")
    assert copy_of["references"] == {"field": {"@id": "articles/article_id"}}


def test_frictionless_accepts_the_data_package(release: Path) -> None:
    frictionless = pytest.importorskip("frictionless", reason="the Frictionless validator is not installed")
    package = frictionless.Package(str(release / "datapackage.json"))
    assert list(frictionless.Package.metadata_validate(package.to_descriptor())) == []
    assert next(resource.extrapaths for resource in package.resources) == [
        "articles/articles-2022-03.parquet",
        "articles/articles-undated.parquet",
    ]


def test_mlcroissant_accepts_the_document_and_reads_the_rows_by_it(release: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="the Croissant validator is not installed")
    dataset = mlcroissant.Dataset(jsonld=release / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert (set(issues.errors), set(issues.warnings)) == (set(), set())
    ids = {row["articles/article_id"].decode() for row in dataset.records("articles")}
    assert ids == {article_id(name) for name in ("storm", "harbour", "undated")}
