"""What Prefect makes of all its settings and certificates where a run needs a few of them or none.

What belongs here: those shortcuts, for the version of Prefect whose ways are known (``database.is_known_prefect``); any
other one is left as it is. What does not: what a server leaves out (``embedded``, ``no_docket``, ``late_routes``).
"""

from __future__ import annotations

import ssl
from types import ModuleType
from typing import Any


def leave_out_the_key_of_settings() -> None:
    """Let a server that makes one app not work out the key by which apps are kept, twice: .05 CPU seconds each."""
    from prefect.settings import Settings

    setattr(Settings, "hash_key", lambda _: "the only one")  # noqa: B010 - mypy refuses the plain form


def name_settings_for_logging() -> None:
    """Let the template of Prefect's logging be filled in with the settings it names: .05 CPU seconds a process.

    A template of the user's own may name any setting.
    """
    from prefect.logging import configuration
    from prefect.settings import get_current_settings

    if get_current_settings().logging.config_path.exists():
        return
    vars(configuration)["get_current_settings"] = _LoggingSettings


class _LoggingSettings:
    """Stands for the current settings where the template is filled in."""

    @staticmethod
    def to_environment_variables(**words: Any) -> dict[str, str]:
        """Those of logging, and the levels of the server and of Prefect's helpers."""
        from prefect.settings import get_current_settings

        settings = get_current_settings()
        named = settings.logging.to_environment_variables(**words) | settings.internal.to_environment_variables(**words)
        return named | {"PREFECT_SERVER_LOGGING_LEVEL": settings.server.logging_level}


def read_no_certificates() -> None:
    """Let Prefect's clients be made without the certificates of the web's authorities: .02 CPU seconds a client.

    For a process whose API answers in plain HTTP on this machine. A client that asked any other one would trust nobody.
    """
    from prefect.client import orchestration

    vars(orchestration)["ssl"] = _TrustingNobody("ssl", ssl.__doc__)


class _TrustingNobody(ModuleType):
    """``ssl``, but for the contexts that it makes."""

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)

    @staticmethod
    def create_default_context(*_: Any, **__: Any) -> ssl.SSLContext:
        """One that checks certificates and takes none."""
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
