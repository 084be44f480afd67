"""schema.json and SCHEMA.md: the tables in words, for machines and for people.

What belongs here: the way from ``tasks.schema`` to the two documents. What does not: the way back, which verifies a
release by its own schema.json (``schema_reading``).

``python -m tasks.release.write_schema`` writes docs/SCHEMA.md anew; a test fails when it is stale.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import dataframely as dy

from tasks.release.facts import Profile
from tasks.release.tables import MONTH_OF, REFERENCES, SORTED_BY, release_tables
from tasks.schema import REJECT_REASONS, SCHEMA_VERSION

_TYPES: dict[type[dy.Column], str] = {
    dy.String: "string",
    dy.Bool: "bool",
    dy.Int32: "int32",
    dy.Int64: "int64",
    dy.Float64: "float64",
    dy.Date: "date",
    dy.Binary: "binary",
}
# Rules that a column may have, by their name in dataframely and in schema.json.
RULES = {"regex": "pattern", "min": "minimum", "max": "maximum", "min_length": "min_length", "max_length": "max_length"}


def column_document(name: str, column: dy.Column) -> dict[str, Any]:
    """One column as schema.json holds it."""
    found: dict[str, Any] = {"name": name, "type": _type_name(column), "nullable": column.nullable}
    if column.description:
        found["description"] = column.description
    metadata = column.metadata or {}
    if "example" in metadata:
        found["example"] = metadata["example"]
    if "one_of" in metadata:
        found["one_of"] = metadata["one_of"]
    for rule, word in RULES.items():
        value = getattr(column, rule, None)
        if value is not None and not (rule == "regex" and "one_of" in metadata):
            found[word] = value
    if isinstance(column, dy.List):
        found["items"] = column_document("element", column.inner)
    if isinstance(column, dy.Struct):
        found["fields"] = [column_document(field, inner) for field, inner in column.inner.items()]
    return found


def _type_name(column: dy.Column) -> str:
    if isinstance(column, dy.List):
        return "list"
    if isinstance(column, dy.Struct):
        return "struct"
    if isinstance(column, dy.Datetime):
        return f"timestamp[{column.time_unit}, {column.time_zone}]"
    return _TYPES[type(column)]


def table_document(name: str, table: type[dy.Schema]) -> dict[str, Any]:
    """One table as schema.json holds it."""
    reference = REFERENCES.get(name)
    return {
        "name": name,
        "description": (table.__doc__ or "").strip(),
        "files": f"{name}/{name}-*.parquet",
        "month_of": MONTH_OF[name],
        "sorted_by": list(SORTED_BY[name]),
        "primary_key": table.primary_key(),
        "references": [{"column": reference.column, "tables": list(reference.tables), "to": "article_id"}]
        if reference
        else [],
        "columns": [column_document(column, held) for column, held in table.columns().items()],
    }


def fingerprint(document: Any) -> str:
    """SHA-256 of a JSON value, its keys sorted."""
    written = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def schema_document(profile: Profile = "full") -> dict[str, Any]:
    """The whole schema of a release, as schema.json holds it."""
    tables = [table_document(name, table) for name, table in release_tables(profile).items()]
    return {
        "name": "broadsheet",
        "version": SCHEMA_VERSION,
        "profile": profile,
        "fingerprint": fingerprint(tables),
        "tables": tables,
    }


def type_in_words(column: dict[str, Any]) -> str:
    """``list of struct``, ``string``, ..."""
    if column["type"] == "list":
        return f"list of {type_in_words(column['items'])}"
    return str(column["type"])


def schema_markdown(profile: Profile = "full") -> str:
    """SCHEMA.md."""
    document = schema_document(profile)
    lines = [
        "# Tables and columns",
        "",
        f"Schema version {document['version']}, fingerprint `{document['fingerprint'][:16]}`. "
        "The schema has its own semantic version: a change of wording is a patch, a nullable column or a "
        "word of a closed list added is minor, anything else is major.",
        "",
        "This document is written from the code (`tasks/schema`), as are the descriptions inside the Parquet files and "
        "schema.json, which says the same for machines.",
    ]
    shared = {column["name"]: column for column in document["tables"][0]["columns"]}
    for table in document["tables"]:
        lines += ["", f"## {table['name']}", "", table["description"], "", *_keys(table), ""]
        same = [column["name"] for column in table["columns"] if shared.get(column["name"]) == column]
        columns = table["columns"]
        if table["name"] not in ("articles", "rejects"):
            columns = [column for column in columns if column["name"] not in same]
            lines += [f"All columns of articles{'' if columns else '.'}{', and these:' if columns else ''}", ""]
        lines += [*_column_rows(columns)]
        for column in columns:
            lines += _inner(column)
    lines += ["", "## Reject reasons", "", "| reason | stage | meaning |", "|---|---|---|"]
    lines += [f"| {name} | {reason.stage} | {reason.description} |" for name, reason in REJECT_REASONS.items()]
    return "\n".join(lines) + "\n"


def _keys(table: dict[str, Any]) -> list[str]:
    words = [
        f"Files: `{table['files']}`, one a month of {table['month_of']}.",
        f"Sorted by {_and(table['sorted_by'])}.",
    ]
    if table["primary_key"]:
        words.append(f"Key: {_and(table['primary_key'])}.")
    for reference in table["references"]:
        words.append(f"{reference['column']} is an article_id of {' or '.join(reference['tables'])}.")
    return [" ".join(words)]


def _and(names: list[str]) -> str:
    return " and ".join(", ".join(names).rsplit(", ", 1))


def _column_rows(columns: list[dict[str, Any]]) -> list[str]:
    rows = ["| column | type | null | what | example |", "|---|---|---|---|---|"]
    for column in columns:
        example = json.dumps(column["example"], ensure_ascii=False) if "example" in column else ""
        rows.append(
            f"| {column['name']} | {type_in_words(column)} | {'yes' if column['nullable'] else 'no'} "
            f"| {_cell(column.get('description', ''))} | {'`' + _cell(example) + '`' if example else ''} |"
        )
    return rows


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _inner(column: dict[str, Any]) -> list[str]:
    """The fields of a struct and the words of a closed list, below the table."""
    lines: list[str] = []
    item = column["items"] if column["type"] == "list" else column
    if "fields" in item:
        lines += ["", f"**{column['name']}** {'holds' if item is column else 'items hold'}:", ""]
        for field in item["fields"]:
            null = ", may be null" if field["nullable"] else ""
            lines.append(f"- `{field['name']}` ({type_in_words(field)}{null}): {field.get('description', '')}")
            lines += [f"    - `{word}`: {meaning}" for word, meaning in field.get("one_of", {}).items() if meaning]
    words = {word: meaning for word, meaning in column.get("one_of", {}).items() if meaning}
    if words and column["name"] != "reason":
        lines += ["", f"**{column['name']}** is one of:", ""]
        lines += [f"- `{word}`: {meaning}" for word, meaning in words.items()]
    return lines
