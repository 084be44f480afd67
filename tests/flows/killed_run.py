"""``broadsheet run`` in a process that is killed at a named moment: ``python -m tests.flows.killed_run MOMENT WORDS``.

The process sends itself SIGKILL, so nothing of it gets to tidy up, as after an out-of-memory kill or a lost machine.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn


def die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def die_when(condition: Callable[..., bool], function: Callable[..., Any]) -> Callable[..., Any]:
    def either(*arguments: Any, **named: Any) -> Any:
        if condition(*arguments, **named):
            die()
        return function(*arguments, **named)

    return either


def arm(moment: str) -> None:
    """Have the process die at the moment."""
    import flows.ingest
    import flows.ingesting.storing
    import tasks.release.building
    import tasks.store.store

    if moment == "extraction":
        from flows.showing.tally import Tally

        Tally.put = die  # a worker has said how far it is
    elif moment == "deduplication":
        flows.ingesting.storing.find_edges = die
    elif moment == "between the two appends":
        tasks.store.store.add_rows = die_when(
            lambda _batches, _schema, _folder, name, *_, **__: name == "documents", tasks.store.store.add_rows
        )
    elif moment == "after the commit":
        flows.ingest.rejects_by_reason = die
    elif moment == "publish":
        tasks.release.building._sync = die  # every file is written, none is in place
    else:
        sys.exit(f"no such moment: {moment}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from flows.commands.command_line import run_command_line

    arm(sys.argv[1])
    sys.exit(run_command_line(sys.argv[2:]))
