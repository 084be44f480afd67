"""Chosen blocks as text: paragraphs apart by one blank line.

What belongs here: how blocks are joined. What does not: which are chosen (``model``), and the cleaning of
characters (``tasks.normalisation``).
"""

from __future__ import annotations

from tasks.extraction.body.blocks import Block

_NOT_SHOWN = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")  # soft hyphens and zero-width signs break words apart


def written(blocks: list[Block]) -> str:
    """The text of blocks in page order. A single letter before a block in lower case is a drop cap and joins it."""
    paragraphs: list[str] = []
    cap = ""
    for block in blocks:
        text = block.text.translate(_NOT_SHOWN).strip("\n")
        if not text.strip():
            continue
        if cap and text[0].islower():
            paragraphs[-1] = cap + text
            cap = ""
            continue
        cap = text if len(text) == 1 and text.isupper() else ""
        paragraphs.append(text)
    return "\n\n".join(paragraphs)
