"""Which failures of a task are worth another try.

What belongs here: that one question. What does not: how often and how long after (each task says so itself).
"""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from tasks.shard import ShardFailedError


def is_worth_another_try(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether a retry can help: the disk, the network and the memory may recover, a bug does not."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, ShardFailedError | OSError)
