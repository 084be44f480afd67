"""Prefect's logging, clients and API are what they are without the shortcuts of a run."""

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from flows.engine.lighter import _LoggingSettings, _TrustingNobody

ROOT = Path(__file__).parents[3]

LOGGING = """
import json, sys
from flows.engine import lighter
from flows.engine.start import set_prefect_up
set_prefect_up()
import prefect.context
if sys.argv[1] == "lighter":
    lighter.name_settings_for_logging()
from prefect.logging.configuration import DEFAULT_LOGGING_SETTINGS_PATH, load_logging_config
json.dump(load_logging_config(DEFAULT_LOGGING_SETTINGS_PATH), sys.stdout, default=str)
"""

# Every route of the API that a request can come to, with routers made late or not.
ROUTES = """
import json, sys
from flows.engine.late_routes import _LATE, make_routes_late
from flows.engine.no_docket import leave_docket_out
leave_docket_out()
if sys.argv[1] == "late":
    make_routes_late(("/flows", "/flow_runs"))
from prefect.server.api import server
app = server.create_api_app()
late = [router.prefix for router in server.API_ROUTERS if _LATE in vars(router)]
paths = sorted(f"{path} {sorted(words)}" for path, words in app.openapi()["paths"].items())
left = [router.prefix for router in server.API_ROUTERS if _LATE in vars(router)]
json.dump([paths, len(late), len(left)], sys.stdout)
"""


def told_by(script: str, *words: str, **more: str) -> object:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")} | more
    told = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


@pytest.mark.parametrize("level", [{}, {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_SERVER_LOGGING_LEVEL": "ERROR"}])
def test_prefects_logging_is_the_same(level: dict[str, str]) -> None:
    assert told_by(LOGGING, "lighter", **level) == told_by(LOGGING, "plain", **level)


def test_the_settings_of_logging_are_few() -> None:
    assert len(_LoggingSettings.to_environment_variables(include_aliases=True)) < 30


def test_a_client_of_this_machine_trusts_no_certificate() -> None:
    made = _TrustingNobody("ssl").create_default_context(cafile="nothing is read")
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname
    assert made.get_ca_certs() == []
    assert _TrustingNobody("ssl").SSLContext is ssl.SSLContext


def test_routes_that_are_made_late_are_all_there_when_they_are_looked_at() -> None:
    paths, late, left = told_by(ROUTES, "late")  # type: ignore[misc]  # JSON of three
    assert late > 10
    assert left == 0
    assert [paths, 0, 0] == told_by(ROUTES, "at once")
