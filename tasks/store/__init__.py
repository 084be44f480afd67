"""The living dataset: Delta tables under ``data/store``.

What belongs here: opening and reading (``reading``, ``version``), appending (``store``), the form of its files
(``layout``), what dead runs left in it (``leftovers``), what was taken out for good (``erasure``) and what keeps it out
(``tombstones``). What does not: what is a duplicate (``tasks.deduplication``) and how a release looks
(``tasks.release``).
"""

from tasks.store.layout import KEEP_HISTORY, writer_properties
from tasks.store.leftovers import clear_uncommitted
from tasks.store.store import Store
from tasks.store.version import NEWEST, StoreError, StoreMovedError, StoreVersion

__all__ = [
    "KEEP_HISTORY",
    "NEWEST",
    "Store",
    "StoreError",
    "StoreMovedError",
    "StoreVersion",
    "clear_uncommitted",
    "writer_properties",
]
