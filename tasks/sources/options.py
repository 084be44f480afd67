"""How the pages of an input are to be read: what the user or a declared source settled beforehand.

What belongs here: settings that travel from the INPUT words through the plan to the worker, so all JSON-able.
What does not: where pages lie (``find``) and which part a worker takes (``shards``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

MAX_PAYLOAD_BYTES = 20_000_000
"""The largest page, unpacked. News pages are 0.1 to 2 MB; beyond 20 MB it is no page but a mistake or an attack."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """``source``: the declared source's name, or null. ``*_column``: names in a table; null finds them by name.

    ``declared``: what the source says of all its pages, by the names of ``tasks.record.Record`` fields: the page's
    ``defaults``. ``max_payload_bytes``: larger pages are ``too_large``.
    """

    source: str | None = None
    url_column: str | None = None
    content_column: str | None = None
    retrieved_at_column: str | None = None
    max_payload_bytes: int = MAX_PAYLOAD_BYTES
    declared: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ReadOptions:
        """The reverse of ``to_dict``. Raises TypeError for a field that there is not."""
        return cls(**values)

    def key(self) -> tuple[str, ...]:
        """Equal for equal options; hashable, for grouping."""
        return tuple(repr(getattr(self, option.name)) for option in fields(self))
