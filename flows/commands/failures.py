"""Failures that a person can act on: which exceptions become one line, and with which exit status.

What belongs here: the list. What does not: raising them. Anything else is a bug, and keeps its traceback.
"""

from __future__ import annotations


def explain(error: Exception) -> tuple[str | None, int]:
    """The line and the exit status for an exception; a null line where it is none of the expected ones."""
    import httpx

    from flows.engine.error import DeploymentsError, EngineError, ServingError
    from flows.reporting.report import ReconciliationError
    from tasks.deduplication import FormatError
    from tasks.harvest import HarvestError
    from tasks.release import ReleaseError
    from tasks.removal.targets import RemovalError, WordError
    from tasks.shard import ShardFailedError
    from tasks.sources import InputError
    from tasks.storage import LocationError
    from tasks.store import StoreError

    if isinstance(error, InputError | WordError | LocationError):
        return str(error), 2
    told = (
        FormatError | ReleaseError | StoreError | ShardFailedError | ReconciliationError | HarvestError | RemovalError
    )
    if isinstance(error, told):
        return str(error), 1
    if isinstance(error, EngineError | ServingError | DeploymentsError):
        return str(error), 1
    if isinstance(error, httpx.TransportError):  # only Prefect speaks by httpx: pages are fetched by aiohttp
        return f"the flow engine's server does not answer ({error}); what was done is kept, give the command again", 1
    if isinstance(error, OSError):
        return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ""), 1
    return None, 1
