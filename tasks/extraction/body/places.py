"""Where each block stands: its containers and what they hold, and the part of the page where most prose is.

What belongs here: sums over subtrees and the choice of the main container. What does not: the text (``figures``).
"""
# ruff: noqa: SIM905 (long lists of words are read best as words)

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tasks.extraction.body.figures import Bools, Figures, Floats, Ints
from tasks.extraction.body.segments import Segments

LEVELS: Final = 5  # containers looked at above a block, its own included
_OF_ITS_OWN: Final = frozenset("p li h1 h2 h3 h4 h5 h6 td tr pre dd dt".split())  # a paragraph, not a container of some


@dataclass(slots=True)
class Places:
    """``levels[k]``: for each block, the container k steps up. ``sub_*``: for each container, sums over its subtree."""

    levels: list[Ints]
    depth: Floats  # of each container
    sub_chars: Floats
    sub_links: Floats
    sub_blocks: Floats
    sub_prose: Floats
    total: float  # characters of the page, at least 1
    total_prose: float  # at least 1
    near: Ints  # class cues of the block, its container and the two above
    own: Ints
    small: Ints  # class cues of all ancestors that hold less than half of the page
    large: Ints  # and of those that hold more
    score: Floats  # of each container: prose directly in it, and below at a discount
    top: int  # the container of greatest score
    inside: Bools  # blocks in it
    hull: int  # the deepest container with 70% of all prose
    in_hull: Bools
    kind: Ints  # blocks of equal tags and classes, own and parent's, share a number


def places(segments: Segments, of: Figures) -> Places:
    """The places of a page's blocks, at least one."""
    count, container = len(segments.parent), of.container
    above_list, cue_list = segments.parent, segments.cues
    end = np.array(segments.end, np.int64)  # a subtree is the interval [container, end) in page order
    parent = np.array(above_list, np.int64)
    parent[0] = 0

    def in_subtree(values: Floats) -> Floats:
        sums = np.zeros(count + 1)
        np.cumsum(np.bincount(container, values, count), out=sums[1:])
        return (sums[end] - sums[:-1]).astype(np.float32)

    sub_chars, sub_prose = in_subtree(of.chars), in_subtree(of.prose)
    total, total_prose = max(float(of.chars.sum()), 1.0), max(float(of.prose.sum()), 1.0)
    large_ones = (sub_chars >= 0.5 * total).tolist()
    small, large = [0] * count, [0] * count
    for index in range(1, count):
        above = above_list[index]
        small[index], large[index] = small[above], large[above]
        cues = cue_list[index]
        if cues:
            if large_ones[index]:
                large[index] |= cues
            else:
                small[index] |= cues
    levels = [container]
    for _ in range(LEVELS):
        levels.append(parent[levels[-1]])
    all_cues = np.array(cue_list, np.int64)
    own = of.cues | all_cues[container]

    is_container = np.array([block.tag not in _OF_ITS_OWN for block in segments.blocks])
    host = np.where(is_container, levels[0], levels[1])
    up1 = parent[host]
    score = np.bincount(host, of.prose, count) + 0.5 * np.bincount(up1, of.prose, count)
    score += 0.25 * np.bincount(parent[up1], of.prose, count)
    top = int(score.argmax())
    depth = np.array(segments.depth, np.float32)
    holding = np.flatnonzero(sub_prose >= 0.7 * total_prose)
    hull = int(holding[depth[holding].argmax()]) if len(holding) else 0
    kinds: dict[tuple[str, str], int] = {}
    of_container = np.array([kinds.setdefault(made, len(kinds)) for made in segments.kind], np.int64)
    _, kind = np.unique(of_container[levels[0]] * len(kinds) + of_container[levels[1]], return_inverse=True)
    return Places(
        levels=levels,
        depth=depth,
        sub_chars=sub_chars,
        sub_links=in_subtree(of.link_chars),
        sub_blocks=in_subtree(np.ones_like(of.chars)),
        sub_prose=sub_prose,
        total=total,
        total_prose=total_prose,
        near=own | all_cues[levels[1]] | all_cues[levels[2]],
        own=own,
        small=of.cues | np.array(small, np.int64)[container],
        large=np.array(large, np.int64)[container],
        score=score.astype(np.float32),
        top=top,
        inside=(container >= top) & (container < end[top]),
        hull=hull,
        in_hull=(container >= hull) & (container < end[hull]),
        kind=kind,
    )
