"""What kind of page it is: an article, or one of the others in ``tasks.schema.PAGE_TYPES``.

What belongs here: the choice, and its evidence in words. What does not: the text (``body``).
"""

from __future__ import annotations

from lxml import etree

from tasks.extraction.body import Body
from tasks.extraction.structured import StructuredData


def classify(tree: etree._Element, structured: StructuredData, body: Body, url: str) -> tuple[str, str]:  # noqa: ARG001
    """The page type and why."""
    return "article", f"schema.org types: {', '.join(sorted(structured.types())) or 'none'}"
