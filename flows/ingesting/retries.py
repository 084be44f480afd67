"""How tasks that work on a part of a run are tried again, here or on a cluster, and after which failures.

What belongs here: how often, how long after, and which failures are worth it. What does not: the tasks.
"""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from tasks.shard import ShardFailedError

RETRIES = 2
RETRY_DELAYS = [2.0, 20.0]  # seconds before each


def is_worth_another_try(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether a retry can help: the disk, the network and the memory may recover, a bug does not."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, ShardFailedError | OSError)
