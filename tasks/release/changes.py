"""What changed between two releases: changes/*.parquet, CHANGELOG.md, and the answer of ``diff``.

What belongs here: the comparison of two releases by their rows' keys. What does not: the comparison of their schemas
(``schema_change``) and of their quality (``drift``).

Articles and copies are compared by ``article_id``; an earlier text moves to revisions when a newer one comes, which is
a change of its article. Only small columns are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.release.manifest import FileEntry
from tasks.release.parquet import writer_options
from tasks.storage import Location, scan_parquet

_LEADING = ("articles", "copies")
# What is compared. The text itself is not read: another text has another revision, or another payload and run.
_COMPARED = ("revision", "payload_sha256", "run_id", "cluster_id", "cluster_size", "copy_of", "match", "joined_through")

CHANGES_SCHEMAS: dict[str, pa.Schema] = {}
for _name, _more in {
    "added": {"table": "The table of the new release that holds the article: articles or copies."},
    "changed": {
        "table": "The table of the new release that holds the article: articles or copies.",
        "former_table": "The table of the former release that held it: another one where the article moved.",
        "what": "The columns of the row that differ, and table where it moved.",
    },
    "removed": {"former_table": "The table of the former release that held the article: articles or copies."},
}.items():
    _columns = {
        "article_id": "See articles.article_id.",
        "canonical_url": "See articles.canonical_url.",
        **_more,
    }
    CHANGES_SCHEMAS[_name] = pa.schema(
        [
            pa.field(
                column,
                pa.list_(pa.field("element", pa.string())) if column == "what" else pa.string(),
                metadata={"description": meaning, "comment": meaning},
            )
            for column, meaning in _columns.items()
        ]
    )


CHANGE_FILES = frozenset(f"changes/{name}.parquet" for name in CHANGES_SCHEMAS)


@dataclass(frozen=True, slots=True)
class Changes:
    """Three frames, each sorted by ``article_id``: what was added, changed and removed."""

    added: pl.DataFrame
    changed: pl.DataFrame
    removed: pl.DataFrame

    def without(self, gone: pl.Expr) -> Changes:
        """The same, but for the rows that ``gone`` takes out."""
        return Changes(self.added.filter(~gone), self.changed.filter(~gone), self.removed.filter(~gone))

    def in_words(self) -> list[str]:
        """One line each, counts in words."""
        moved = self.changed.filter(pl.col("table") != pl.col("former_table"))
        revised = self.changed.filter(pl.col("what").list.contains("revision"))
        return [
            f"{_count(self.added, 'article', 'articles')} and {_count(self.added, 'copy', 'copies')} added",
            f"{self.changed.height:,} changed, {revised.height:,} of them with another text",
            f"{moved.filter(pl.col('table') == 'copies').height:,} articles became copies, "
            f"{moved.filter(pl.col('table') == 'articles').height:,} copies became articles",
            f"{self.removed.height:,} removed",
        ]


def _count(frame: pl.DataFrame, one: str, many: str) -> str:
    rows = frame.filter(pl.col("table") == many).height
    return f"{rows:,} {one if rows == 1 else many}"


@dataclass(frozen=True, slots=True)
class Held:
    """A release's folder and the files its manifest lists."""

    path: Location
    entries: Sequence[FileEntry]


def changes_between(old: Held, new: Held) -> Changes:
    """What differs between two releases. Files that both hold with the same bytes are not read."""
    shared = {entry.sha256 for entry in old.entries} & {entry.sha256 for entry in new.entries}
    before, after = _rows(old, shared), _rows(new, shared)
    both = after.join(before, on="article_id", how="full", suffix="_before", coalesce=True)
    both = both.with_columns(what=pl.concat_list(_differing()).list.drop_nulls())
    gone, come = pl.col("table").is_null(), pl.col("former_table").is_null()
    found = (
        both.rename({"table_before": "former_table"})
        .with_columns(pl.coalesce("canonical_url", "canonical_url_before").alias("canonical_url"))
        .filter(gone | come | (pl.col("what").list.len() > 0))
        .select("article_id", "canonical_url", "table", "former_table", "what")
        .collect(engine="streaming")
        .sort("article_id")
    )
    names = {name: schema.names for name, schema in CHANGES_SCHEMAS.items()}
    return Changes(
        found.filter(come).select(names["added"]),
        found.filter(~come & ~gone).select(names["changed"]),
        found.filter(gone).select(names["removed"]),
    )


def no_changes() -> Changes:
    """Those of a first release, which has nothing to be compared with."""
    # Not by ``schema.empty_table()``: it makes arrays of nothing, for which PyArrow loads pandas where that is there.
    return Changes(
        **{
            name: pl.DataFrame(
                schema={
                    field.name: pl.List(pl.String) if pa.types.is_list(field.type) else pl.String for field in schema
                }
            )
            for name, schema in CHANGES_SCHEMAS.items()
        }
    )


def _rows(release: Held, shared: Set[str]) -> pl.LazyFrame:
    """Ids, and what is compared: hashed where it is long, to hold a million rows in 200 MB."""
    empty: dict[str, type[pl.DataType]] = {"table": pl.String, "article_id": pl.String, "canonical_url": pl.String}
    frames = [pl.LazyFrame(schema=empty | dict.fromkeys(_COMPARED, pl.UInt64))]
    for entry in release.entries:
        if entry.table not in _LEADING or entry.sha256 in shared:
            continue
        frame = scan_parquet(release.path / entry.path)
        held = frame.collect_schema()
        compared = [
            pl.when(pl.col(name).is_not_null())  # a column that articles do not have counts as null there
            .then(plh.concat_str([pl.col(name).cast(pl.String)]).nchash.xxh3_64())
            .alias(name)
            if name in held
            else pl.lit(None, pl.UInt64).alias(name)
            for name in _COMPARED
        ]
        frames.append(frame.select(pl.lit(entry.table).alias("table"), "article_id", "canonical_url", *compared))
    return pl.concat(frames)


def _differing() -> Iterator[pl.Expr]:
    for name in ("table", *_COMPARED):
        yield pl.when(pl.col(name).ne_missing(pl.col(f"{name}_before"))).then(pl.lit(name))


def write_changes(folder: Path, changes: Changes) -> None:
    """``changes/added.parquet``, ``changed.parquet`` and ``removed.parquet``."""
    (folder / "changes").mkdir()
    for name, schema in CHANGES_SCHEMAS.items():
        table = getattr(changes, name).to_arrow().cast(schema).combine_chunks()
        options = writer_options(schema, table.num_rows, ("article_id",))
        pq.write_table(table, folder / "changes" / f"{name}.parquet", row_group_size=100_000, **options)
