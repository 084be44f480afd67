"""Blocks as rows of figures: what a block looks like, where it stands, what stands around it.

What belongs here: the matrix that the model reads, one row a block, and the names of its columns. What does
not: the weights (``model.json``, by ``bench/body_model.py``).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.extraction.body.blocks import Segments
from tasks.extraction.body.class_cues import CLASS_BIT
from tasks.extraction.body.declared import Known, begins_alike, is_same, reduced
from tasks.extraction.body.figures import LONG, Bools, Figures, Floats, Ints
from tasks.extraction.body.places import LEVELS, Places
from tasks.extraction.body.tags import FLAG_TAGS
from tasks.extraction.body.text_cues import TEXT_BIT

Column = npt.NDArray[Any]

_TAGS: Final = (
    "p",
    "div",
    "li",
    "td",
    "tr",
    "h",
    "blockquote",
    "figcaption",
    "section",
    "article",
    "dd",
    "dt",
    "pre",
    "button",
)
_FLAG_NAMES: Final = [*FLAG_TAGS, "in-link", "hidden", "article-body"]
_CLASS_NAMES: Final = list(CLASS_BIT)
_TEXT_NAMES: Final = list(TEXT_BIT)


class Table:
    """Columns by name: those that are wanted, or all."""

    def __init__(self, wanted: list[str] | None) -> None:
        self.wanted = wanted
        self.asked = frozenset(wanted or ())
        self.columns: dict[str, Column] = {}

    def add(self, name: str, column: Column) -> None:
        """One column."""
        self.columns[name] = column

    def add_bits(self, prefix: str, names: list[str], masks: Ints) -> None:
        """One column a bit of the masks."""
        for place, name in enumerate(names):
            full = f"{prefix}.{name}"
            if self.wanted is None or full in self.asked:
                self.columns[full] = (masks >> place) & 1

    def matrix(self, rows: int) -> tuple[list[str], Floats]:
        """The names and the columns side by side."""
        names = self.wanted if self.wanted is not None else list(self.columns)
        matrix = np.empty((len(names), rows), np.float32)
        for place, name in enumerate(names):
            matrix[place] = self.columns[name]
        return names, matrix.T


def features(
    segments: Segments, of: Figures, at: Places, known: Known, wanted: list[str] | None = None
) -> tuple[list[str], Floats]:
    """Names of the columns, and the matrix: one row a block. Raises KeyError for an unknown wanted column."""
    table = Table(wanted)
    tags = [("h" if block.heading else block.tag) for block in segments.blocks]
    _of_the_block(table, of, at, tags)
    _position(table, of)
    _main_part(table, of, at)
    _containers(table, at)
    _alike(table, of, at)
    _declared(table, of, known, segments.alts)
    _under(table, of, at)
    _neighbours(table, of, at, tags)
    n = len(tags)
    table.add("page.blocks", np.full(n, np.log1p(n)))
    table.add("page.prose", np.full(n, np.log1p(at.total_prose)))
    table.add("page.density", np.full(n, of.link_chars.sum() / at.total))
    table.add("page.news", np.full(n, known.is_news))
    return table.matrix(n)


def _of_the_block(table: Table, of: Figures, at: Places, tags: list[str]) -> None:
    table.add("chars", np.log1p(of.chars))
    table.add("words", np.log1p(of.words))
    table.add("density", of.density)
    table.add("links", of.links)
    table.add("strong", of.strong)
    table.add("heading", of.heading)
    table.add("images", np.minimum(of.images, 9))
    table.add("ends", of.ends)
    table.add("terminal", of.terminal)
    table.add("sentences", np.minimum(of.sentences, 9))
    table.add("commas", of.commas)
    table.add("upper", of.upper)
    table.add("starts-lower", of.starts_lower)
    table.add("starts-letter", of.starts_letter)
    table.add("digits", of.digits)
    table.add("word-length", of.chars / of.words)
    table.add("capitalised", of.capitalised)
    mine = np.array([_TAGS.index(tag) if tag in _TAGS else -1 for tag in tags])
    for place, tag in enumerate(_TAGS):
        table.add(f"tag.{tag}", mine == place)
    table.add_bits("flag", _FLAG_NAMES, of.flags)
    table.add_bits("near", _CLASS_NAMES, at.near)
    table.add_bits("own", _CLASS_NAMES, at.own)
    table.add_bits("small", _CLASS_NAMES, at.small)
    table.add_bits("large", _CLASS_NAMES, at.large)
    table.add_bits("says", _TEXT_NAMES, of.said)


def _position(table: Table, of: Figures) -> None:
    n = len(of.chars)
    place = np.arange(n, dtype=np.float32)
    total = max(float(of.chars.sum()), 1.0)
    before = np.cumsum(of.chars) - of.chars
    table.add("place", place / n)
    table.add("place-chars", before / total)
    table.add("index", np.log1p(place))
    table.add("from-end", np.log1p(n - 1 - place))
    h1 = np.flatnonzero(of.heading == 1)
    table.add("after-h1", np.clip(place - h1[0], -30, 60) if len(h1) else np.full(n, -99))
    last_h1 = np.zeros(n, np.int64)
    last_h1[h1] = h1 + 1
    last_h1 = np.maximum.accumulate(last_h1)
    table.add("since-h1", np.where(last_h1 > 0, np.minimum(place + 1 - last_h1, 80), -1))
    table.add("chars-since-h1", np.where(last_h1 > 0, np.log1p(before - before[np.maximum(last_h1 - 1, 0)]), -1))
    is_long = of.prose >= LONG
    long = np.flatnonzero(is_long)
    first, last = (long[0], long[-1]) if len(long) else (0, n)
    table.add("after-first-long", np.clip(place - first, -20, 20))
    table.add("after-last-long", np.clip(place - last, -20, 20))
    table.add("since-long", _since(is_long))
    table.add("until-long", _since(is_long[::-1])[::-1])


def _main_part(table: Table, of: Figures, at: Places) -> None:
    n = len(of.chars)
    place, depth = np.arange(n), at.depth[of.container]
    table.add("in-top", at.inside)
    table.add("in-hull", at.in_hull)
    table.add("top-depth", np.where(at.inside, depth - at.depth[at.top], -5))
    table.add("hull-depth", np.where(at.in_hull, depth - at.depth[at.hull], -5))
    inside = np.flatnonzero(at.inside)
    first, last = (inside[0], inside[-1]) if len(inside) else (0, n)
    table.add("before-top", place < first)
    table.add("after-top", place > last)
    table.add("top-share", np.full(n, at.sub_prose[at.top] / at.total_prose))
    table.add("top-prose", np.full(n, np.log1p(at.sub_prose[at.top])))
    table.add("child-of-top", (at.levels[1] == at.top) | (at.levels[0] == at.top))
    best = max(float(at.score[at.top]), 1.0)
    table.add("score-ratio", np.maximum(at.score[at.levels[0]], at.score[at.levels[1]]) / best)
    table.add("depth", depth)


def _containers(table: Table, at: Places) -> None:
    for up in range(LEVELS):
        level = at.levels[up]
        table.add(f"up{up}.share", at.sub_prose[level] / at.total_prose)
        if up:
            chars, blocks = np.maximum(at.sub_chars[level], 1), np.maximum(at.sub_blocks[level], 1)
            table.add(f"up{up}.chars", np.log1p(chars))
            table.add(f"up{up}.density", at.sub_links[level] / chars)
            table.add(f"up{up}.blocks", np.log1p(blocks))
            table.add(f"up{up}.mean", chars / blocks)
            table.add(f"up{up}.prose", at.sub_prose[level] / chars)


def _alike(table: Table, of: Figures, at: Places) -> None:
    """Blocks made alike: teasers are many and linked, paragraphs many and long."""
    kind = at.kind
    count = np.bincount(kind)
    chars = np.bincount(kind, of.chars)
    table.add("alike", np.log1p(count)[kind])
    table.add("alike.chars", np.log1p(chars / count)[kind])
    table.add("alike.density", (np.bincount(kind, of.link_chars) / chars)[kind])
    table.add("alike.terminal", (np.bincount(kind, of.terminal) / count)[kind])
    table.add("alike.share", (np.bincount(kind, of.prose) / at.total_prose)[kind])
    table.add("alike.in-top", (np.bincount(kind, at.inside) / count)[kind])
    seen: dict[str, int] = {}
    again = []
    for text in of.texts:
        again.append(seen.get(text, 0))
        seen[text] = again[-1] + 1
    table.add("repeated", np.minimum(np.array([seen[text] for text in of.texts]), 5))
    table.add("again", np.minimum(np.array(again), 3))  # pages for small and for wide screens hold texts twice


def _declared(table: Table, of: Figures, known: Known, alts: list[str]) -> None:
    n = len(of.chars)
    keys = [reduced(text[:400]) for text in of.texts] if known.bodies else [reduced(text[:200]) for text in of.texts]
    if known.bodies:
        held = np.array([len(key) > 3 and key in known.bodies for key in keys], np.float32)
        table.add("declared", held)
        table.add("declared.covered", np.full(n, min(float((held * of.chars).sum()) / len(known.bodies), 2.0)))
        table.add("declared.around", _around(held, 2))
        found = np.flatnonzero((held > 0) & (of.chars > 60))
        place = np.arange(n)
        table.add("declared.within", ((place >= found[0]) & (place <= found[-1])) if len(found) else np.full(n, -1))
    else:
        for name in ("declared", "declared.covered", "declared.around", "declared.within"):
            table.add(name, np.full(n, -2))
    table.add("declared.length", np.full(n, np.log1p(len(known.bodies))))
    captions = {reduced(alt[:200])[:30] for alt in alts}
    table.add("is-alt", np.array([key[:30] in captions for key in keys]) if captions else np.zeros(n))
    table.add("is-headline", np.array([is_same(key, known.headline) for key in keys]))
    table.add("is-description", np.array([begins_alike(key, known.description) for key in keys]))
    table.add("has-author", np.array([len(key) < 190 and any(name in key for name in known.authors) for key in keys]))


def _under(table: Table, of: Figures, at: Places) -> None:
    """The heading, or short line in bold, that the block comes under; and the prose until the next heading."""
    n = len(of.chars)
    place = np.arange(n)
    heads = (of.heading > 0) | ((of.strong > 0.9) & (of.chars < LONG))
    under = np.maximum(np.maximum.accumulate(np.where(heads, place + 1, 0)) - 1, 0)
    is_under = heads[under]
    table.add_bits("under", _TEXT_NAMES, np.where(is_under, of.said[under], 0))
    table.add("under.level", np.where(is_under, of.heading[under], 9))
    table.add("under.distance", np.minimum(place - under, 50))
    table.add("under.in-top", at.inside[under])
    sums = np.concatenate(([0.0], np.cumsum(of.prose)))
    next_head = np.minimum.accumulate(np.where(of.heading > 0, place, n)[::-1])[::-1]
    next_head = np.append(next_head[1:], n)  # the next after the block itself
    table.add("until-heading.prose", np.log1p(np.maximum(sums[next_head] - sums[place + 1], 0)))


def _neighbours(table: Table, of: Figures, at: Places, tags: list[str]) -> None:
    log_chars = np.log1p(of.chars)
    tag = np.array([_TAGS.index(tag) if tag in _TAGS else -1 for tag in tags])
    for by in (-2, -1, 1, 2):
        table.add(f"at{by:+d}.chars", _shifted(log_chars, by))
        table.add(f"at{by:+d}.density", _shifted(of.density, by))
        table.add(f"at{by:+d}.terminal", _shifted(of.terminal, by))
        table.add(f"at{by:+d}.heading", _shifted(of.heading, by))
        table.add(f"at{by:+d}.same-kind", _shifted(at.kind + 1, by) == at.kind + 1)
        table.add(f"at{by:+d}.same-tag", _shifted(tag, by) == tag)
    for by in (-1, 1):
        table.add(f"at{by:+d}.same-parent", _shifted(at.levels[1] + 1, by) == at.levels[1] + 1)
        table.add_bits(f"at{by:+d}.says", _TEXT_NAMES, _shifted(of.said, by))
    for reach in (3, 8):
        chars = _around(of.chars, reach)
        table.add(f"around{reach}.density", _around(of.link_chars, reach) / chars)
        table.add(f"around{reach}.prose", _around(of.prose, reach) / chars)
        table.add(f"around{reach}.chars", np.log1p(chars))


def _shifted(column: Column, by: int) -> Column:
    """The value ``by`` rows further on (negative: before); zero outside."""
    out = np.zeros_like(column)
    if abs(by) < len(column):
        if by > 0:
            out[:-by] = column[by:]
        else:
            out[-by:] = column[:by]
    return out


def _around(values: Floats, reach: int) -> Floats:
    """Sums over each row and ``reach`` rows on either side."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    place = np.arange(len(values))
    return (sums[np.minimum(place + reach + 1, len(values))] - sums[np.maximum(place - reach, 0)]).astype(np.float32)


def _since(marks: Bools) -> Floats:
    """How many rows back the last marked row is, at most 30."""
    place = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, place, -1000))
    return np.minimum(place - last, 30).astype(np.float32)
