"""Writes the data files of a release: each row read once, each file sorted, in bounded memory.

What belongs here: the way of whole rows from the store to sorted Parquet files. What does not: where a row goes
(``plan``) and how a file is written (``parquet``).

The store's order is not a release's. So rows are read once, in the store's order, and laid down in buckets: each
bucket is a stretch of the release's order, a part of a row group or several whole ones. Then bucket after bucket is
sorted, and written as soon as its row group is whole; the files that lie in one bucket side by side.
Reading month by month instead would unpack the store once a month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import closing
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import dataframely as dy
import polars as pl
import pyarrow as pa
from dataframely.exc import SchemaError, ValidationError

from tasks.release.error import ReleaseError
from tasks.release.parquet import BATCH_ROWS, TableFile
from tasks.release.plan import Plan, PlannedFile
from tasks.release.side_by_side import SideBySide
from tasks.release.tables import SORTED_BY
from tasks.schema import arrow_schema

# A bucket is held about twice, as read and as Arrow; a row group, up to 256 MB, is put together from several. Larger
# buckets cost memory and save nothing. At most some 400 files are open at once.
BUCKET_BYTES = 32 << 20
_BUCKETS = 400


class Buckets:
    """Rows on disk, in one Arrow stream a bucket, unsorted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
        folder.mkdir()

    def add(self, batch: pl.DataFrame) -> None:
        """Put each row in the bucket that its column ``bucket`` names."""
        batch = batch.sort("bucket")
        runs = batch.select(pl.col("bucket").rle().struct.unnest())
        table = batch.drop("bucket").to_arrow()
        start = 0
        for length, bucket in runs.iter_rows():
            if bucket not in self._writers:
                self._writers[bucket] = pa.ipc.new_stream(self._path(bucket), table.schema)
            self._writers[bucket].write_table(table.slice(start, length))
            start += length

    def take(self, bucket: int) -> pl.DataFrame:
        """All rows of a bucket; they are gone from disk afterwards."""
        self._writers.pop(bucket).close()
        with pa.ipc.open_stream(self._path(bucket)) as stream:
            rows = pl.from_arrow(stream.read_all())
        self._path(bucket).unlink()
        assert isinstance(rows, pl.DataFrame)
        return rows

    def _path(self, bucket: int) -> Path:
        return self._folder / f"{bucket}.arrows"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        for left in self._folder.iterdir():
            left.unlink()
        self._folder.rmdir()


def write_files(  # noqa: PLR0913 - what is written where, and who hears of it
    plan: Plan,
    tables: dict[str, type[dy.Schema]],
    folder: Path,
    *,
    skip: Set[str],
    on_bucket: Callable[[str, pa.Table], None],
    on_group: Callable[[int], None],
) -> None:
    """Write the planned files under ``folder``, but for those that ``skip`` names.

    ``tables`` are the release's tables by name; columns that they do not have are left out. ``on_bucket`` is called
    with the table's name and rows about to be written, as many as are held at once, and ``on_group`` with the number of
    rows of each row group that was written. Raises :class:`ReleaseError` where a row breaks its table's schema.
    """
    wanted = [number for number, file in enumerate(plan.files) if file.name not in skip]
    rows = plan.rows.filter(pl.col("file").is_in(wanted))
    if rows.is_empty():
        return
    rows = rows.with_columns(position=pl.int_range(pl.len()), bucket=_bucket(plan, rows))
    names = {name for table in tables.values() for name in table.column_names()}
    with Buckets(folder / ".buckets") as buckets, SideBySide() as writing:
        for batch in _batches(plan, rows, names):
            buckets.add(batch)

        def take(bucket: int) -> pl.DataFrame:
            writing.wait()  # files of two buckets at once would hold both
            pa.default_memory_pool().release_unused()
            return buckets.take(bucket)

        held = _Held(take, plan.files, tables, groups := _groups(rows), on_bucket)
        for number, found in groupby(groups, key=itemgetter("file")):
            file, parts = plan.files[number], list(found)
            out = partial(_write_file, file, tables[file.table], folder)
            ready = [held.rows(parts[0])]
            if held.holds(parts[-1]):
                ready += map(held.rows, parts[1:])
                writing.begin(partial(out, _given_away(ready)), partial(on_group, sum(map(len, ready))))
            else:
                out(chain(_given_away(ready), map(held.rows, parts[1:])), on_group)
        writing.wait()


def _write_file(
    file: PlannedFile,
    table: type[dy.Schema],
    folder: Path,
    groups: Iterable[pa.Table],
    on_group: Callable[[int], None] = lambda _: None,
) -> None:
    with closing(new_file(file, table, folder)) as out:
        for group in groups:
            out.write_group(group)
            on_group(len(group))
            del group  # or it is held while the next one is put together


def _given_away(groups: list[pa.Table]) -> Iterator[pa.Table]:
    """Each of them once; none is held here afterwards."""
    while groups:
        yield groups.pop(0)


def _bucket(plan: Plan, rows: pl.DataFrame) -> pl.Series:
    """Parts of row groups of one table, next to each other in the release's order, until a bucket is full.

    A row group is cut only where the writer would begin a batch of rows anyway: its bytes are the same then.
    """
    table_of = pl.Series([file.table for file in plan.files])
    batch = (pl.int_range(pl.len()).over("row_group") // BATCH_ROWS).alias("batch")
    part = rows.select(part=pl.struct("row_group", batch).rle_id())["part"]
    parts = rows.select("weight", "file", part).group_by("part", maintain_order=True)
    weighed = parts.agg(pl.col("weight").sum(), pl.col("file").first())
    size = max(BUCKET_BYTES, int(weighed["weight"].sum()) // _BUCKETS)
    stretch = (pl.col("weight").cum_sum() - pl.col("weight")) // size
    table = table_of.gather(weighed["file"]).alias("table")
    return weighed.select(bucket=pl.struct(table, stretch).rle_id())["bucket"].gather(part)


def _batches(plan: Plan, rows: pl.DataFrame, names: set[str]) -> Iterator[pl.DataFrame]:
    """The wanted rows in the store's order, with their position and bucket."""
    near: pl.Expr | None = None
    if rows.height < plan.rows.height:  # lets the reader skip what an unchanged month holds
        moment = pl.col(plan.moment_column)
        first, last = rows["moment"].min(), rows["moment"].max()
        near = moment.is_between(first, last) if first is not None else pl.lit(False)
        if rows["moment"].null_count():
            near |= moment.is_null()
    where = rows.select("row", "position", "bucket").sort("row")
    columns = [name for name in plan.scan.column_names() if name in names]
    for batch in plan.scan.batches(columns, near):
        stretch = where.slice(*_stretch(where["row"], batch["row"]))
        yield batch.join(stretch, on="row", how="inner").select(*columns, "position", "bucket")


def _stretch(rows: pl.Series, batch: pl.Series) -> tuple[int, int]:
    """Start and length of the part of the sorted ``rows`` that a batch, sorted too, can hold."""
    if batch.is_empty():
        return 0, 0
    start = int(rows.search_sorted(batch[0], "left"))
    return start, int(rows.search_sorted(batch[-1], "right")) - start


def _groups(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The row groups of all files, in the release's order: ``file``, ``position``, ``length``."""
    groups = rows.group_by("row_group", maintain_order=True).agg(
        pl.col("file").first(), pl.col("position").first(), pl.len().alias("length")
    )
    return list(groups.iter_rows(named=True))


class _Held:
    """The bucket that is being written. Nobody else keeps its rows, so they are gone when their row groups are written.

    A bucket is validated and turned to Arrow as a whole: done file by file, a hundred months of few rows each cost
    three times as much processor time.
    """

    def __init__(
        self,
        take: Callable[[int], pl.DataFrame],
        files: tuple[PlannedFile, ...],
        tables: dict[str, type[dy.Schema]],
        groups: list[dict[str, Any]],
        on_bucket: Callable[[str, pa.Table], None],
    ) -> None:
        self._take, self._files, self._tables, self._groups = take, files, tables, groups
        self._on_bucket = on_bucket
        # The bucket that comes next, and where the rows of the present one begin and end in the release's order.
        self._bucket, self._rows, self._start, self._end = 0, pa.table({}), 0, 0

    def rows(self, group: dict[str, Any]) -> pa.Table:
        """The rows of a row group, valid, in its table's schema, a chunk for each bucket. To be asked for in order."""
        at, end = group["position"], group["position"] + group["length"]
        parts = []
        while at < end:
            if at == self._end:
                self._next(self._files[group["file"]].table)
            parts.append(self._rows.slice(at - self._start, end - at))
            at += len(parts[-1])
        if at == self._end:
            self._rows = pa.table({})
        return pa.concat_tables(parts)

    def holds(self, group: dict[str, Any]) -> bool:
        """Whether the present bucket goes as far as the end of a row group."""
        return bool(group["position"] + group["length"] <= self._end)

    def _next(self, name: str) -> None:
        """Hold the next bucket, of the table ``name``."""
        self._rows, table = pa.table({}), self._tables[name]
        rows = self._take(self._bucket).sort("position").select(table.column_names())
        self._bucket, self._start, self._end = self._bucket + 1, self._end, self._end + rows.height
        try:
            # One chunk: cut by how validation was spread over threads, it would be put together for the file anew.
            self._rows = table.validate(rows).rechunk().to_arrow().cast(arrow_schema(table))
        except (ValidationError, SchemaError) as error:
            raise self._broken(rows, table) or _refused(self._files[0], error) from None
        del rows
        self._on_bucket(name, self._rows)

    def _broken(self, rows: pl.DataFrame, table: type[dy.Schema]) -> ReleaseError | None:
        """What is wrong with the first file of the bucket that holds a row which breaks the schema."""
        for group in self._groups:
            first = max(group["position"], self._start)
            end = min(group["position"] + group["length"], self._end)
            if first < end:
                try:
                    table.validate(rows.slice(first - self._start, end - first))
                except (ValidationError, SchemaError) as error:
                    return _refused(self._files[group["file"]], error)
        return None


def _refused(file: PlannedFile, error: Exception) -> ReleaseError:
    words = "; ".join(str(error).split("\n")[:3])
    return ReleaseError(f"{file.name}: the store holds rows that break the schema: {words}")


def new_file(file: PlannedFile, table: type[dy.Schema], folder: Path) -> TableFile:
    """The file, opened for writing; its folder is made."""
    path = folder / file.name
    path.parent.mkdir(exist_ok=True)
    return TableFile(path, arrow_schema(table), file.rows, SORTED_BY[file.table])


def write_empty_tables(plans: list[Plan], tables: dict[str, type[dy.Schema]], folder: Path) -> list[PlannedFile]:
    """One file without rows for each table that has none, so that every reader finds its columns."""
    filled = {file.table for plan in plans for file in plan.files}
    made = []
    for name, table in tables.items():
        if name not in filled:
            file = PlannedFile(name, f"{name}/{name}-undated.parquet", 0, "")
            new_file(file, table, folder).close()
            made.append(file)
    return made
