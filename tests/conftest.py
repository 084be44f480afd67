"""What holds for all tests.

Nothing is timed: a property is true or false however busy the machine is. Nor is it drawn: each property is tried on
the same examples every time, until HYPOTHESIS_PROFILE=roaming has it tried on others. One Prefect server is enough for
all tests that are not about an embedded one: starting it costs more than a small run.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from prefect.settings import PREFECT_API_URL, get_current_settings
from prefect.testing.utilities import prefect_test_harness

os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}  # no test speaks to the world
settings.register_profile("roaming", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", settings.get_profile("roaming"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes have no place in a test's name: packed ones differ by when they were packed, and each worker collects."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[str]:
    """The URL of the session's Prefect server; in this process it is used, other processes must be told."""
    with prefect_test_harness(server_startup_timeout=120):
        # As for an embedded server: nobody listens for them, and ending them costs each flow half a second.
        get_current_settings().flows.heartbeat_frequency = None
        yield str(PREFECT_API_URL.value())
