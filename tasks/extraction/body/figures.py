"""Plain figures of each block's text: lengths, signs, capitals, what it says.

What belongs here: what can be told from a block alone. What does not: where it stands (``places``).
The characters of a page are counted in one array, all blocks at once: per block in Python they took five times longer.
The compiled counting gives the same where it was built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.extraction.body.segments import Block
from tasks.extraction.body.tags import IN_LINK
from tasks.extraction.body.text_cues import bits_of_texts
from tasks.loops import is_built

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

compiled: Callable[[str, Ints, Floats], None] | None = None
"""The counting in C, where it was built."""
if is_built("texts"):
    from tasks.extraction.compiled.texts import count_signs as _in_c

    compiled = _in_c

_TERMINAL: Final = frozenset(".!?…。！？।؟॥")
_CLOSING: Final = _TERMINAL | frozenset('」”"»)’')
LONG: Final = 80  # characters from which on a run of prose is a paragraph beyond doubt


@dataclass(slots=True)
class Figures:
    """One value a block in each array; lengths in characters."""

    texts: list[str]
    chars: Floats
    words: Floats
    link_chars: Floats
    density: Floats  # link_chars / chars
    links: Floats
    strong: Floats  # share in b or strong
    images: Floats
    heading: Ints  # 1 to 6, 0 for none
    flags: Ints
    container: Ints
    cues: Ints  # class cues of inline elements
    said: Ints  # text cues
    ends: Floats  # ends as sentences do, quotation marks and brackets included
    terminal: Floats
    sentences: Floats
    commas: Floats
    digits: Floats  # share
    upper: Floats  # share of capitals
    capitalised: Floats  # share of words that begin with a capital
    starts_lower: Floats
    starts_letter: Floats
    prose: Floats  # characters outside links, of blocks that read like prose, else 0


def figures(blocks: list[Block]) -> Figures:
    """The figures of a page's blocks, at least one."""
    texts = [block.text for block in blocks]
    chars = np.array([len(text) for text in texts], np.float32)
    begins = np.concatenate(([0], np.cumsum(chars.astype(np.int64))[:-1]))
    spaces, unspaced, stops, commas, digits, upper, capitalised = counts_of_signs("".join(texts), begins)
    words: Floats = spaces + np.float32(1) + unspaced / np.float32(2)
    flags = np.array([block.flags for block in blocks], np.int64)
    link_chars = np.minimum(np.array([block.link_chars for block in blocks], np.float32), chars)
    link_chars = np.where(flags & IN_LINK, chars, link_chars)
    density: Floats = (link_chars / chars).astype(np.float32)
    heading = np.array([block.heading for block in blocks], np.int64)
    last = [text[-1] for text in texts]
    terminal = np.array([sign in _TERMINAL for sign in last], np.float32)
    prose = chars * (1 - density) * ((words >= 8) & (density < 0.4) & (heading == 0))
    return Figures(
        texts=texts,
        chars=chars,
        words=words,
        link_chars=link_chars,
        density=density,
        links=np.array([block.links for block in blocks], np.float32),
        strong=np.minimum(np.array([block.strong_chars for block in blocks], np.float32) / chars, 1),
        images=np.array([block.images_before for block in blocks], np.float32),
        heading=heading,
        flags=flags,
        container=np.array([block.container for block in blocks], np.int64),
        cues=np.array([block.cues for block in blocks], np.int64),
        said=np.array(bits_of_texts(texts), np.int64),
        ends=np.array([sign in _CLOSING for sign in last], np.float32),
        terminal=terminal,
        sentences=stops + terminal,
        commas=commas / words,
        digits=digits / chars,
        upper=upper / chars,
        capitalised=capitalised / words,
        starts_lower=np.array([text[0].islower() for text in texts], np.float32),
        starts_letter=np.array([text[0].isalpha() for text in texts], np.float32),
        prose=prose.astype(np.float32),
    )


def counts_of_signs(joined: str, begins: Ints) -> Floats:
    """Counts in each of the texts, none empty, that stand one after another in ``joined``: (7, texts).

    ``begins``: where in ``joined`` each text begins.
    White space, letters of scripts without it, ends of sentences, commas, digits, capitals, capitals after white space.
    """
    if compiled is None:
        return counts_in_numpy(joined, begins)
    counts = np.empty((7, len(begins)), np.float32)
    compiled(joined, begins, counts)
    return counts


def counts_in_numpy(joined: str, begins: Ints) -> Floats:
    """What ``counts_of_signs`` gives, by the code that documents its rules."""
    signs = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    space = (signs == 0x20) | (signs == 0x0A)
    after_space = np.empty_like(space)
    after_space[0], after_space[1:] = True, space[:-1]
    after_space[begins] = True
    upper = (
        ((signs >= 0x41) & (signs <= 0x5A))
        | ((signs >= 0xC0) & (signs <= 0xDE))
        | ((signs >= 0x410) & (signs <= 0x42F))
    )
    unspaced = ((signs >= 0x2E80) & (signs < 0xD7B0)) | ((signs >= 0x0E00) & (signs < 0x1000))
    stop = (signs == 0x2E) | (signs == 0x21) | (signs == 0x3F)
    full_stop = (signs == 0x3002) | (signs == 0xFF01) | (signs == 0xFF1F) | (signs == 0x0964)
    stop[:-1] &= space[1:]
    comma = (signs == 0x2C) | (signs == 0xFF0C) | (signs == 0x3001) | (signs == 0x060C)
    digit = (signs >= 0x30) & (signs <= 0x39)
    marks: list[Bools] = [space, unspaced, stop | full_stop, comma, digit, upper, upper & after_space]
    return np.stack([np.add.reduceat(mark, begins, dtype=np.int64) for mark in marks]).astype(np.float32)
