"""Which texts of a page the walks over its texts look for.

What belongs here: limits, and the words and tags that the walk in Python (``texts``) and the one in C
(``tasks.extraction.compiled.page_texts``) must agree on. What does not: the walks, and judging what they find.
"""

from __future__ import annotations

import re
from typing import Final

MAX_STEPS: Final = 5_001  # texts looked at on either side of the headline
MAX_PIECE: Final = 400  # characters of a piece that are kept
UNSEEN: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "option", "select", "textarea", "head", "iframe", "button"}
)
SAYING_WHO: Final = ("By ", "ritten by", "osted by", "rticle by", "uthor:")
LABELS: Final = frozenset({"Author", "Authors"})
LABELLING: Final = frozenset({"h2", "h3", "h4", "h5", "h6", "dt"})  # what such a label may be the text of
BLANKS: Final = " \t\r\n"
HAS_DIGIT: Final = re.compile(r"\d").search
MAX_TEXTS: Final = 20_001
MAX_DATED: Final = 330  # characters of a text, with its white space, that may be a date and a few words
BEFORE: Final = 90  # characters before such a text
MAX_LINKS: Final = 3_001
MAX_LISTED: Final = 20  # links in a list of tags
LIST_PARTS: Final = frozenset({"li", "span", "dd"})
LINK_START: Final = 120  # characters of a link's text that are looked at
SHORT: Final = 40  # characters
FEW_WORDS: Final = 5


def if_short(text: str | None) -> str:
    """The text of a link, on one line, where it is a short one; empty for others."""
    return text if text and len(text) <= SHORT and len(text.split()) <= FEW_WORDS else ""
