"""Text that many pages of one site share, told from text that one page copied from another.

What belongs here: which values of a signature stem from a site's boilerplate (footers, disclaimers, the
template's words). What does not: how pairs are judged without it (``verification``).

A signature is a sample of a text's shingles. Where 200 pages of a site agree in value 17, they share the shingle
that value stems from: so boilerplate shows in the signatures alone, and no text need be read for it. What a
story's copies share would look the same, so pages that are copies of one another as a whole count once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.deduplication.shingles import Bytes
from tasks.schema.tables import SIGNATURE_BYTES

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

# So many pages of a site with different texts share a passage: it is the site's. Copies of one story at one
# site, edited apart by more than a tenth, are rarely more than three or four. At 10, four of 240 unrelated pages of
# 20 templates were taken for copies.
DISTINCT_PAGES = 5
# So many pages of a site do, however alike they are: a notice in place of the story, with a line of its own.
ALIKE_PAGES = 50
ALIKE = 0.9
# A byte agrees by chance in one page of 256: a large site must be four times above that.
_CHANCE = 64


def boilerplate_values(signatures: Bytes, sites: Numbers, alike: Flags) -> Bytes | None:
    """Which values of each signature are its site's boilerplate: bits packed, shape (documents, 32).

    ``sites`` numbers each document's site, negative for a document that takes no part; ``alike`` says that
    an earlier document of the site has almost the same text. None where no site has boilerplate.
    """
    found: Bytes | None = None
    order = np.argsort(sites, kind="stable")
    order = order[np.searchsorted(sites[order], 0) :]
    starts = np.flatnonzero(np.diff(sites[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        if len(members) < DISTINCT_PAGES:
            continue
        flags = _of_site(signatures[members], alike[members])
        if flags.any():
            if found is None:
                found = np.zeros((len(signatures), SIGNATURE_BYTES // 8), dtype=np.uint8)
            found[members] = np.packbits(flags, axis=1)
    return found


def _of_site(rows: Bytes, alike: Flags) -> Flags:
    """Which values of the site's signatures enough of its pages share."""
    flags = np.zeros(rows.shape, dtype=bool)
    distinct = np.flatnonzero(~alike)
    enough_distinct = DISTINCT_PAGES + len(distinct) // _CHANCE
    enough_alike = ALIKE_PAGES + len(rows) // _CHANCE
    for value in range(SIGNATURE_BYTES):
        column = rows[:, value]
        shared = np.bincount(column[distinct], minlength=256) >= enough_distinct
        shared |= np.bincount(column, minlength=256) >= enough_alike
        if shared.any():
            flags[:, value] = shared[column]
    return flags
