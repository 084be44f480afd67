"""What the input says of a page, where the page itself says nothing.

What belongs here: a sidecar's, a table's or a declared source's values as the last candidates. What does not:
reading those (``tasks.sources``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.record import Author, Record

_TEXTS = (
    "headline",
    "description",
    "language_declared",
    "section",
    "article_type",
    "published_raw",
    "modified_raw",
    "license",
)


def fill_declared(record: Record, declared: Mapping[str, Any]) -> Record:
    """The record with its empty fields filled from ``declared``; each says so in ``field_sources``.

    ``declared`` has the names of :class:`tasks.record.Record` fields; ``authors`` and ``keywords`` may be one
    string, as a column of a table holds them. Names it does not know are passed over.
    """
    for name in _TEXTS:
        value = declared.get(name)
        if value and not getattr(record, name):
            setattr(record, name, str(value))
            record.field_sources[name] = "declared"
    if declared.get("keywords") and not record.keywords:
        record.keywords = _list(declared["keywords"])
        record.field_sources["keywords"] = "declared"
    if declared.get("authors") and not record.authors:
        record.authors = [Author(name) for name in _list(declared["authors"])]
        record.field_sources["authors"] = "declared"
    return record


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
