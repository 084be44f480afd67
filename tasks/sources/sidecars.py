"""What lies beside a file that is one page: its URL and when it was fetched.

What belongs here: the names and the forms of sidecars, and the names under which an input may say things of a
page (sidecars and table columns alike). What does not: what the page itself says (``html_files``, extraction).

Beside ``page.html``, in this order: ``page.html.json``, ``page.json`` (an object with ``url`` and whatever else is
known), ``page.html.url``, ``page.url`` (one line, the URL; also a Windows internet shortcut).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tasks.sources.locations import read_at_most, stat

_SIDECAR_BYTES = 1_000_000
_ABSOLUTE = re.compile(r"^https?://[^\s/?#]+", re.I)

RETRIEVED_AT_NAMES = ("retrieved_at", "fetched_at", "crawled_at", "downloaded_at", "warc_date", "crawl_date")
"""Names that can only mean the fetch. ``date`` is not one: in tables of news it is as often the publication."""

DECLARED_NAMES = {
    "headline": "headline",
    "description": "description",
    "language": "language_declared",
    "language_declared": "language_declared",
    "section": "section",
    "license": "license",
    "licence": "license",
    "article_type": "article_type",
    "published_raw": "published_raw",
    "published_at": "published_raw",
    "date_published": "published_raw",
    "modified_raw": "modified_raw",
    "modified_at": "modified_raw",
    "date_modified": "modified_raw",
    "canonical_url": "canonical_url",
    "copyright_year": "copyright_year",
}
"""Names in a sidecar or a table, and the ``Record`` field that each one gives."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a sidecar says. All empty where there is none."""

    url: str | None = None
    retrieved_at: datetime | None = None
    declared: dict[str, str] = field(default_factory=dict)
    broken: str | None = None


def sidecar_names(path: str) -> list[str]:
    """The paths at which sidecars of ``path`` may lie, the first found counts."""
    stem = posixpath.splitext(path)[0]
    return list(dict.fromkeys(name for name in (f"{path}.json", f"{stem}.json", f"{path}.url", f"{stem}.url")))


def read_sidecar(path: str) -> Beside:
    """What lies beside the page at ``path``. A sidecar that cannot be read says nothing, and ``broken`` says why."""
    for name in sidecar_names(path):
        if name == path or stat(name) is None:
            continue
        try:
            data = read_at_most(name, _SIDECAR_BYTES)
            if data is None:
                return Beside(broken=f"{name} is larger than {_SIDECAR_BYTES} bytes")
            text = data.decode("utf-8-sig", "replace")
            return _from_json(json.loads(text), name) if name.endswith(".json") else Beside(url=_url_line(text))
        except (OSError, ValueError, RecursionError) as error:
            return Beside(broken=f"{name}: {error}")
    return Beside()


def absolute_url(value: Any) -> str | None:
    """The value if it is an http or https URL with a host, white space and angle brackets around it aside."""
    if not isinstance(value, str):
        return None
    url = value.strip().removeprefix("<").removesuffix(">")
    return url if _ABSOLUTE.match(url) else None


def instant(value: Any) -> datetime | None:
    """An ISO 8601 string, a 14-digit WARC time, or a datetime, in UTC; without zone it is taken for UTC."""
    try:
        if isinstance(value, str):
            text = value.strip()
            packed = re.fullmatch(r"\d{14}", text)
            value = datetime.strptime(text, "%Y%m%d%H%M%S") if packed else datetime.fromisoformat(text)
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def declared_fields(values: Mapping[str, Any]) -> dict[str, str]:
    """What the names of ``DECLARED_NAMES`` give; only non-empty strings, numbers and times count."""
    fields: dict[str, str] = {}
    for name, field_name in DECLARED_NAMES.items():
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, (str, int, datetime)):
            continue
        text = value.isoformat() if isinstance(value, datetime) else str(value).strip()
        if text:
            fields.setdefault(field_name, text)
    return fields


def retrieved_in(values: Mapping[str, Any]) -> datetime | None:
    """The time of the fetch, by the first of ``RETRIEVED_AT_NAMES`` that holds one."""
    return next((found for name in RETRIEVED_AT_NAMES if (found := instant(values.get(name)))), None)


def _from_json(values: Any, name: str) -> Beside:
    if not isinstance(values, dict):
        return Beside(broken=f"{name} holds no JSON object")
    return Beside(absolute_url(values.get("url")), retrieved_in(values), declared_fields(values))


def _url_line(text: str) -> str | None:
    lines = [line.strip() for line in text.splitlines()]
    return next((url for line in lines if (url := absolute_url(line.removeprefix("URL=")))), None)
