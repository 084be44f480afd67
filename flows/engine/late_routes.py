"""Routes of Prefect's API that are made when somebody asks for them.

What belongs here: when a router's routes are made. What does not: which routers a run asks (``embedded``).

Two thirds of the API's 190 routes are for people and for deployments; to make them, with the models of what they take
and give, is a seventh of the start of a server that lives for one run and is never asked for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LATE = "_broadsheet_late_routes"


def make_routes_late(at_once: tuple[str, ...]) -> None:
    """Have the routers of Prefect's API that are made from now on make their routes when they are first looked at.

    But for those whose prefix is in ``at_once``. Nothing happens where FastAPI has no such moment: it looks for the
    version of a router's routes before it looks at them, and after it has included the router.
    """
    from prefect.server.utilities.server import PrefectRouter

    looked_at = getattr(PrefectRouter, "_get_routes_version", None)
    if looked_at is None:
        return
    add: Callable[..., None] = PrefectRouter.add_api_route

    def add_later(self: PrefectRouter, path: str, endpoint: Callable[..., Any], **words: Any) -> None:
        if self.prefix in at_once:
            add(self, path, endpoint, **words)
        else:
            vars(self).setdefault(_LATE, []).append((path, endpoint, words))

    def make(self: PrefectRouter, *words: Any) -> int:
        for path, endpoint, told in vars(self).pop(_LATE, ()):
            add(self, path, endpoint, **told)
        version: int = looked_at(self, *words)
        return version

    setattr(PrefectRouter, "add_api_route", add_later)  # noqa: B010 - mypy refuses the plain form
    setattr(PrefectRouter, "_get_routes_version", make)  # noqa: B010 - see above
