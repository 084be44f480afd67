"""The schema on the page: one row a column, the columns that tables share once.

What belongs here: the order and the words of the rows. What does not: the schema (``schema.json`` of the release).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tasks.release.page.sample_rows import shortened
from tasks.release.schema_document import type_in_words

_EXAMPLE = 160


def schema_rows(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Name, type, whether it may be null, meaning, example, rules, fields, and the tables that have it so."""
    found: dict[str, dict[str, Any]] = {}
    for table in schema["tables"]:
        for column in table["columns"]:
            key = json.dumps(column, sort_keys=True)
            if key in found:
                found[key]["tables"].append(table["name"])
            else:
                found[key] = _row(column) | {"tables": [table["name"]]}
    every = [table["name"] for table in schema["tables"]]
    return [row | {"where": _where(row["tables"], every)} for row in found.values()]


def _where(tables: list[str], every: list[str]) -> str:
    """The tables in as few words as they can be named."""
    others = [name for name in every if name not in tables]
    if not others:
        return "all"
    return f"all but {others[0]}" if len(others) == 1 else ", ".join(tables)


def _row(column: Mapping[str, Any]) -> dict[str, Any]:
    example = json.dumps(column["example"], ensure_ascii=False) if "example" in column else ""
    item = column["items"] if column["type"] == "list" else column
    return {
        "name": column["name"],
        "type": type_in_words(dict(column)),
        "nullable": column["nullable"],
        "meaning": column.get("description", ""),
        "example": shortened(example, _EXAMPLE),
        "words": [(word, meaning) for word, meaning in column.get("one_of", {}).items() if meaning],
        "fields": list(_fields(item)),
    }


def _fields(column: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for field in column.get("fields", ()):
        yield field["name"], type_in_words(dict(field)), field.get("description", "")
