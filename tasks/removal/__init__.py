"""Takes pages out for good: out of the store, of every release that is kept, of what runs and harvests left behind.

What belongs here: what is named (``targets``), what there is of it (``search``), and the steps in their order, made
whole after a crash (``carrying_out``, ``journal``, ``harvested``). What does not: rows in Delta tables
(``tasks.store.erasure``) and files of a release (``tasks.release.rewriting``).
"""

from tasks.removal.carrying_out import Places, carry_out, clear_again, interrupted
from tasks.removal.harvested import Harvested
from tasks.removal.journal import Order
from tasks.removal.search import Finding, order_of, search
from tasks.removal.targets import RemovalError, Targets, WordError, read_targets

__all__ = [
    "Finding",
    "Harvested",
    "Order",
    "Places",
    "RemovalError",
    "Targets",
    "WordError",
    "carry_out",
    "clear_again",
    "interrupted",
    "order_of",
    "read_targets",
    "search",
]
