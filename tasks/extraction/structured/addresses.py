"""Addresses inside declared values: where schema.org allows a string, an object or a list of either.

What belongs here: taking one absolute URL out of such a value. What does not: normalising URLs
(``tasks.normalisation``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from tasks.extraction.structured.json_ld import each

_MAX_LENGTH = 2_000


Node = dict[str, Any]


def index_of(nodes: Iterable[Node]) -> dict[str, Node]:
    """Objects by their ``@id``: what the others refer to."""
    return {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}


def resolved(value: Any, index: Mapping[str, Node]) -> list[Any]:
    """A property's values, those that only refer to another object (``{"@id": ...}``) with what that one says."""
    return [
        {**index.get(entry["@id"], {}), **entry}
        if isinstance(entry, dict) and isinstance(entry.get("@id"), str)
        else entry
        for entry in each(value)
    ]


def address_in(value: Any, base: str, depth: int = 3) -> str | None:
    """The first http or https URL of a value, made absolute; null where it holds none within ``depth`` objects."""
    for entry in each(value):
        if isinstance(entry, dict) and depth:
            found = address_in(entry.get("url") or entry.get("contentUrl") or entry.get("@id"), base, depth - 1)
            if found:
                return found
        elif isinstance(entry, str):
            found = absolute(entry, base)
            if found:
                return found
    return None


def absolute(address: str, base: str) -> str | None:
    """The address as an absolute http or https URL; null where it is none."""
    address = address.strip()
    if (
        not address
        or len(address) > _MAX_LENGTH
        or address.startswith(("#", "data:", "javascript:", "mailto:"))
        or "{" in address
    ):
        return None
    try:
        joined = urljoin(base, address)
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in ("http", "https") and parts.netloc and " " not in joined else None
