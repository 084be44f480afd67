"""Columns that compare a page's blocks with what the page declares of itself.

What belongs here: which comparisons there are, made only where the model asks. What does not: how two texts are
compared (``declared``), all other columns (``features``).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tasks.extraction.body.declared import Known, begins_alike, can_begin_alike, is_same, reduced_all
from tasks.extraction.body.figures import Figures, Floats, Ints
from tasks.extraction.body.table import Column, Table, around


class _Keys:
    """The blocks' texts :func:`reduced`, as they are compared with what the page declares: made where asked for."""

    def __init__(self, texts: list[str], known: Known) -> None:
        self._texts, self._longest, self._known = texts, 400 if known.bodies else 200, known

    @cached_property
    def all(self) -> list[str]:
        """One a block."""
        return reduced_all([text[: self._longest] for text in self._texts])

    @cached_property
    def held(self) -> Floats:
        """Which of them a declared body holds."""
        bodies = self._known.bodies
        return np.array([len(key) > 3 and key in bodies for key in self.all], np.float32)


def add_comparisons(table: Table, of: Figures, known: Known, alts: list[str]) -> None:
    """Whether a block is in a declared body, an image's alt text, the headline, the description, or names an author."""
    keys = _Keys(of.texts, known)
    if known.bodies:
        table.add("declared", lambda: keys.held)
        table.add("declared.covered", lambda: min(float((keys.held * of.chars).sum()) / len(known.bodies), 2.0))
        table.add("declared.around", lambda: around(keys.held, 2))
        table.add("declared.within", lambda: _within(np.flatnonzero((keys.held > 0) & (of.chars > 60)), len(of.texts)))
    else:
        for name in ("declared", "declared.covered", "declared.around", "declared.within"):
            table.add(name, lambda: -2)
    table.add("declared.length", lambda: np.log1p(len(known.bodies)))
    table.add("is-alt", lambda: _are_among({key[:30] for key in reduced_all([alt[:200] for alt in alts])}, keys.all))
    table.add("is-headline", lambda: np.array([is_same(key, known.headline) for key in keys.all]))
    if can_begin_alike(known.description):
        table.add("is-description", lambda: np.array([begins_alike(key, known.description) for key in keys.all]))
    else:
        table.add("is-description", lambda: 0)
    table.add(
        "has-author",
        lambda: np.array([len(key) < 190 and any(name in key for name in known.authors) for key in keys.all]),
    )


def _within(found: Ints, n: int) -> Column | float:
    """Which blocks lie between the first and the last of those found; -1 where there are none."""
    place = np.arange(n)
    return ((place >= found[0]) & (place <= found[-1])) if len(found) else -1


def _are_among(captions: set[str], keys: list[str]) -> Column | float:
    return np.array([key[:30] in captions for key in keys]) if captions else 0
