"""Asking a Prefect server by its API: a server of the tests' own, not the one of the test session."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from typing import Any


def posted(url: str, value: dict[str, Any]) -> Any:
    """What the server answers to a POST."""
    request = urllib.request.Request(url, json.dumps(value).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


def asked(api: str, what: str, **wanted: Any) -> list[dict[str, Any]]:
    """What the server holds: flow_runs or deployments, at most 200 of those that meet a filter.

    Asked at leisure: it shares the cores with its runs.
    """
    time.sleep(0.5)
    found: list[dict[str, Any]] = posted(f"{api}/{what}/filter", {"limit": 200, what: wanted})
    return found


def ended(api: str, state: str) -> list[dict[str, Any]]:
    """The flow runs in a state, by its name."""
    return asked(api, "flow_runs", state={"name": {"any_": [state]}})


def answers(api: str) -> bool:
    """Whether the server is up."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def without_prefect() -> dict[str, str]:
    """This process's environment without what the test session told Prefect."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
