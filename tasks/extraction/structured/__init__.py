"""What a page declares about itself for machines: JSON-LD, microdata, Open Graph, meta and link elements.

What belongs here: reading declarations, as they stand. What does not: choosing among them
(``tasks.extraction.fields``) and what readers see (``tasks.extraction.visible``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from tasks.extraction.mark_rules import Marks
from tasks.extraction.structured import json_ld, meta, microdata

Node = dict[str, Any]


@dataclass(slots=True)
class StructuredData:
    """A page's declarations.

    ``json_ld``: every schema.org object in page order, members of ``@graph``, ``mainEntity`` and lists of their
    own row; nested objects (author, image) stay where they are. ``microdata``: items in the same form.
    ``meta``: lower-case name, property or http-equiv -> contents in page order. ``links``: lower-case rel -> hrefs.
    """

    json_ld: list[Node] = field(default_factory=list)
    microdata: list[Node] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    html_lang: str | None = None
    title: str | None = None

    def types(self) -> set[str]:
        """All schema.org types declared for the page's own objects, without prefix."""
        return {kind for node in (*self.json_ld, *self.microdata) for kind in json_ld.types_of(node)}

    def article_bodies(self) -> list[str]:
        """Every ``articleBody`` in the JSON-LD, as written."""
        return [
            body
            for node in self.json_ld
            for body in json_ld.each(node.get("articleBody"))
            if isinstance(body, str) and body.strip()
        ]

    def first_meta(self, *names: str) -> str | None:
        """The first content of the first of these names that has one."""
        for name in names:
            for content in self.meta.get(name, ()):
                if content:
                    return content
        return None


def read_structured(tree: etree._Element, marks: Marks) -> StructuredData:
    """Everything the page declares. Never raises for what a page may hold."""
    head = meta.read_head(tree, marks.head)
    return StructuredData(
        json_ld=json_ld.read_json_ld(marks.scripts),
        microdata=microdata.read_microdata(marks.items),
        meta=head.meta,
        links=head.links,
        html_lang=head.html_lang,
        title=head.title,
    )
