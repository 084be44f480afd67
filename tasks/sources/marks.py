"""Where a reader is: said before each thing it reads, so that what kills the process can be named and left out.

What belongs here: that mark, and what is left out. What does not: who listens and who decides (``tasks.shard``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Place = tuple[int, int]
"""The number of a path in its shard, and a position in that file: the byte offset of a WARC record, the number of a
line or of a Parquet row; ``WHOLE_FILE`` while the file is opened, or where it is one page."""

WHOLE_FILE = -1


class Marks:
    """The places of one shard. ``say`` hears each; ``left_out`` are those not to be read: reject reason and detail."""

    def __init__(
        self, say: Callable[[Place], None] = lambda _: None, left_out: Mapping[Place, tuple[str, str]] | None = None
    ) -> None:
        self._say = say
        self._left_out = left_out or {}
        self._path = 0

    def enter(self, path: int) -> tuple[str, str] | None:
        """The reader opens a file next; why it is not to, if so."""
        self._path = path
        return self.at(WHOLE_FILE)

    def at(self, position: int) -> tuple[str, str] | None:
        """The reader reads what is at the position next; why it is not to, if so."""
        place = (self._path, position)
        self._say(place)
        return self._left_out.get(place)
