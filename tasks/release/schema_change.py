"""What kind of change lies between two schemas: none, patch, minor or major.

What belongs here: the rule of ``tasks.schema``, read from two schema.json: wording is a patch, a nullable column or a
word of a closed list added is minor, anything else is major. What does not: changes of rows (``changes``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["none", "patch", "minor", "major"]
_ORDER: tuple[Kind, ...] = ("none", "patch", "minor", "major")
# What a column may say otherwise without a row meaning anything else.
_WORDING = {"description", "example"}


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """The kind, and each difference in one line."""

    kind: Kind
    what: tuple[str, ...]


def schema_change(old: dict[str, Any], new: dict[str, Any]) -> SchemaChange:
    """The change from one schema.json to another."""
    found: list[tuple[Kind, str]] = []
    before = {table["name"]: table for table in old["tables"]}
    after = {table["name"]: table for table in new["tables"]}
    found += [("major", f"table {name} is gone") for name in before if name not in after]
    found += [("minor", f"table {name} is new") for name in after if name not in before]
    for name, table in after.items():
        if name in before:
            found += _table(name, before[name], table)
    kind: Kind = max((kind for kind, _ in found), key=_ORDER.index, default="none")
    return SchemaChange(kind, tuple(f"{kind}: {words}" for kind, words in found))


def _table(name: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[Kind, str]]:
    found: list[tuple[Kind, str]] = []
    for rule in ("primary_key", "sorted_by", "month_of", "references"):
        if old[rule] != new[rule]:
            found.append(("major", f"{name}: {rule} is {new[rule]}, was {old[rule]}"))
    if old["description"] != new["description"]:
        found.append(("patch", f"{name} is described otherwise"))
    return found + _columns(name, old["columns"], new["columns"])


def _columns(where: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[tuple[Kind, str]]:
    before = {column["name"]: column for column in old}
    after = {column["name"]: column for column in new}
    found: list[tuple[Kind, str]] = [("major", f"{where}.{name} is gone") for name in before if name not in after]
    for name, column in after.items():
        if name not in before:
            kind: Kind = "minor" if column["nullable"] else "major"
            found.append((kind, f"{where}.{name} is new ({'nullable' if column['nullable'] else 'never null'})"))
        elif column != before[name]:
            found += _column(f"{where}.{name}", before[name], column)
    return found


def _column(where: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[Kind, str]]:
    found: list[tuple[Kind, str]] = []
    for rule in sorted(old.keys() | new.keys()):
        before, after = old.get(rule), new.get(rule)
        if before == after:
            continue
        if rule == "items":
            found += _column(f"{where}[]", before or {}, after or {})
        elif rule == "fields":
            found += _columns(where, before or [], after or [])
        elif rule == "one_of" and before and after and before.keys() == after.keys():
            found.append(("patch", f"{where}: the words of its closed list are described otherwise"))
        elif rule == "one_of" and before and after and before.keys() < after.keys():
            found.append(("minor", f"{where}: {', '.join(sorted(after.keys() - before.keys()))} may stand there too"))
        elif rule in _WORDING:
            found.append(("patch", f"{where}: another {rule}"))
        else:
            found.append(("major", f"{where}: {rule} is {after!r}, was {before!r}"))
    return found


def needed_version(old: str, kind: Kind) -> str:
    """The least version that a schema of that kind of change may have."""
    major, minor, patch = (int(part) for part in old.split("."))
    return {
        "none": old,
        "patch": f"{major}.{minor}.{patch + 1}",
        "minor": f"{major}.{minor + 1}.0",
        "major": f"{major + 1}.0.0",
    }[kind]


def is_high_enough(version: str, old: str, kind: Kind) -> bool:
    """Whether a schema version says that such a change was made."""
    return [int(part) for part in version.split(".")] >= [int(part) for part in needed_version(old, kind).split(".")]
