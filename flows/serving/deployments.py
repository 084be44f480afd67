"""The deployments: what ``prefect.yaml`` declares, as Prefect's runner takes it.

What belongs here: reading that file, which is the one place that says what runs when. What does not: running.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval, Schedule
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.types import DateTime
from prefect.types.entrypoint import EntrypointType

from flows.engine.error import DeploymentsError


@dataclass(frozen=True)
class Declared:
    """One deployment: its name, its flow and the rest as it stands in the file."""

    name: str
    flow: Flow[..., Any]
    schedules: tuple[Schedule, ...]
    parameters: Mapping[str, Any]
    limit: ConcurrencyLimitConfig
    description: str | None

    @property
    def full_name(self) -> str:
        """As Prefect names it: flow/deployment."""
        return f"{self.flow.name}/{self.name}"

    def next_run(self, after: datetime) -> datetime | None:
        """The first time after an instant that one of its schedules names; null where none does."""
        dates = [asyncio.run(_as_reckoned(schedule, after).get_dates(n=1, start=after)) for schedule in self.schedules]
        return min((found[0] for found in dates if found), default=None)

    def in_words(self) -> str:
        """Its schedules as they stand in the file."""
        return ", ".join(schedule.cron or f"every {schedule.interval}" for schedule in self.schedules)

    def with_parameters(self, given: Mapping[str, Any]) -> RunnerDeployment:
        """As Prefect's runner takes it; parameters of these names that the flow has are replaced."""
        known = inspect.signature(self.flow.fn).parameters
        parameters = {**self.parameters, **{name: value for name, value in given.items() if name in known}}
        made = self.flow.to_deployment(
            name=self.name,
            schedules=list(self.schedules),
            parameters=parameters,
            concurrency_limit=self.limit,
            description=self.description,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        if not isinstance(made, RunnerDeployment):
            raise TypeError(f"{self.full_name}: Prefect made {type(made).__name__} of it")
        return made


def read_deployments(file: Path) -> list[Declared]:
    """What the file declares. Raises :class:`DeploymentsError`."""
    try:
        value = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeploymentsError(f"{file}: {error.strerror}; run from the project's folder or name the file") from error
    except yaml.YAMLError as error:
        raise DeploymentsError(f"{file} is no YAML: {error}") from error
    entries = value.get("deployments") if isinstance(value, dict) else None
    if not isinstance(entries, list) or not entries:
        raise DeploymentsError(f"{file} declares no deployments")
    return [_declared(file, entry) for entry in entries]


def _declared(file: Path, entry: dict[str, Any]) -> Declared:
    name = entry.get("name", "?")
    try:
        path, function = entry["entrypoint"].split(":")
        # By its module, which is installed, so that it is found from any working directory.
        flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), function)
        limit = entry["concurrency_limit"]
        found = Declared(
            name=entry["name"],
            flow=flow,
            schedules=tuple(_schedule(schedule) for schedule in entry["schedules"]),
            parameters=entry.get("parameters", {}),
            limit=ConcurrencyLimitConfig(
                limit=limit["limit"], collision_strategy=ConcurrencyLimitStrategy(limit["collision_strategy"])
            ),
            description=entry.get("description"),
        )
        flow.validate_parameters(dict(found.parameters))
    except Exception as error:  # whatever the file has wrong, the one who wrote it is told where
        raise DeploymentsError(f"{file}, deployment {name}: {type(error).__name__}: {error}") from error
    return found


def _schedule(value: dict[str, Any]) -> Schedule:
    if "cron" in value:
        return Cron(value["cron"], timezone=value.get("timezone", "UTC"))
    return Interval(value["interval"], timezone=value.get("timezone", "UTC"))


def _as_reckoned(schedule: Schedule, after: datetime) -> CronSchedule | IntervalSchedule:
    """The same schedule, as the server reckons with it."""
    if schedule.cron:
        return CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    if schedule.interval is None:
        raise DeploymentsError("a schedule needs cron or interval")
    return IntervalSchedule(interval=schedule.interval, anchor_date=DateTime.instance(schedule.anchor_date or after))
