"""What a run that a worker started says of the runs before it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.states import Running

from flows.engine.scheduled_run import begin_scheduled_run
from flows.options import DataFolder


@pytest.mark.parametrize(("limit", "state"), [(1, "Crashed"), (2, "Running"), (None, "Running")])
def test_another_run_is_called_dead_only_where_one_runs_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None, state: str
) -> None:
    with get_client(sync_client=True) as client:
        flow = client.create_flow_from_name(f"flow-{uuid.uuid4()}")
        deployment = client.create_deployment(flow, "one", concurrency_limit=limit)
        other, this = (client.create_flow_run_from_deployment(deployment) for _ in range(2))
        for run in (other, this):
            client.set_flow_run_state(run.id, Running(), force=True)
        monkeypatch.setattr(runtime.deployment, "id", str(deployment), raising=False)
        monkeypatch.setattr(runtime.flow_run, "id", str(this.id), raising=False)
        begin_scheduled_run(DataFolder(tmp_path / "data"))
        assert client.read_flow_run(other.id).state_name == state
        assert client.read_flow_run(this.id).state_name == "Running"
