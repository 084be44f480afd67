"""Keywords: from structured data, meta elements and visible tag lists.

What belongs here: the choice among sources. What does not: splitting a list (``tasks.values.keywords``).
"""

from __future__ import annotations

from typing import Any

from tasks.extraction.plain import plain
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.json_ld import each

Node = dict[str, Any]


def choose_keywords(structured: StructuredData, nodes: list[Node]) -> tuple[list[str], str | None]:
    """The keyword strings as declared and their source; an empty list and null where there are none."""
    for node in nodes:
        values = [text for value in each(node.get("keywords")) if (text := _text(value))]
        if values:
            return values, "json-ld" if any(node is other for other in structured.json_ld) else "microdata"
    for name in ("article:tag", "news_keywords", "keywords"):
        values = [text for value in structured.meta.get(name, ()) if (text := plain(value))]
        if values:
            return values, "opengraph" if ":" in name else "meta"
    return [], None


def _text(value: Any) -> str | None:
    return plain(value.get("name")) if isinstance(value, dict) else plain(value)
