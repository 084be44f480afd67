"""When two texts match: the numbers, and what they say of one pair.

What belongs here: the rule for an edge and the rule for a copy. What does not: how similarity is measured
(``verification``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Two texts match at this Jaccard similarity, or where one holds so much of the other and they are not too unlike.

    The defaults make a copy. True copies in news average only 0.3 (they are cut, led in and merged), hence the
    second way.
    """

    similarity: float = 0.7
    containment: float = 0.8
    similarity_with_containment: float = 0.3

    def met(self, similarity: Shares, containment: Shares) -> npt.NDArray[np.bool_]:
        """Which pairs match; ``containment`` is the larger of the two ways."""
        contained = (containment >= self.containment) & (similarity >= self.similarity_with_containment)
        return (similarity >= self.similarity) | contained


COPY = Thresholds()
# Edges that are kept, so that a release can choose other thresholds: everything a release may call a copy.
EDGE = Thresholds(similarity=0.5, containment=0.7, similarity_with_containment=0.3)


def containments(similarity: Shares, left: Shares, right: Shares) -> tuple[Shares, Shares]:
    """The share of the left set in the right, and of the right in the left, from both sizes."""
    shared = similarity * (left + right) / (1 + similarity)
    return np.minimum(shared / np.maximum(left, 1), 1.0), np.minimum(shared / np.maximum(right, 1), 1.0)
