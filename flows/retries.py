"""Which failures of a task are worth another try.

What belongs here: that one question. What does not: how often and how long after (each task says so itself).
"""

from __future__ import annotations

from tasks.shard import ShardFailedError


def is_worth_another_try(_task: object, _run: object, state: object) -> bool:
    """Whether a retry can help: the disk, the network and the memory may recover, a bug does not."""
    error = state.result(raise_on_failure=False)  # type: ignore[attr-defined]
    return isinstance(error, ShardFailedError | OSError)
