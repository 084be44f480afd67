"""The living dataset: Delta tables under ``data/store``.

What belongs here: opening, appending, versions (``store``), what was taken out for good (``erasure``) and what keeps it
out (``tombstones``). What does not: what is a duplicate (``tasks.deduplication``) and how a release looks
(``tasks.release``).
"""

from tasks.store.store import (
    KEEP_HISTORY,
    NEWEST,
    Store,
    StoreError,
    StoreMovedError,
    StoreVersion,
    writer_properties,
)

__all__ = [
    "KEEP_HISTORY",
    "NEWEST",
    "Store",
    "StoreError",
    "StoreMovedError",
    "StoreVersion",
    "writer_properties",
]
