"""Reads a table of the store from one end to the other, in batches that carry where each row stands.

What belongs here: the one way whole rows are read. What does not: which rows are wanted (``plan``, ``select``).

A row is known by its number in the scan, and its placement is taken from an array by that number. A join would do the
same in one line, but the streaming engine's holds the documents back: 6.5 GB for 400,000 of them. Rows are read in
stretches for the same reason: reading ahead, the engine held ten row groups, 1.5 GB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from tasks.release.error import ReleaseError

# A stretch has so many rows at most, fewer where they are long: about so many bytes of them. The first is short, since
# nothing is known of them yet.
_WINDOW_ROWS, _FIRST_ROWS, _WINDOW_BYTES = 20_000, 1_000, 24 << 20


@dataclass(frozen=True, slots=True)
class Scan:
    """A table, and what is added to its rows: ``placed`` has a row for each row of the scan, in its order."""

    table: pl.LazyFrame
    placed: pl.DataFrame | None = None

    def column_names(self) -> list[str]:
        """The columns a batch can have, but for ``row``."""
        held = self.table.collect_schema().names()
        added = [] if self.placed is None else self.placed.columns
        return [*held, *(name for name in added if name not in held)]

    def batches(self, columns: Sequence[str], condition: pl.Expr | None = None) -> Iterator[pl.DataFrame]:
        """The rows that meet ``condition`` (on columns of the table), with ``columns`` and ``row``.

        Raises :class:`ReleaseError` where the rows are not in the order they had when the plan was made.
        """
        held = self.table.collect_schema().names()
        known = [] if self.placed is None else ["document_id"]
        wanted = list(dict.fromkeys([*known, *(name for name in columns if name in held)]))
        for batch in self._windows(wanted) if condition is None else self._matching(wanted, condition):
            if self.placed is None:
                yield batch
                continue
            places = self.placed.select(pl.all().gather(batch["row"]))
            if not places["document_id"].equals(batch["document_id"]):
                raise ReleaseError("the store's rows came in another order when they were read again: publish again")
            yield batch.hstack(places.select(name for name in columns if name not in held))

    def _windows(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """The whole table, one stretch of rows after another."""
        table, start, length = self.table.select(columns), 0, _FIRST_ROWS
        while True:
            window = table.slice(start, length).collect(engine="streaming")
            rows, weight = window.height, int(window.estimated_size())
            yield window.with_columns(row=pl.int_range(start, start + rows, dtype=pl.get_index_type()))
            del window
            if rows < length:
                return
            start += rows
            length = max(1, min(_WINDOW_ROWS, 4 * length, rows * _WINDOW_BYTES // max(weight, 1)))

    def _matching(self, columns: list[str], condition: pl.Expr) -> Iterator[pl.DataFrame]:
        """The rows that meet a condition, few of many: their row groups are found by their statistics."""
        source = self.table.with_row_index("row").filter(condition).select("row", *columns)
        yield from source.collect_batches(chunk_size=_WINDOW_ROWS, maintain_order=True, engine="streaming")
