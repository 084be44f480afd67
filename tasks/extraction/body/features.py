"""Blocks as rows of figures: what a block looks like, where it stands, what stands around it.

What belongs here: the matrix that the model reads, one row a block, and the names of its columns. What does
not: the weights (``model``). Names and order of the columns are checked against the model's table when it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.extraction.body.blocks import FLAG_BIT, FLAG_TAGS, IN_LINK, Segments
from tasks.extraction.body.class_cues import CLASS_BIT
from tasks.extraction.body.text_cues import TEXT_BIT, text_bits

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_SENTENCE_END: Final = frozenset(".!?…。！？।؟॥。」”\"»)")
_TERMINAL: Final = frozenset(".!?…。！？।؟॥")
_TAGS: Final = ("p", "div", "li", "td", "tr", "h", "blockquote", "figcaption", "section", "article", "dd", "dt", "pre", "button")
_NOT_ALNUM = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Known:
    """What is known of the article from elsewhere in the page, reduced to letters and digits (:func:`reduced`)."""

    bodies: str = ""
    headline: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()


def reduced(text: str) -> str:
    """Letters and digits alone, in lower case: for telling whether one text holds another."""
    return _NOT_ALNUM.sub("", text.lower())


def _shifted(column: npt.NDArray[np.generic], by: int) -> npt.NDArray[np.generic]:
    """The value ``by`` rows further on (negative: before); zero outside."""
    out = np.zeros_like(column)
    if abs(by) < len(column):
        if by > 0:
            out[:-by] = column[by:]
        else:
            out[-by:] = column[:by]
    return out


class Table:
    """Columns by name: those that are wanted, or all."""

    def __init__(self, wanted: list[str] | None) -> None:
        self.wanted = wanted
        self.columns: dict[str, npt.NDArray[np.generic]] = {}

    def add(self, name: str, column: npt.NDArray[np.generic]) -> None:
        self.columns[name] = column

    def add_bits(self, prefix: str, names: list[str], masks: Ints) -> None:
        for place, name in enumerate(names):
            self.columns[f"{prefix}.{name}"] = (masks >> place) & 1

    def matrix(self, rows: int) -> tuple[list[str], Floats]:
        names = self.wanted if self.wanted is not None else list(self.columns)
        matrix = np.empty((rows, len(names)), np.float32)
        for place, name in enumerate(names):
            matrix[:, place] = self.columns[name]
        return names, matrix


FLAG_NAMES: Final = [*FLAG_TAGS, "in-link", "hidden", "article-body"]
CLASS_NAMES: Final = list(CLASS_BIT)
TEXT_NAMES: Final = list(TEXT_BIT)


def features(segments: Segments, known: Known, wanted: list[str] | None = None) -> tuple[list[str], Floats]:  # noqa: PLR0915
    """Names of the columns, and the matrix: one row a block. ``segments`` must hold at least one block."""
    blocks = segments.blocks
    n, count = len(blocks), len(segments.parent)
    texts = [block.text for block in blocks]
    chars = np.array([len(text) for text in texts], np.float32)
    words = np.array([text.count(" ") + 1 for text in texts], np.float32)
    words = np.where(chars > 14 * words, chars / 3, words)  # scripts without spaces
    link_chars = np.minimum(np.array([block.link_chars for block in blocks], np.float32), chars)
    flags = np.array([block.flags for block in blocks], np.int64)
    link_chars = np.where(flags & IN_LINK, chars, link_chars)
    links = np.array([block.links for block in blocks], np.float32)
    strong = np.minimum(np.array([block.strong_chars for block in blocks], np.float32) / chars, 1)
    heading = np.array([block.heading for block in blocks], np.int64)
    images = np.array([block.images_before for block in blocks], np.float32)
    container = np.array([block.container for block in blocks], np.int64)
    inline_cues = np.array([block.cues for block in blocks], np.int64)
    said = np.array([text_bits(text) for text in texts], np.int64)
    ends = np.array([text[-1] in _SENTENCE_END for text in texts], np.float32)
    terminal = np.array([text[-1] in _TERMINAL for text in texts], np.float32)
    sentences = np.array(
        [text.count(". ") + text.count("? ") + text.count("! ") + text.count("。") + text.count("।") for text in texts], np.float32
    ) + terminal
    commas = np.array([text.count(",") + text.count("，") + text.count("、") + text.count("،") for text in texts], np.float32)
    density = link_chars / chars

    # Containers: sums over subtrees, since a subtree is an interval in page order.
    parent = np.array(segments.parent, np.int64)
    parent_list, cue_list = segments.parent, segments.cues
    ends_at = list(range(1, count + 1))
    for index in range(count - 1, 0, -1):
        above = parent_list[index]
        if above >= 0 and ends_at[index] > ends_at[above]:
            ends_at[above] = ends_at[index]
    end = np.array(ends_at, np.int64)
    parent[0] = 0

    def in_subtree(values: npt.NDArray[np.generic]) -> Floats:
        sums = np.zeros(count + 1)
        np.cumsum(np.bincount(container, values, count), out=sums[1:])
        return (sums[end] - sums[:-1]).astype(np.float32)

    sub_chars, sub_links, sub_blocks = in_subtree(chars), in_subtree(link_chars), in_subtree(np.ones(n))
    prose = chars * (1 - density) * ((words >= 8) & (density < 0.4) & (heading == 0))
    sub_prose = in_subtree(prose)
    total = max(float(chars.sum()), 1.0)
    total_prose = max(float(prose.sum()), 1.0)

    # Cues of ancestors, apart by whether the ancestor holds most of the page or a part of it.
    share = (sub_chars / total).tolist()
    small, large = [0] * count, [0] * count
    for index in range(1, count):
        above, cues = parent_list[index], cue_list[index]
        if above >= 0:
            small[index], large[index] = small[above], large[above]
        if cues:
            if share[index] < 0.5:
                small[index] |= cues
            else:
                large[index] |= cues
    cues = np.array(cue_list, np.int64)
    levels = [container]
    for _ in range(5):
        levels.append(parent[levels[-1]])
    near = inline_cues | cues[levels[0]] | cues[levels[1]] | cues[levels[2]]

    # Where most of the prose is.
    is_div = np.array([block.tag not in {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "tr", "pre"} for block in blocks])
    host = np.where(is_div, levels[0], levels[1])
    up1, up2 = parent[host], parent[parent[host]]
    score = np.bincount(host, prose, count) + 0.5 * np.bincount(up1, prose, count) + 0.25 * np.bincount(up2, prose, count)
    top = int(score.argmax())
    depth = np.array(segments.depth, np.float32)
    candidates = np.flatnonzero(sub_prose >= 0.7 * total_prose)
    hull = int(candidates[depth[candidates].argmax()]) if len(candidates) else 0

    table = Table(wanted)
    table.add("chars", np.log1p(chars))
    table.add("words", np.log1p(words))
    table.add("density", density)
    table.add("links", links)
    table.add("strong", strong)
    table.add("heading", heading)
    table.add("images", np.minimum(images, 9))
    table.add("ends", ends)
    table.add("terminal", terminal)
    table.add("sentences", np.minimum(sentences, 9))
    table.add("commas", commas / words)
    table.add("upper", np.array([text[:80].isupper() for text in texts]))
    table.add("starts-lower", np.array([text[0].islower() for text in texts]))
    table.add("starts-letter", np.array([text[0].isalpha() for text in texts]))
    table.add("digits", np.array([sum(map(str.isdigit, text[:60])) for text in texts], np.float32) / np.minimum(chars, 60))
    table.add("word-length", chars / words)
    table.add("title-case", np.array([_title_case(text) for text in texts]))
    tags = [("h" if block.heading else block.tag) for block in blocks]
    for tag in _TAGS:
        table.add(f"tag.{tag}", np.array([tag == mine for mine in tags]))
    table.add_bits("flag", FLAG_NAMES, flags)
    table.add_bits("near", CLASS_NAMES, near)
    table.add_bits("own", CLASS_NAMES, inline_cues | cues[levels[0]])
    table.add_bits("small", CLASS_NAMES, inline_cues | np.array(small, np.int64)[container])
    table.add_bits("large", CLASS_NAMES, np.array(large, np.int64)[container])
    table.add_bits("says", TEXT_NAMES, said)

    # Position.
    place = np.arange(n, dtype=np.float32)
    before = np.cumsum(chars) - chars
    table.add("place", place / n)
    table.add("place-chars", before / total)
    table.add("index", np.log1p(place))
    table.add("from-end", np.log1p(n - 1 - place))
    h1 = np.flatnonzero(heading == 1)
    first_h1 = int(h1[0]) if len(h1) else -1
    table.add("after-h1", np.clip(place - first_h1, -30, 60) if first_h1 >= 0 else np.full(n, -99))
    last_h1 = np.zeros(n)
    last_h1[h1] = h1 + 1
    last_h1 = np.maximum.accumulate(last_h1)
    table.add("since-h1", np.where(last_h1 > 0, np.minimum(place + 1 - last_h1, 80), -1))
    table.add("chars-since-h1", np.where(last_h1 > 0, np.log1p(before - before[np.maximum(last_h1.astype(np.int64) - 1, 0)]), -1))
    long = np.flatnonzero(prose >= 80)
    first_long, last_long = (int(long[0]), int(long[-1])) if len(long) else (0, n)
    table.add("after-first-long", np.clip(place - first_long, -20, 20))
    table.add("after-last-long", np.clip(place - last_long, -20, 20))
    gap_before, gap_after = _distance(prose >= 80), _distance((prose >= 80)[::-1])[::-1]
    table.add("since-long", gap_before)
    table.add("until-long", gap_after)

    # The part of the page where most prose is.
    inside = (container >= top) & (container < end[top])
    in_hull = (container >= hull) & (container < end[hull])
    table.add("in-top", inside)
    table.add("in-hull", in_hull)
    table.add("top-depth", np.where(inside, depth[container] - depth[top], -5))
    table.add("hull-depth", np.where(in_hull, depth[container] - depth[hull], -5))
    top_blocks = np.flatnonzero(inside)
    table.add("before-top", (place < top_blocks[0]) if len(top_blocks) else np.zeros(n))
    table.add("after-top", (place > top_blocks[-1]) if len(top_blocks) else np.zeros(n))
    table.add("top-share", np.full(n, sub_prose[top] / total_prose))
    table.add("top-prose", np.full(n, np.log1p(sub_prose[top])))
    table.add("child-of-top", (levels[1] == top) | (container == top))
    table.add("score-ratio", np.maximum(score[levels[0]], score[levels[1]]) / max(float(score[top]), 1.0))
    table.add("depth", depth[container])

    for up, level in enumerate(levels[:5]):
        if up:
            table.add(f"up{up}.chars", np.log1p(sub_chars[level]))
            table.add(f"up{up}.density", sub_links[level] / np.maximum(sub_chars[level], 1))
            table.add(f"up{up}.blocks", np.log1p(sub_blocks[level]))
            table.add(f"up{up}.mean", sub_chars[level] / np.maximum(sub_blocks[level], 1))
            table.add(f"up{up}.prose", sub_prose[level] / np.maximum(sub_chars[level], 1))
        table.add(f"up{up}.share", sub_prose[level] / total_prose)

    # Blocks made alike: same tag and class, in parents of same tag and class.
    kinds: dict[tuple[str, str], int] = {}
    kind = np.array(
        [
            kinds.setdefault((segments.kind[own], segments.kind[above]), len(kinds))
            for own, above in zip(levels[0].tolist(), levels[1].tolist(), strict=True)
        ],
        np.int64,
    )
    like = np.bincount(kind)
    table.add("alike", np.log1p(like)[kind])
    table.add("alike.chars", np.log1p(np.bincount(kind, chars) / like)[kind])
    table.add("alike.density", (np.bincount(kind, link_chars) / np.bincount(kind, chars))[kind])
    table.add("alike.terminal", (np.bincount(kind, terminal) / like)[kind])
    table.add("alike.share", (np.bincount(kind, prose) / total_prose)[kind])
    table.add("alike.in-top", (np.bincount(kind, inside) / like)[kind])

    seen: dict[str, int] = {}
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
    table.add("repeated", np.minimum(np.array([seen[text] for text in texts]), 5))

    # What the page declares.
    keys = [reduced(text) for text in texts]
    if known.bodies:
        held = np.array([len(key) > 3 and key in known.bodies for key in keys], np.float32)
        covered = float((held * chars).sum()) / max(len(known.bodies), 1)
        table.add("declared", np.where(held > 0, 1, 0))
        table.add("declared.covered", np.full(n, min(covered, 2)))
        table.add("declared.around", np.convolve(held, np.ones(5), "same")[:n] if n >= 5 else held)
        position = np.flatnonzero((held > 0) & (chars > 60))
        table.add("declared.within", ((place >= position[0]) & (place <= position[-1])) if len(position) else np.full(n, -1))
    else:
        for name in ("declared", "declared.covered", "declared.around", "declared.within"):
            table.add(name, np.full(n, -2))
    table.add("declared.length", np.full(n, np.log1p(len(known.bodies))))
    head, described = known.headline, known.description
    table.add("is-headline", np.array([bool(head) and len(key) > 5 and (key in head or head in key) and len(key) < 2 * len(head) for key in keys]))
    table.add(
        "is-description",
        np.array([len(key) > 20 and len(described) > 20 and (key[:60] in described or described[:60] in key) for key in keys]),
    )
    table.add("has-author", np.array([len(key) < 200 and any(name in key for name in known.authors) for key in keys]))

    # The heading, or line that ends with a colon or stands in bold, that the block comes under.
    heads = (heading > 0) | ((strong > 0.9) & (chars < 80))
    under = np.maximum.accumulate(np.where(heads, np.arange(n) + 1, 0))
    under = np.where(under > 0, under - 1, 0)
    table.add_bits("under", TEXT_NAMES, np.where(heads[under], said[under], 0))
    table.add("under.level", np.where(heads[under], heading[under], 9))
    table.add("under.distance", np.minimum(place - under, 50))
    table.add("under.in-top", inside[under])
    # And what comes until the next heading.
    sums = np.concatenate(([0.0], np.cumsum(prose)))
    next_head = np.full(n, n)
    following = n
    head_list = (heading > 0).tolist()
    for index in range(n - 1, -1, -1):
        next_head[index] = following
        if head_list[index]:
            following = index
    table.add("until-heading.prose", np.log1p(sums[next_head] - sums[np.arange(n) + 1]))

    # Neighbours.
    log_chars, tag_code = np.log1p(chars), np.array([_TAGS.index(tag) if tag in _TAGS else -1 for tag in tags])
    for by in (-2, -1, 1, 2):
        table.add(f"at{by:+d}.chars", _shifted(log_chars, by))
        table.add(f"at{by:+d}.density", _shifted(density, by))
        table.add(f"at{by:+d}.terminal", _shifted(terminal, by))
        table.add(f"at{by:+d}.heading", _shifted(heading, by))
        table.add(f"at{by:+d}.same-kind", _shifted(kind + 1, by) == kind + 1)
        table.add(f"at{by:+d}.same-tag", _shifted(tag_code, by) == tag_code)
        if abs(by) == 1:
            table.add(f"at{by:+d}.same-parent", _shifted(levels[1] + 1, by) == levels[1] + 1)
            table.add_bits(f"at{by:+d}.says", TEXT_NAMES, _shifted(said, by))
    for reach in (3, 8):
        window = np.ones(2 * reach + 1)
        near_chars = _around(chars, window)
        table.add(f"around{reach}.density", _around(link_chars, window) / near_chars)
        table.add(f"around{reach}.prose", _around(prose, window) / near_chars)
        table.add(f"around{reach}.chars", np.log1p(near_chars))
    table.add("page.blocks", np.full(n, np.log1p(n)))
    table.add("page.prose", np.full(n, np.log1p(total_prose)))
    table.add("page.density", np.full(n, link_chars.sum() / total))
    return table.matrix(n)


def _title_case(text: str) -> float:
    words = text[:100].split()
    return sum(word[0].isupper() for word in words) / len(words)


def _around(values: npt.NDArray[np.generic], window: npt.NDArray[np.float64]) -> Floats:
    half = len(window) // 2
    return np.convolve(np.asarray(values, np.float64), window)[half : half + len(values)].astype(np.float32)


def _distance(marks: npt.NDArray[np.bool_]) -> Floats:
    """How many rows back the last marked row is, at most 30."""
    at = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, at, -1000))
    return np.minimum(at - last, 30).astype(np.float32)


__all__ = ["FLAG_BIT", "Known", "features", "reduced"]
