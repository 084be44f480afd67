"""CHANGELOG.md of a release: in words, what each release changed, the newest first.

What belongs here: the words. What does not: the counting (``changes``, ``schema_change``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tasks.release.changes import Changes
from tasks.release.schema_change import SchemaChange

_HEAD = "# Changes\n\nThe ids behind these counts are in changes/ of each release.\n"


def changelog(  # noqa: PLR0913, PLR0917 - each is a line of the section
    version: str,
    day: date,
    changes: Changes,
    schema: SchemaChange,
    former: tuple[str, str] | None,
    rewritten: Sequence[Mapping[str, Any]] = (),
) -> str:
    """CHANGELOG.md: a section for this release above those of the release before it.

    ``former`` is that release's version and its sections.
    """
    lines = [f"## {version} ({day.isoformat()})", ""]
    taken_out = [f"- {line}" for line in rewritten_in_words(rewritten)]
    if former is None:
        lines += ["The first release.", *([""] if taken_out else []), *taken_out]
        return "\n".join([_HEAD, *lines]) + "\n"
    lines += [f"Since {former[0]}:", "", *(f"- {line}." for line in changes.in_words())]
    if schema.kind != "none":
        lines += [f"- The schema has a {schema.kind} change:", *(f"    - {line}" for line in schema.what)]
    return "\n".join([_HEAD, *lines, *taken_out]) + "\n" + former[1]


def sections_of(text: str) -> str:
    """The sections of a CHANGELOG.md, without its head."""
    return text.removeprefix(_HEAD)


def rewritten_in_words(rewritten: Sequence[Mapping[str, Any]]) -> list[str]:
    """One sentence for each removal that took rows out of a release after it was made."""
    said = []
    for entry in rewritten:
        counts = ", ".join(f"{count:,} {table}" for table, count in entry["removed"].items() if count)
        what = f"{counts} removed" if counts else "pages that its change tables named were removed"
        said.append(f"Rewritten on {entry['date']}: {what} for good ({entry['reason']}).")
    return said
