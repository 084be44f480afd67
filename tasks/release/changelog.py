"""CHANGELOG.md of a release: in words, what each release changed, the newest first.

What belongs here: the words. What does not: the counting (``changes``, ``schema_change``).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tasks.release.changes import Changes
from tasks.release.schema_change import SchemaChange

_HEAD = "# Changes\n\nThe ids behind these counts are in changes/ of each release.\n"


def changelog(version: str, day: date, changes: Changes, schema: SchemaChange, former: tuple[str, Path] | None) -> str:
    """CHANGELOG.md: a section for this release above those of the release before it."""
    lines = [f"## {version} ({day.isoformat()})", ""]
    if former is None:
        lines.append("The first release.")
        return "\n".join([_HEAD, *lines]) + "\n"
    lines += [f"Since {former[0]}:", "", *(f"- {line}." for line in changes.in_words())]
    if schema.kind != "none":
        lines += [f"- The schema has a {schema.kind} change:", *(f"    - {line}" for line in schema.what)]
    path = former[1] / "CHANGELOG.md"
    earlier = path.read_text(encoding="utf-8").removeprefix(_HEAD) if path.is_file() else ""
    return "\n".join([_HEAD, *lines]) + "\n" + earlier
