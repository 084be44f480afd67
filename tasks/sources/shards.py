"""Inputs cut into shards: the parts that one worker takes.

What belongs here: ``Shard`` and ``plan_shards``. What does not: where files may be cut (``splits``) and reading
(``pages``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby

from tasks.sources import jsonl, tables
from tasks.sources.find import Input
from tasks.sources.kinds import Kind, kind_by_name
from tasks.sources.locations import InputError, read_start
from tasks.sources.options import ReadOptions
from tasks.sources.splits import line_boundaries, warc_boundaries
from tasks.values.urls import without_secrets

TARGET_BYTES = 32 * 1024 * 1024
"""A shard's size. 29 MB of gzipped WARC are 698 pages, some 14 CPU-s of extraction."""
SMALLEST_BYTES = 4 * 1024 * 1024
MOST_SHARDS = 1000
"""Prefect's server carries about this many task runs in one flow run."""


@dataclass(frozen=True, slots=True, repr=False)
class Shard:
    """A part of an input, or several whole small inputs of one kind.

    ``start`` and ``stop`` (first not in it; null for the end) are byte offsets in the file as it lies there, in a
    Parquet file row group numbers; both null where ``paths`` are taken whole. ``first_row`` is the number of the
    first line in JSON lines. ``size`` in bytes, for planning only.
    """

    kind: Kind
    paths: tuple[str, ...]
    start: int | None = None
    stop: int | None = None
    first_row: int = 0
    size: int = 0
    options: ReadOptions = field(default_factory=ReadOptions)

    def __repr__(self) -> str:
        # As an Input: without what opens its paths.
        paths = [without_secrets(path) for path in self.paths]
        return f"Shard({self.kind!r}, {paths!r}, {self.start}, {self.stop}, first_row={self.first_row})"

    @property
    def source(self) -> str | None:
        """The declared source's name, for the documents' ``source`` column."""
        return self.options.source

    def to_json(self) -> str:
        """One line of JSON, ASCII (a path need not be valid Unicode); equal shards give equal lines."""
        return json.dumps({**asdict(self), "options": self.options.to_dict()}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Shard:
        """The reverse of ``to_json``."""
        values = json.loads(text)
        return cls(**{**values, "paths": tuple(values["paths"]), "options": ReadOptions.from_dict(values["options"])})


def plan_shards(inputs: Sequence[Input], target_bytes: int = TARGET_BYTES, *, workers: int = 1) -> list[Shard]:
    """Cut the inputs into shards of about ``target_bytes``: every record is in exactly one, and order is kept.

    Big WARCs, Parquet files and JSON lines are cut; small files of one kind and the same options are put together,
    kinds in the order in which the inputs first show them. The target gives way where there would be fewer than two
    shards a worker (not below 4 MiB) or more than 1,000. The same inputs and numbers give the same plan.
    Raises ``InputError`` where a table lacks the columns to read or a file is gone. A table that is none gives a shard:
    reading it is where it becomes a reject.
    """
    total = sum(item.size for item in inputs)
    if workers > 1:
        target_bytes = min(target_bytes, max(-(-total // (2 * workers)), SMALLEST_BYTES))
    target_bytes = max(target_bytes, total // MOST_SHARDS, 1)
    order: dict[tuple[object, ...], int] = {}
    for item in inputs:
        order.setdefault(_group(item), len(order))
    shards: list[Shard] = []
    ordered = sorted(inputs, key=lambda item: order[_group(item)])
    for _, group in groupby(ordered, key=_group):
        parts = (part for item in group for part in _parts(item, target_bytes))
        shards += _together(parts, target_bytes)
    return shards


def _group(item: Input) -> tuple[object, ...]:
    return (item.kind, *item.options.key())


def _parts(item: Input, target: int) -> Iterator[Shard]:
    """The shards of one input: one, or several with their ranges."""
    whole = Shard(item.kind, (item.path,), size=item.size, options=item.options)
    try:
        if item.kind == "warc":
            cuts = [(offset, 0) for offset in warc_boundaries(item.path, _targets(item.size, target))]
        elif item.kind == "table" and is_parquet(item.path):
            yield from _row_groups(item, target)
            return
        elif item.kind == "table":
            jsonl.check_columns(item.path, item.options)
            cuts = line_boundaries(item.path, _targets(item.size, target))
        else:
            cuts = []
    except OSError as error:
        raise InputError(f"{item.path}: cannot be read: {error.strerror or error}") from error
    if not cuts:
        yield whole
        return
    starts = [(0, 0), *cuts]
    for (start, row), stop in zip(starts, [*(cut for cut, _ in cuts), None], strict=True):
        size = (item.size if stop is None else stop) - start
        yield Shard(item.kind, (item.path,), start, stop, row, size, item.options)


def _targets(size: int, target: int) -> list[int]:
    count = -(-size // target)
    return [size * number // count for number in range(1, count)]


def _row_groups(item: Input, target: int) -> Iterator[Shard]:
    try:
        sizes = tables.parquet_layout(item.path, item.options).sizes
    except tables.DamagedTableError:  # one reject when it is read: a broken file among others stops none of them
        yield Shard(item.kind, (item.path,), size=item.size, options=item.options)
        return
    start = size = 0
    for number, group in enumerate(sizes):
        size += group
        if size >= target or number == len(sizes) - 1:
            whole = start == 0 and number == len(sizes) - 1
            first, stop = (None, None) if whole else (start, number + 1)
            yield Shard(item.kind, (item.path,), first, stop, size=size, options=item.options)
            start, size = number + 1, 0


def _together(parts: Iterator[Shard], target: int) -> Iterator[Shard]:
    """Neighbouring whole files put together up to the target; ranges stay by themselves."""
    paths: list[str] = []
    size = 0
    last: Shard | None = None
    for part in parts:
        whole = part.start is None and part.stop is None
        if last is not None and paths and (not whole or size + part.size > target):
            yield Shard(last.kind, tuple(paths), size=size, options=last.options)
            paths, size = [], 0
        if whole:
            paths.append(part.paths[0])
            size += part.size
            last = part
        else:
            yield part
    if last is not None and paths:
        yield Shard(last.kind, tuple(paths), size=size, options=last.options)


def is_parquet(path: str) -> bool:
    """Whether a table is a Parquet file: its first bytes say, or its name where it is damaged."""
    return read_start(path, 4) == b"PAR1" or (kind_by_name(path) == "table" and path.lower().endswith(".parquet"))
