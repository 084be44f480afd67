"""The rows of a release without those that a removal takes out, file by file and in bounded memory.

What belongs here: rows dropped, places written anew, copies that become articles (or the other way round) brought to
their new file. What does not: which rows these are (``removal``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dataframely as dy
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.release.changes import Held
from tasks.release.parquet import ROW_GROUP_ROWS, TableFile
from tasks.release.plan import ROW_GROUP_BYTES, weight_of
from tasks.release.removal import PLACE, Found, Removal
from tasks.release.tables import SORTED_BY
from tasks.storage import scan_parquet

_BATCH_ROWS = 5_000


class Rewriter:
    """Writes the data files of a release that a removal changes. ``tables`` are the release's own, by name."""

    def __init__(self, old: Held, tables: dict[str, type[dy.Schema]], removal: Removal, found: Found) -> None:
        self.tables = tables
        self._old, self._removal, self._found = old, removal, found
        self._schemas = self._arrow_schemas()
        self._paths = {str(entry.path): str(entry.table) for entry in old.entries if entry.table in tables}
        self._moved = self._moving()

    def changes(self, path: str) -> bool:
        """Whether a file of the old release is written anew, or is gone."""
        return path in self._found.touched or path in self._moved

    def write(self, folder: Path) -> Iterator[tuple[str, str]]:
        """Write the changed files below ``folder``; give the path and the table of each that has rows.

        A table that has no rows left gets one file without any, as in every release.
        """
        touched = {path: self._paths[path] for path in self._found.touched}
        touched |= {path: path.partition("/")[0] for path in self._moved}
        filled = {table for path, table in self._paths.items() if path not in touched}
        for path, table in sorted(touched.items()):
            if self._write(folder, path, table):
                filled.add(table)
                yield path, table
        for table in self.tables:
            if table not in filled:
                path = f"{table}/{table}-undated.parquet"
                self._new_file(folder, path, table, 0).close()
                yield path, table

    def _arrow_schemas(self) -> dict[str, pa.Schema]:
        """Each table's schema as its files have it, whatever code wrote them."""
        first = {str(entry.table): entry.path for entry in reversed(self._old.entries) if entry.table in self.tables}
        return {table: pq.read_schema(self._old.path / path) for table, path in first.items()}

    def _moving(self) -> dict[str, pl.DataFrame]:
        """Rows that change between articles and copies, by the file they go to."""
        moved: dict[str, pl.DataFrame] = {}
        placed = self._found.placed
        for path in sorted(self._found.touched):
            table = self._paths[path]
            if table not in ("articles", "copies"):
                continue
            goes = placed.filter(pl.col("table") != table).rename({"table": "to"})
            rows = scan_parquet(self._old.path / path).join(
                goes.lazy().select("article_id"), on="article_id", how="semi"
            )
            held = self._placed(rows.collect(engine="streaming"), goes)
            if held.height:
                to = "articles" if table == "copies" else "copies"
                month = path.rpartition(f"{table}-")[2]
                moved[f"{to}/{to}-{month}"] = held.select(self._schemas[to].names)
        return moved

    def _placed(self, rows: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
        """The rows with their new places where they have one; columns that only copies have are added."""
        new = placed.select("article_id", pl.lit(True).alias("is_placed"), *PLACE)
        both = rows.join(new, on="article_id", how="left", suffix=":new", maintain_order="left")
        values = {}
        for name in PLACE:
            if f"{name}:new" in both.columns:
                values[name] = pl.when(pl.col("is_placed")).then(f"{name}:new").otherwise(name)
        return both.with_columns(**values)

    def _write(self, folder: Path, path: str, table: str) -> int:
        """Write one file; return how many rows it has. One without rows is not written."""
        total = sum(group.height for group in self._rows(path, table))
        if not total:
            return 0
        with closing(self._new_file(folder, path, table, total)) as out:
            for group in _groups(self._rows(path, table), table):
                out.write_group(self.tables[table].validate(group).to_arrow())
        return total

    def _new_file(self, folder: Path, path: str, table: str, rows: int) -> TableFile:
        (folder / table).mkdir(exist_ok=True)
        return TableFile(folder / path, self._schemas[table], rows, SORTED_BY[table])

    def _rows(self, path: str, table: str) -> Iterator[pl.DataFrame]:
        """The rows of a new file, in their order, some thousand at a time."""
        names, order = self._schemas[table].names, list(SORTED_BY[table])
        waiting = self._moved.get(path)
        for batch in self._staying(path, table):
            rows = batch.select(names)
            if waiting is not None and waiting.height:
                both = pl.concat([rows, waiting.match_to_schema(rows.schema)]).sort(order, nulls_last=True)
                # What comes after the last row that the old file gave so far may come after the next batch too.
                last = both["article_id"].index_of(rows["article_id"][-1]) if rows.height else None
                end = -1 if last is None else last
                rows, waiting = both.head(end + 1), both.slice(end + 1)
            yield rows
        if waiting is not None and waiting.height:
            yield waiting

    def _staying(self, path: str, table: str) -> Iterator[pl.DataFrame]:
        """The rows of an old file that stay in it."""
        if path not in self._paths:
            return
        placed = self._found.placed
        away = placed.filter(pl.col("table") != table)["article_id"]
        # Not buffered ahead: all that was read of the file would be held until it is closed.
        with pq.ParquetFile(self._old.path / path, pre_buffer=False) as file:
            for batch in file.iter_batches(_BATCH_ROWS):
                rows = pl.from_arrow(pa.Table.from_batches([batch]))
                assert isinstance(rows, pl.DataFrame)
                rows = rows.filter(~self._removal.takes(table))
                if table in ("articles", "copies"):
                    rows = rows.filter(~pl.col("article_id").is_in(away.implode()))
                yield rows if table == "rejects" else self._placed(rows, placed)


def _groups(rows: Iterator[pl.DataFrame], table: str) -> Iterator[pl.DataFrame]:
    """Row groups as a new release cuts them."""
    held = pl.DataFrame()
    for part in rows:
        held = pl.concat([held, part]) if held.width else part
        while held.height >= ROW_GROUP_ROWS:
            yield from _light(held.head(ROW_GROUP_ROWS), table)
            held = held.slice(ROW_GROUP_ROWS)
    yield from _light(held, table)


def _light(rows: pl.DataFrame, table: str) -> Iterator[pl.DataFrame]:
    weight = weight_of(table)
    heavy = ((weight.cum_sum() - weight) // ROW_GROUP_BYTES).alias("heavy")
    yield from rows.with_columns(heavy).partition_by("heavy", maintain_order=True, include_key=False)
