"""datapackage.json: the release as a Data Package (version 2), for Frictionless and its like.

What belongs here: the way from schema.json to a descriptor. What does not: Croissant (``croissant``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.release.facts import ReleaseFacts
from tasks.release.manifest import FileEntry

_PROFILES = "https://datapackage.org/profiles/2.0"
_TYPES = {
    "string": "string",
    "bool": "boolean",
    "int32": "integer",
    "int64": "integer",
    "float64": "number",
    "date": "date",
    "binary": "any",
    "list": "array",
    "struct": "object",
}


def data_package(
    version: str, facts: ReleaseFacts, schema: dict[str, Any], entries: Sequence[FileEntry]
) -> dict[str, Any]:
    """The descriptor: one resource a table, over all its files."""
    publication = facts.publication
    found: dict[str, Any] = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "broadsheet",
        "title": publication.title,
        "description": publication.summary,
        "version": version,
        "created": f"{facts.published_on.isoformat()}T00:00:00Z",
        "keywords": ["news", "web articles"],
        "contributors": [{"title": creator, "roles": ["creator"]} for creator in publication.creators],
        "licenses": [_license(facts)],
        "resources": [_resource(table, entries) for table in schema["tables"]],
    }
    if publication.homepage:
        found["homepage"] = publication.homepage
    return found


def _license(facts: ReleaseFacts) -> dict[str, str]:
    publication = facts.publication
    if publication.license == "other":
        return {"path": publication.license_url or "LICENSE", "title": publication.license_name}
    return {"name": publication.license} | ({"path": publication.license_url} if publication.license_url else {})


def _resource(table: dict[str, Any], entries: Sequence[FileEntry]) -> dict[str, Any]:
    files = [entry for entry in entries if entry.table == table["name"]]
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": table["name"],
        "type": "table",
        "description": table["description"],
        "path": [entry.path for entry in files],
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": _schema(table),
    }


def _schema(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(column) for column in table["columns"]],
    }
    if table["primary_key"]:
        found["primaryKey"] = table["primary_key"]
    # A revision's article_id may be a copy's, and a foreign key names one table: it is in schema.json alone.
    keys = [reference for reference in table["references"] if len(reference["tables"]) == 1]
    if keys:
        found["foreignKeys"] = [
            {"fields": [key["column"]], "reference": {"resource": key["tables"][0], "fields": [key["to"]]}}
            for key in keys
        ]
    return found


def _field(column: dict[str, Any]) -> dict[str, Any]:
    kind = column["type"]
    found: dict[str, Any] = {
        "name": column["name"],
        "type": "datetime" if kind.startswith("timestamp") else _TYPES[kind],
        "description": column["description"],
    }
    if column.get("example") is not None:
        found["example"] = column["example"]
    constraints: dict[str, Any] = {} if column["nullable"] else {"required": True}
    if "one_of" in column:
        constraints["enum"] = list(column["one_of"])
    if "pattern" in column:  # has to match the whole value here
        pattern = column["pattern"]
        constraints["pattern"] = pattern if pattern.endswith("$") else f"{pattern}.*"
    for rule in ("minimum", "maximum"):
        if rule in column:
            constraints[rule] = column[rule]
    if kind == "string" and column.get("min_length"):
        constraints["minLength"] = column["min_length"]
    if constraints:
        found["constraints"] = constraints
    return found
