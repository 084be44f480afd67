"""Gradient boosting of symmetric trees, in numpy: small enough to read, and the same table from the same pages.

What belongs here: the fit. What does not: reading a fitted table (``tasks.extraction.boosted``) and what is fitted
(``training.__main__``).

A symmetric tree asks the same question of all rows at one level (Prokhorenkova et al., CatBoost, 2018), so a
tree of depth d is d questions and 2**d numbers, and asking all trees of a page is a handful of numpy calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
BINS = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """How the trees are grown."""

    trees: int = 300
    depth: int = 6
    rate: float = 0.08
    shrink: float = 3.0  # added to the second derivative's sum of a leaf
    columns: float = 0.35  # share looked at for one tree
    rows: float = 0.6  # share looked at for one tree
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Trees:
    """``question``: (trees, depth) columns; ``above``: (trees, depth) thresholds; ``leaves``: (trees, 2**depth).

    ``gain``: of each column of the matrix, how much its questions told.
    """

    base: float
    question: npt.NDArray[np.int64]
    above: Floats
    leaves: Floats
    gain: Floats


def _edges(column: Floats) -> Floats:
    """Up to BINS - 1 thresholds between the values of a column."""
    values = np.unique(column)
    if len(values) > BINS:
        values = np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1]).astype(np.float32))
        return values[: BINS - 1]
    return ((values[1:] + values[:-1]) / 2).astype(np.float32)


def fit(matrix: Floats, truth: Floats, weight: Floats, settings: Settings) -> Trees:
    """Trees whose sum, through the logistic function, is the chance that ``truth`` (0 to 1) is 1."""
    rng = np.random.default_rng(settings.seed)
    rows, columns = matrix.shape
    edges = [_edges(matrix[:, column]) for column in range(columns)]
    binned = np.empty((columns, rows), np.uint8)
    for column in range(columns):
        binned[column] = np.searchsorted(edges[column], matrix[:, column], side="left")
    useful = np.array([column for column in range(columns) if len(edges[column])])
    weight = weight / weight.mean()
    mean = float(np.average(truth, weights=weight))
    base = float(np.log(mean / (1 - mean)))
    sums = np.full(rows, base, np.float32)
    gain_of = np.zeros(columns, np.float32)
    question = np.zeros((settings.trees, settings.depth), np.int64)
    above = np.zeros((settings.trees, settings.depth), np.float32)
    leaves = np.zeros((settings.trees, 1 << settings.depth), np.float32)
    for tree in range(settings.trees):
        chance = 1 / (1 + np.exp(-sums))
        first, second = weight * (truth - chance), weight * chance * (1 - chance)
        # Rows whose truth is settled weigh next to nothing: look at those that matter more often.
        pull = np.abs(first) + 1e-3
        wanted = settings.rows * rows
        odds = np.minimum(1, wanted * pull / pull.sum() + 0.1)
        picked = np.flatnonzero(rng.random(rows) < odds)
        g, h = first[picked] / odds[picked], second[picked] / odds[picked]
        looked = np.sort(rng.choice(useful, max(1, int(len(useful) * settings.columns)), replace=False))
        leaf = np.zeros(len(picked), np.int64)
        local = binned[looked][:, picked]
        for level in range(settings.depth):
            size = 1 << level
            best = (-np.inf, 0, 0)
            offset = leaf * BINS
            for place, column in enumerate(looked):
                key = offset + local[place]
                left_g = np.bincount(key, g, size * BINS).reshape(size, BINS).cumsum(1)
                left_h = np.bincount(key, h, size * BINS).reshape(size, BINS).cumsum(1)
                all_g, all_h = left_g[:, -1:], left_h[:, -1:]
                gain = left_g**2 / (left_h + settings.shrink) + (all_g - left_g) ** 2 / (
                    all_h - left_h + settings.shrink
                )
                total = gain.sum(0)[: len(edges[column])]
                cut = int(total.argmax())
                if total[cut] > best[0]:
                    best = (float(total[cut]), int(column), cut)
            told, column, cut = best
            before_g, before_h = np.bincount(leaf, g, size), np.bincount(leaf, h, size)
            gain_of[column] += told - float((before_g**2 / (before_h + settings.shrink)).sum())
            question[tree, level], above[tree, level] = column, edges[column][cut]
            leaf = leaf * 2 + (binned[column][picked] > cut)
        size = 1 << settings.depth
        leaf_g, leaf_h = np.bincount(leaf, g, size), np.bincount(leaf, h, size)
        leaves[tree] = settings.rate * leaf_g / (leaf_h + settings.shrink)
        at = np.zeros(rows, np.int64)
        for level in range(settings.depth):
            column = question[tree, level]
            at = at * 2 + (matrix[:, column] > above[tree, level])
        sums += leaves[tree][at]
    return Trees(base, question, above, leaves, gain_of)
