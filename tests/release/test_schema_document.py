from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.release.facts import Profile
from tasks.release.schema_document import fingerprint, schema_document, schema_markdown, table_document
from tasks.release.schema_reading import table_of
from tasks.release.tables import arrow_schemas, release_tables
from tasks.schema import RELEASE_TABLES, SCHEMA_VERSION, arrow_schema

DOCUMENT = Path(__file__).parents[2] / "docs" / "SCHEMA.md"


def test_the_schema_document_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == schema_markdown(), "run python -m tasks.release.write_schema"


def test_every_column_is_described() -> None:
    for table in schema_document()["tables"]:
        assert table["description"]
        for column in table["columns"]:
            assert column["description"], f"{table['name']}.{column['name']}"


def test_a_release_holds_both_documents(release: Path) -> None:
    assert json.loads((release / "schema.json").read_text()) == schema_document()
    assert (release / "SCHEMA.md").read_text() == schema_markdown()


def test_the_document_says_what_a_column_may_hold() -> None:
    columns = {column["name"]: column for column in schema_document()["tables"][0]["columns"]}
    assert columns["revision"] == {
        "name": "revision",
        "type": "int32",
        "nullable": False,
        "description": "1, 2, ...: counts the different texts seen at canonical_url, in the order of retrieved_at.",
        "example": 1,
        "minimum": 1,
    }
    assert columns["published_at"]["type"] == "timestamp[us, UTC]"
    assert columns["images"]["items"]["fields"][1]["name"] == "width"
    assert "article" in columns["page_type"]["one_of"]


@pytest.mark.parametrize("profile", ["full", "metadata"])
def test_the_document_read_back_is_the_schema(profile: Profile) -> None:
    for name, table in release_tables(profile).items():
        again = table_of(table_document(name, table))
        assert again.matches(table)
        assert arrow_schema(again).equals(arrow_schemas(profile)[name], check_metadata=True)


def test_the_fingerprint_changes_with_a_word_and_not_with_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert schema_document()["version"] == SCHEMA_VERSION
    assert [table["name"] for table in schema_document()["tables"]] == list(RELEASE_TABLES)
