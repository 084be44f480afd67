"""Which blocks of a page are the article's, told from the article's true text.

What belongs here: the alignment of blocks with a text. What does not: the fit (``boosting``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WORD = re.compile(r"\w+")
MAX_PLACES = 8  # a short block may occur often in the text; more places add nothing


class _Best:
    """Greatest value up to a place, for a chain of growing places (a Fenwick tree)."""

    def __init__(self, size: int) -> None:
        self.tree = [(0, -1)] * (size + 2)

    def put(self, place: int, value: tuple[int, int]) -> None:
        place += 1
        while place < len(self.tree):
            self.tree[place] = max(self.tree[place], value)
            place += place & -place

    def upto(self, place: int) -> tuple[int, int]:
        place += 1
        best = (0, -1)
        while place > 0:
            best = max(best, self.tree[place])
            place -= place & -place
        return best


def labels(texts: Sequence[str], truth: str) -> list[float]:
    """For each block, how much of it is in the truth, 0 to 1.

    Blocks found word for word are chained so that their order is that of the truth and their words are as
    many as can be; the second copy of a repeated block is outside. Of longer blocks that are not in the
    chain, the share of word triples that the truth holds.
    """
    truth_words = WORD.findall(truth.lower())
    held = " " + " ".join(truth_words) + " "
    words = [WORD.findall(text.lower()) for text in texts]
    places: list[tuple[int, int, int, int]] = []  # block, begins, ends, words
    for block, own in enumerate(words):
        key = " " + " ".join(own) + " "
        found, begins = 0, held.find(key) if own else -1
        while begins >= 0 and found < MAX_PLACES:
            places.append((block, begins, begins + len(key) - 1, len(own)))
            found += 1
            begins = held.find(key, begins + 1)
    in_truth = [0.0] * len(texts)
    for block in _chain(places, len(held)):
        in_truth[block] = 1.0
    triples = {tuple(truth_words[at : at + 3]) for at in range(len(truth_words) - 2)}
    for block, own in enumerate(words):
        if not in_truth[block] and len(own) >= 6:
            of = len(own) - 2
            in_truth[block] = 0.9 * sum(tuple(own[at : at + 3]) in triples for at in range(of)) / of
    return in_truth


def _chain(places: list[tuple[int, int, int, int]], size: int) -> list[int]:
    best = _Best(size + 1)
    value, before = [0] * len(places), [-1] * len(places)
    at = 0
    while at < len(places):
        of_block = at
        while of_block < len(places) and places[of_block][0] == places[at][0]:
            _, begins, _, count = places[of_block]
            length, previous = best.upto(begins)
            value[of_block], before[of_block] = length + count, previous
            of_block += 1
        for place in range(at, of_block):
            best.put(places[place][2], (value[place], place))
        at = of_block
    chain: list[int] = []
    place = best.upto(size)[1]
    while place >= 0:
        chain.append(places[place][0])
        place = before[place]
    return chain
