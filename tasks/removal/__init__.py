"""Takes pages out for good: out of the store, of every release that is kept, and of what runs left behind.

What belongs here: what is named (``targets``), what there is of it (``search``), and the steps in their order, made
whole after a crash (``carrying_out``, ``journal``). What does not: rows in Delta tables (``tasks.store.erasure``) and
files of a release (``tasks.release.rewriting``).
"""

from tasks.removal.carrying_out import Places, carry_out, interrupted
from tasks.removal.journal import Order
from tasks.removal.search import Finding, order_of, search
from tasks.removal.targets import RemovalError, Targets, WordError, read_targets

__all__ = [
    "Finding",
    "Order",
    "Places",
    "RemovalError",
    "Targets",
    "WordError",
    "carry_out",
    "interrupted",
    "order_of",
    "read_targets",
    "search",
]
