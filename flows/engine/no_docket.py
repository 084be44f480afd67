"""A stand-in for docket, the queue of Prefect's background worker, in a server that has no such worker.

What belongs here: the names that Prefect takes from docket, without what docket loads for them (a client of Redis, key
and value stores, an import hook that looks at every module loaded after it): a quarter of the server's start. What does
not: when docket itself is loaded (``embedded``): with a whole server, and with any other version of Prefect than the
one whose use of docket is known.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any, Self

# What Prefect's server imports, by module: a test reads it in Prefect's sources.
NAMES = {
    "docket": ("CurrentDocket", "Depends", "Docket", "Logged", "Perpetual", "Retry", "Worker"),
    "docket.dependencies": ("get_single_dependency_parameter_of_type",),
    "docket.execution": ("TaskFunction",),
}


class Unused:
    """Whatever docket offers. A task that is added is dropped: nobody would have worked it off."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take what docket's own would."""

    @classmethod
    def forever(cls, **_: Any) -> Self:
        """Of Retry."""
        return cls()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def _drop(self, *_: Any, **__: Any) -> None:
        return None

    def add(self, *_: Any, **__: Any) -> Callable[..., Awaitable[None]]:
        """Where a task would be queued: called with its arguments, it does nothing."""
        return self._drop

    replace = add


def leave_docket_out() -> None:
    """Put the stand-in before Prefect's server is loaded; nothing where docket is loaded already."""
    if "docket" in sys.modules:
        return
    for name, offered in NAMES.items():
        module = ModuleType(name, __doc__)
        vars(module).update(dict.fromkeys(offered, Unused))
        sys.modules[name] = module
