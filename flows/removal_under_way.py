"""A removal under way, as those see it that only have to keep out of its way.

What belongs here: refusing. What does not: going on with it (``flows.removal``, slow to load).
"""

from __future__ import annotations

from flows.options import DataFolder
from tasks.removal.journal import interrupted
from tasks.removal.targets import RemovalError
from tasks.storage import is_remote


def refuse_while_removing(data: DataFolder) -> None:
    """Raise :class:`RemovalError` where a removal of a store in object storage is not done.

    No lock reaches there: it may be at work, and two that go on with it at once take a release's files from each other.
    """
    left = interrupted(data.store) if is_remote(data.store) else None
    if left is not None:
        why_not = left.why_not_here(data.releases, data.root)
        raise RemovalError(
            why_not
            or f"{left.removal_id} is not done: wait for it, or, if it was interrupted, give broadsheet remove again"
        )
