"""A table of symmetric trees: read from a JSON file, asked of rows.

What belongs here: the file's format and the sum over its trees. What does not: how such a table is made
(``body.training``) and what its columns mean (``body.features``, ``page_type.signs``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.loops import is_built

Floats = npt.NDArray[np.float32]


Places = npt.NDArray[np.int64]

compiled: Callable[[Floats, Places, Floats, Places, Floats, Floats], None] | None = None
"""The sum in C, where it was built."""
if is_built("chances"):
    from tasks.extraction.compiled.chances import add_leaves as _in_c

    compiled = _in_c


@dataclass
class Boosted:
    """``columns``: what is asked about. ``question``, ``above``: (trees, depth); ``leaves``: (trees, 2**depth)."""

    columns: list[str]
    base: float
    question: Places
    above: Floats
    leaves: Floats

    @classmethod
    def read(cls, path: Path) -> Boosted:
        """The table in a JSON file."""
        return cls.of(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def of(cls, table: dict[str, Any]) -> Boosted:
        """The table in JSON form: ``columns``, ``base`` and ``trees``, each [[column, threshold]..., [leaf values]]."""
        trees = table["trees"]
        return cls(
            table["columns"],
            table["base"],
            np.array([[column for column, _ in questions] for questions, _ in trees], np.int64),
            np.array([[threshold for _, threshold in questions] for questions, _ in trees], np.float32),
            np.array([leaves for _, leaves in trees], np.float32),
        )

    def lines(self) -> str:
        """The JSON form, one tree a line, numbers to six and four digits."""
        trees = ",\n".join(
            json.dumps(
                [
                    [[int(column), float(f"{above:.6g}")] for column, above in zip(columns, thresholds, strict=True)],
                    [float(f"{leaf:.4g}") for leaf in leaves],
                ],
                separators=(",", ":"),
            )
            for columns, thresholds, leaves in zip(self.question, self.above, self.leaves, strict=True)
        )
        return f'{{"columns": {json.dumps(self.columns)},\n"base": {self.base:.6g},\n"trees": [\n{trees}\n]}}'

    @cached_property
    def _asked(self) -> tuple[Places, Floats, Places]:
        """Each different question once, as columns and thresholds, and where each tree's questions are among them."""
        pairs = np.stack([self.question.astype(np.float64).ravel(), self.above.astype(np.float64).ravel()], 1)
        unique, back = np.unique(pairs, axis=0, return_inverse=True)
        return unique[:, 0].astype(np.int64), unique[:, 1].astype(np.float32), back.reshape(self.question.shape)

    def chances(self, matrix: Floats) -> Floats:
        """For each row of a matrix with these columns, the chance (0 to 1)."""
        columns = np.ascontiguousarray(matrix.T)
        # numpy adds up a single row pairwise, which rounds otherwise than one tree after the other.
        many = compiled is not None and len(matrix) > 1
        sums = self.base + (self._sums_in_c(columns) if many else self.sums_in_numpy(columns))
        chances: Floats = (1 / (1 + np.exp(-sums))).astype(np.float32)
        return chances

    def _sums_in_c(self, columns: Floats) -> Floats:
        assert compiled is not None
        sums = np.zeros(columns.shape[1], np.float32)
        compiled(columns, *self._asked, self.leaves, sums)
        return sums

    def sums_in_numpy(self, columns: Floats) -> Floats:
        """The leaves' sum of each row, ``columns`` of shape (columns, rows)."""
        column, above, place = self._asked
        answers = (columns[column] > above[:, None]).astype(np.uint8)  # (questions, rows)
        depth = self.question.shape[1]
        at: npt.NDArray[Any] = answers[place[:, 0]]  # the leaf of each tree for each row; 255 at most
        for level in range(1, depth):
            at = (at << 1) | answers[place[:, level]]
        trees, leaves = self.leaves.shape
        first = np.arange(0, trees * leaves, leaves)[:, None]
        # One index into all leaves: half the time of a pair of them.
        sums: Floats = self.leaves.ravel().take(at + first).sum(0)
        return sums
