"""From schema.json back to tables, so that a release is verified by its own schema, not by the program's.

What belongs here: the way back of ``schema_document``. A release made years ago by other code is still checked row
by row.
"""

from __future__ import annotations

from typing import Any

import dataframely as dy

from tasks.release.error import ReleaseError
from tasks.release.schema_document import RULES

_CLASSES: dict[str, type[dy.Column]] = {
    "string": dy.String,
    "bool": dy.Bool,
    "int32": dy.Int32,
    "int64": dy.Int64,
    "float64": dy.Float64,
    "date": dy.Date,
    "binary": dy.Binary,
}


def table_of(document: dict[str, Any]) -> type[dy.Schema]:
    """The table that an entry of ``tables`` in schema.json describes. Raises :class:`ReleaseError` where it is none."""
    try:
        keys = set(document["primary_key"])
        columns = {column["name"]: _column(column, column["name"] in keys) for column in document["columns"]}
        made: type[dy.Schema] = type(
            str(document["name"]).capitalize(), (dy.Schema,), {"__doc__": document["description"], **columns}
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ReleaseError(
            f"schema.json describes a table that cannot be read: {type(error).__name__} {error}"
        ) from None
    return made


def _column(document: dict[str, Any], is_key: bool = False) -> dy.Column:
    kind = document["type"]
    shared: dict[str, Any] = {"nullable": document["nullable"], "description": document.get("description")}
    if is_key:
        shared["primary_key"] = True
    metadata = {name: document[name] for name in ("example", "one_of") if name in document}
    if metadata:
        shared["metadata"] = metadata
    rules = {rule: document[word] for rule, word in RULES.items() if word in document}
    if "one_of" in document:
        rules["regex"] = "^(" + "|".join(document["one_of"]) + ")$"
    if kind == "list":
        return dy.List(_column(document["items"]), **rules, **shared)
    if kind == "struct":
        return dy.Struct({field["name"]: _column(field) for field in document["fields"]}, **shared)
    if kind.startswith("timestamp["):
        unit, zone = kind.removeprefix("timestamp[").removesuffix("]").split(", ")
        return dy.Datetime(time_unit=unit, time_zone=zone, **shared)
    return _CLASSES[kind](**rules, **shared)
