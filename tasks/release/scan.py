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

# A store's row group has 20,000 rows.
_WINDOW_ROWS, _BATCH_ROWS = 20_000, 5_000


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
        table, start = self.table.select(columns), 0
        while True:
            window = table.slice(start, _WINDOW_ROWS).collect(engine="streaming")
            for part in window.iter_slices(_BATCH_ROWS):
                yield part.with_columns(row=pl.int_range(start, start + part.height, dtype=pl.get_index_type()))
                start += part.height
            if window.height < _WINDOW_ROWS:
                return

    def _matching(self, columns: list[str], condition: pl.Expr) -> Iterator[pl.DataFrame]:
        """The rows that meet a condition, few of many: their row groups are found by their statistics."""
        source = self.table.with_row_index("row").filter(condition).select("row", *columns)
        yield from source.collect_batches(chunk_size=_WINDOW_ROWS, maintain_order=True, engine="streaming")
