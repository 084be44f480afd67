"""Which part of the store a release holds, in words of the page.

What belongs here: the selection of manifest.json as a reader sees it. What does not: choosing rows (``select``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.release.facts import CopyRule


def selection_words(selection: Mapping[str, Any]) -> list[str]:
    """One phrase for each condition; none for the whole store."""
    words = []
    if selection.get("where"):
        words.append(f"articles where {selection['where']}")
    if selection.get("languages"):
        words.append(f"in {', '.join(selection['languages'])}")
    if selection.get("since"):
        words.append(f"published on {selection['since']} or later")
    if selection.get("until"):
        words.append(f"published on {selection['until']} or earlier")
    return words


def series(selection: Mapping[str, Any]) -> str:
    """The name of the releases that can be compared with one another."""
    parts = selection_words(selection) or ["everything"]
    if selection.get("profile") == "metadata":
        parts.append("without texts")
    if _copy_rule(selection) != CopyRule():
        parts.append("copies by other bounds")
    return ", ".join(parts)


def copy_words(selection: Mapping[str, Any]) -> str:
    """When a text is a copy of another, as a sentence without its full stop."""
    return f"a text is a copy where {_copy_rule(selection).in_words()}"


def _copy_rule(selection: Mapping[str, Any]) -> CopyRule:
    return CopyRule(**selection.get("copies", {}))
