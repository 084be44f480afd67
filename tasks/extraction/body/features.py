"""Blocks as rows of figures: what a block looks like, where it stands, what stands around it.

What belongs here: the matrix that the model reads, one row a block, and the names of its columns. What does
not: the weights (``model.json``, by ``bench/body_model.py``).
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from tasks.extraction.body.class_cues import CLASS_BIT
from tasks.extraction.body.comparisons import add_comparisons
from tasks.extraction.body.declared import Known
from tasks.extraction.body.figures import LONG, Bools, Figures, Floats, Ints
from tasks.extraction.body.places import LEVELS, Places
from tasks.extraction.body.segments import Segments
from tasks.extraction.body.table import Column, Table, around
from tasks.extraction.body.tags import FLAG_TAGS
from tasks.extraction.body.text_cues import TEXT_BIT

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
_TAG_PLACE: Final = {tag: place for place, tag in enumerate(_TAGS)}
_TAG_BIT: Final = {tag: 1 << place for place, tag in enumerate(_TAGS)}
_FLAG_NAMES: Final = [*FLAG_TAGS, "in-link", "hidden", "article-body"]
_CLASS_NAMES: Final = list(CLASS_BIT)
_TEXT_NAMES: Final = list(TEXT_BIT)


def features(
    segments: Segments, of: Figures, at: Places, known: Known, wanted: list[str] | None = None
) -> tuple[list[str], Floats]:
    """Names of the columns, and the matrix: one row a block. Raises KeyError for an unknown wanted column."""
    tags = [("h" if block.heading else block.tag) for block in segments.blocks]
    table = Table(len(tags), wanted)
    _of_the_block(table, of, at, tags)
    _position(table, of)
    _main_part(table, of, at)
    _containers(table, at)
    _alike(table, of, at)
    add_comparisons(table, of, known, segments.alts)
    _under(table, of, at)
    _neighbours(table, of, at, tags)
    table.add("page.blocks", lambda: np.log1p(len(tags)))
    table.add("page.prose", lambda: np.log1p(at.total_prose))
    table.add("page.density", lambda: of.link_chars.sum() / at.total)
    table.add("page.news", lambda: known.is_news)
    return table.matrix()


def _of_the_block(table: Table, of: Figures, at: Places, tags: list[str]) -> None:
    table.add("chars", lambda: np.log1p(of.chars))
    table.add("words", lambda: np.log1p(of.words))
    table.add("density", lambda: of.density)
    table.add("links", lambda: of.links)
    table.add("strong", lambda: of.strong)
    table.add("heading", lambda: of.heading)
    table.add("images", lambda: np.minimum(of.images, 9))
    table.add("ends", lambda: of.ends)
    table.add("terminal", lambda: of.terminal)
    table.add("sentences", lambda: np.minimum(of.sentences, 9))
    table.add("commas", lambda: of.commas)
    table.add("upper", lambda: of.upper)
    table.add("starts-lower", lambda: of.starts_lower)
    table.add("starts-letter", lambda: of.starts_letter)
    table.add("digits", lambda: of.digits)
    table.add("word-length", lambda: of.chars / of.words)
    table.add("capitalised", lambda: of.capitalised)
    table.add_bits("tag", list(_TAGS), lambda: np.array([_TAG_BIT.get(tag, 0) for tag in tags], np.int64))
    table.add_bits("flag", _FLAG_NAMES, lambda: of.flags)
    table.add_bits("near", _CLASS_NAMES, lambda: at.near)
    table.add_bits("own", _CLASS_NAMES, lambda: at.own)
    table.add_bits("small", _CLASS_NAMES, lambda: at.small)
    table.add_bits("large", _CLASS_NAMES, lambda: at.large)
    table.add_bits("says", _TEXT_NAMES, lambda: of.said)


def _position(table: Table, of: Figures) -> None:
    n = len(of.chars)
    place = np.arange(n, dtype=np.float32)
    total = max(float(of.chars.sum()), 1.0)
    before = np.cumsum(of.chars) - of.chars
    table.add("place", lambda: place / n)
    table.add("place-chars", lambda: before / total)
    table.add("index", lambda: np.log1p(place))
    table.add("from-end", lambda: np.log1p(n - 1 - place))
    h1 = np.flatnonzero(of.heading == 1)
    table.add("after-h1", lambda: np.clip(place - h1[0], -30, 60) if len(h1) else -99)
    last_h1 = np.zeros(n, np.int64)
    last_h1[h1] = h1 + 1
    last_h1 = np.maximum.accumulate(last_h1)
    table.add("since-h1", lambda: np.where(last_h1 > 0, np.minimum(place + 1 - last_h1, 80), -1))
    at_h1 = before[np.maximum(last_h1 - 1, 0)]
    table.add("chars-since-h1", lambda: np.where(last_h1 > 0, np.log1p(before - at_h1), -1))
    is_long = of.prose >= LONG
    long = np.flatnonzero(is_long)
    first, last = (long[0], long[-1]) if len(long) else (0, n)
    table.add("after-first-long", lambda: np.clip(place - first, -20, 20))
    table.add("after-last-long", lambda: np.clip(place - last, -20, 20))
    table.add("since-long", lambda: _since(is_long))
    table.add("until-long", lambda: _since(is_long[::-1])[::-1])


def _main_part(table: Table, of: Figures, at: Places) -> None:
    n = len(of.chars)
    place, depth = np.arange(n), at.depth[of.container]
    table.add("in-top", lambda: at.inside)
    table.add("in-hull", lambda: at.in_hull)
    table.add("top-depth", lambda: np.where(at.inside, depth - at.depth[at.top], -5))
    table.add("hull-depth", lambda: np.where(at.in_hull, depth - at.depth[at.hull], -5))
    inside = np.flatnonzero(at.inside)
    first, last = (inside[0], inside[-1]) if len(inside) else (0, n)
    table.add("before-top", lambda: place < first)
    table.add("after-top", lambda: place > last)
    table.add("top-share", lambda: at.sub_prose[at.top] / at.total_prose)
    table.add("top-prose", lambda: np.log1p(at.sub_prose[at.top]))
    table.add("child-of-top", lambda: (at.levels[1] == at.top) | (at.levels[0] == at.top))
    best = max(float(at.score[at.top]), 1.0)
    table.add("score-ratio", lambda: np.maximum(at.score[at.levels[0]], at.score[at.levels[1]]) / best)
    table.add("depth", lambda: depth)


def _containers(table: Table, at: Places) -> None:
    for up in range(LEVELS):
        _container(table, at, up)


def _container(table: Table, at: Places, up: int) -> None:
    level = at.levels[up]
    prose = at.sub_prose[level]
    table.add(f"up{up}.share", lambda: prose / at.total_prose)
    if up:
        chars, blocks = np.maximum(at.sub_chars[level], 1), np.maximum(at.sub_blocks[level], 1)
        table.add(f"up{up}.chars", lambda: np.log1p(chars))
        table.add(f"up{up}.density", lambda: at.sub_links[level] / chars)
        table.add(f"up{up}.blocks", lambda: np.log1p(blocks))
        table.add(f"up{up}.mean", lambda: chars / blocks)
        table.add(f"up{up}.prose", lambda: prose / chars)


def _alike(table: Table, of: Figures, at: Places) -> None:
    """Blocks made alike: teasers are many and linked, paragraphs many and long."""
    kind = at.kind
    count = np.bincount(kind)
    chars = np.bincount(kind, of.chars)
    table.add("alike", lambda: np.log1p(count)[kind])
    table.add("alike.chars", lambda: np.log1p(chars / count)[kind])
    table.add("alike.density", lambda: (np.bincount(kind, of.link_chars) / chars)[kind])
    table.add("alike.terminal", lambda: (np.bincount(kind, of.terminal) / count)[kind])
    table.add("alike.share", lambda: (np.bincount(kind, of.prose) / at.total_prose)[kind])
    table.add("alike.in-top", lambda: (np.bincount(kind, at.inside) / count)[kind])
    table.add("repeated", lambda: np.minimum(_repeated(of.texts), 5))
    table.add("again", lambda: np.minimum(_again(of.texts), 3))  # pages for small and for wide screens hold texts twice


def _repeated(texts: list[str]) -> Ints:
    """How many blocks have the text of each, itself among them."""
    counts = Counter(texts)
    return np.array([counts[text] for text in texts], np.int64)


def _again(texts: list[str]) -> Ints:
    """How many blocks before have the text of each."""
    seen: Counter[str] = Counter()
    again = []
    for text in texts:
        again.append(seen[text])
        seen[text] += 1
    return np.array(again, np.int64)


def _under(table: Table, of: Figures, at: Places) -> None:
    """The heading, or short line in bold, that the block comes under; and the prose until the next heading."""
    n = len(of.chars)
    place = np.arange(n)
    heads = (of.heading > 0) | ((of.strong > 0.9) & (of.chars < LONG))
    under = np.maximum(np.maximum.accumulate(np.where(heads, place + 1, 0)) - 1, 0)
    is_under = heads[under]
    table.add_bits("under", _TEXT_NAMES, lambda: np.where(is_under, of.said[under], 0))
    table.add("under.level", lambda: np.where(is_under, of.heading[under], 9))
    table.add("under.distance", lambda: np.minimum(place - under, 50))
    table.add("under.in-top", lambda: at.inside[under])
    sums = np.concatenate(([0.0], np.cumsum(of.prose)))
    next_head = np.minimum.accumulate(np.where(of.heading > 0, place, n)[::-1])[::-1]
    next_head = np.append(next_head[1:], n)  # the next after the block itself
    table.add("until-heading.prose", lambda: np.log1p(np.maximum(sums[next_head] - sums[place + 1], 0)))


def _neighbours(table: Table, of: Figures, at: Places, tags: list[str]) -> None:
    log_chars = np.log1p(of.chars)
    tag = np.array([_TAG_PLACE.get(tag, -1) for tag in tags])
    for by in (-2, -1, 1, 2):
        _neighbour(table, of, at, by, (log_chars, tag))
    for by in (-1, 1):
        _next(table, of, at, by)
    for reach in (3, 8):
        _nearby(table, of, reach)


def _neighbour(table: Table, of: Figures, at: Places, by: int, logs_and_tags: tuple[Floats, Ints]) -> None:
    log_chars, tag = logs_and_tags
    table.add(f"at{by:+d}.chars", lambda: _shifted(log_chars, by))
    table.add(f"at{by:+d}.density", lambda: _shifted(of.density, by))
    table.add(f"at{by:+d}.terminal", lambda: _shifted(of.terminal, by))
    table.add(f"at{by:+d}.heading", lambda: _shifted(of.heading, by))
    table.add(f"at{by:+d}.same-kind", lambda: _shifted(at.kind + 1, by) == at.kind + 1)
    table.add(f"at{by:+d}.same-tag", lambda: _shifted(tag, by) == tag)


def _next(table: Table, of: Figures, at: Places, by: int) -> None:
    table.add(f"at{by:+d}.same-parent", lambda: _shifted(at.levels[1] + 1, by) == at.levels[1] + 1)
    table.add_bits(f"at{by:+d}.says", _TEXT_NAMES, lambda: _shifted(of.said, by))


def _nearby(table: Table, of: Figures, reach: int) -> None:
    chars = around(of.chars, reach)
    table.add(f"around{reach}.density", lambda: around(of.link_chars, reach) / chars)
    table.add(f"around{reach}.prose", lambda: around(of.prose, reach) / chars)
    table.add(f"around{reach}.chars", lambda: np.log1p(chars))


def _shifted(column: Column, by: int) -> Column:
    """The value ``by`` rows further on (negative: before); zero outside."""
    out = np.zeros_like(column)
    if abs(by) < len(column):
        if by > 0:
            out[:-by] = column[by:]
        else:
            out[-by:] = column[:by]
    return out


def _since(marks: Bools) -> Floats:
    """How many rows back the last marked row is, at most 30."""
    place = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, place, -1000))
    return np.minimum(place - last, 30).astype(np.float32)
