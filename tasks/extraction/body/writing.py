"""Chosen blocks as text: paragraphs apart by one blank line.

What belongs here: how blocks are joined. What does not: which are chosen (``extract``), and the cleaning of
characters (``tasks.normalisation``).
"""

from __future__ import annotations

from tasks.extraction.body.segments import Block

REPEATED = 80  # characters; of 10 or 25, more was lost (web shingle F1 .9490, .9507) than of 80 (.9515; none: .9505)
WHOLE = 2_000  # characters; a paragraph that is longer may be a text without its markup
SHARE = 0.8
_NOT_SHOWN = "\u00ad\u200b\u2060\ufeff"  # soft hyphens and zero-width signs break words apart


def written(blocks: list[Block]) -> str:
    """The text of blocks in page order. A single letter before a block in lower case is a drop cap and joins it.

    A paragraph that was there before is left out: pages hold a text twice, for small and for wide screens. Short
    ones stay, since "Pros" may stand under each of ten products.
    """
    paragraphs: list[str] = []
    long_ones: set[str] = set()
    cap = ""
    for block in blocks:
        text = block.text.strip("\n")
        if not text.isascii():
            for sign in _NOT_SHOWN:
                text = text.replace(sign, "")
            text = text.strip("\n")
        if not text.strip():
            continue
        if cap and text[0].islower():
            paragraphs[-1] = cap + text
            cap = ""
            continue
        if len(text) >= REPEATED:
            if text in long_ones:
                continue
            long_ones.add(text)
        cap = text if len(text) == 1 and text.isupper() else ""
        paragraphs.append(text)
    return "\n\n".join(_without_whole(paragraphs))


def _without_whole(paragraphs: list[str]) -> list[str]:
    """Without the one paragraph that is the others run together, as a page keeps them behind its paywall."""
    longest = max(paragraphs, key=len, default="")
    if len(longest) < WHOLE:
        return paragraphs
    held = sum(len(text) for text in paragraphs if len(text) >= REPEATED and text is not longest and text in longest)
    return [text for text in paragraphs if text is not longest] if held >= SHARE * len(longest) else paragraphs
