"""What is made up for after downtime: one run of a deployment, however many were missed.

What belongs here: what the server knows of runs that did not happen or did not end. What does not: running them.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed

from flows.engine.scheduled_run import DIED

_MISSED = "missed while nothing was served; one run catches up for all of them"
_PAGE = 200


def settle(client: SyncPrefectClient, names: list[str], began: datetime, *, alone: bool) -> list[str]:
    """Before serving: end what a dead server left, and start one run of each deployment that has something to make up.

    What was due before ``began`` was missed. ``alone``: whether nobody else runs these deployments, as with a server
    of our own; then a run that is under way is one whose process died, and its place is free. Returns the names of
    the deployments that a run was started for.
    """
    caught_up = []
    for name in names:
        try:
            deployment = client.read_deployment_by_name(name)
        except ObjectNotFound:
            continue
        died = _end_dead_runs(client, deployment) if alone else 0
        if _cancel_missed(client, deployment.id, began) + died:
            # What fell due while we started is made up for, too: beside it, the one run would be one too many.
            _cancel_missed(client, deployment.id, datetime.now(UTC))
            client.create_flow_run_from_deployment(deployment.id, tags=["catch-up"])
            caught_up.append(name)
    return caught_up


def _runs(deployment: UUID, *states: StateType, before: datetime | None = None) -> FlowRunFilter:
    value: dict[str, object] = {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": list(states)}}}
    if before:
        value["expected_start_time"] = {"before_": before}
    return FlowRunFilter.model_validate(value)


def end_dead_runs(client: SyncPrefectClient, names: list[str]) -> None:
    """After serving, with a server of our own: what was under way is over."""
    for name in names:
        with contextlib.suppress(ObjectNotFound):
            _end_dead_runs(client, client.read_deployment_by_name(name))


def _end_dead_runs(client: SyncPrefectClient, deployment: DeploymentResponse) -> int:
    where = _runs(deployment.id, StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
    dead = client.read_flow_runs(flow_run_filter=where, limit=_PAGE)
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message=DIED), force=True)
    limit = deployment.global_concurrency_limit
    if limit is not None:
        # The places of the dead: the server knew who held them in its memory only.
        client.update_global_concurrency_limit(limit.name, GlobalConcurrencyLimitUpdate(active_slots=0))
    return len(dead)


def _cancel_missed(client: SyncPrefectClient, deployment: UUID, began: datetime) -> int:
    where = _runs(deployment, StateType.SCHEDULED, before=began)
    total = 0
    while missed := client.read_flow_runs(flow_run_filter=where, limit=_PAGE):
        for run in missed:
            client.set_flow_run_state(run.id, Cancelled(message=_MISSED), force=True)
        total += len(missed)
    return total
