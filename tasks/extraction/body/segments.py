"""A page as blocks: what a walk over the tree gives, and how much of a page it reads.

What belongs here: the classes and limits that both walks share. What does not: the walks (``blocks`` in Python,
``tasks.extraction.compiled.blocks`` in C).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ALT_LENGTH: Final = 25  # characters from which on an alt text is a caption rather than a name
MAX_ELEMENTS: Final = 300_000  # the largest dev page has 12,000; what lies beyond is not read
MAX_BLOCKS: Final = 20_000
MAX_CHARS: Final = 5_000_000  # of all blocks; the longest dev page has 300,000


@dataclass(slots=True)
class Block:
    """One run of text. ``chars``, ``link_chars`` and ``strong_chars`` count without the white space at the ends."""

    text: str
    tag: str  # of the nearest block-level element
    container: int  # index of that element in Segments
    flags: int  # FLAG_BIT of all ancestors, IN_LINK, HIDDEN, ARTICLE_BODY
    cues: int  # class cues of inline elements inside, or of the inline element around
    link_chars: int
    links: int
    strong_chars: int
    images_before: int
    heading: int  # 1-6, else 0


@dataclass(slots=True)
class Segments:
    """The blocks of a page in order, and its block-level elements in order (a parent before its children)."""

    blocks: list[Block] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    cues: list[int] = field(default_factory=list)  # of the element's own class and id
    depth: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)  # number of the first element behind its children
    kind: list[tuple[str, str]] = field(default_factory=list)  # tag and class: elements made alike share both
    alts: list[str] = field(default_factory=list)  # what images say of themselves, where it is a sentence
