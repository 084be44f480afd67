"""What the choosers of fields look at: one page, read once.

What belongs here: the page as read, and the parts of it that are read only where a field needs them. What does not: any
choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from tasks.extraction.mark_rules import Marks
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.islands import article_island
from tasks.extraction.tree import text_of
from tasks.extraction.visible.dates import time_elements
from tasks.extraction.visible.surroundings import Surroundings, read_surroundings

Node = dict[str, Any]


@dataclass
class View:
    """A page. ``nodes``: its own objects, the most telling first; ``names``: the site's names, squashed.

    ``language`` and ``headline`` are as found so far.
    """

    tree: etree._Element
    structured: StructuredData
    marks: Marks
    nodes: list[Node]
    names: set[str]
    url: str
    language: str | None = None
    headline: str | None = None

    @cached_property
    def surroundings(self) -> Surroundings:
        """What stands around the headline: read where it is first asked for."""
        return read_surroundings(self.tree, self.marks.headings, self.headline)

    @cached_property
    def text(self) -> str:
        """All text of the page, scripts' too: a quick word on whether a search through its elements is worth it."""
        return text_of(self.tree)

    @cached_property
    def times(self) -> list[tuple[float, str]]:
        """What the page's time elements say: asked for by the date, and by the page type."""
        return time_elements(self.tree, self.language) if self.marks.tags["time"] else []

    @cached_property
    def island(self) -> Node:
        """What the page's data for its own scripts say of the article; empty where they say nothing."""
        return article_island(self.marks.scripts, self.headline) or {}

    def source_of(self, node: Node) -> str:
        """``json-ld`` or ``microdata``."""
        return "json-ld" if any(node is other for other in self.structured.json_ld) else "microdata"
