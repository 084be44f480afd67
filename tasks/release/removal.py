"""Which rows of a release a removal takes out, and where those that stay stand afterwards.

What belongs here: the finding, from small columns. What does not: writing (``rewriting``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tasks.release.changes import CHANGE_FILES, Held
from tasks.release.facts import CopyRule
from tasks.release.tables import DOCUMENT_TABLES
from tasks.schema import Placements
from tasks.storage import scan_parquet

# What names a row of a release in the store: ``article_id``, ``payload_sha256`` and ``run_id``, beside its table.
MEMBER = ("table", "article_id", "revision", "payload_sha256", "run_id", "published_at")
# What a placement says of a row, beside its table.
PLACE = ("cluster_id", "cluster_size", "copy_of", "match", "similarity", "containment", "joined_through")

# Places the members of broken clusters anew: takes their rows (``MEMBER``) and the release's rule for copies, gives
# rows of ``tasks.schema.Placements`` for those of them that it knows.
PlaceAgain = Callable[[pl.DataFrame, CopyRule], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Removal:
    """What is taken out, for good. ``urls`` are as they stand in rejects; ``domains`` are registrable."""

    removal_id: str
    reason: str
    day: date
    article_ids: frozenset[str]
    urls: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def takes_document(self) -> pl.Expr:
        """Whether a row of articles, copies or revisions goes."""
        return pl.col("article_id").is_in(sorted(self.article_ids)) | pl.col("domain").is_in(sorted(self.domains))

    def takes_reject(self) -> pl.Expr:
        """Whether a row of rejects goes; false where it has no URL."""
        goes = pl.col("url").is_in(sorted(self.urls))
        if self.domains:
            host = pl.col("url").str.to_lowercase().str.extract(r"^\s*[a-z]+://(?:[^/?#]*@)?([^/?#:]+)")
            goes |= pl.any_horizontal(
                (host == domain) | host.str.ends_with(f".{domain}") for domain in sorted(self.domains)
            )
        return goes.fill_null(False)

    def takes_change(self) -> pl.Expr:
        """Whether a row of a change table goes."""
        host = pl.col("canonical_url").str.extract(r"^[a-z]+://([^/?#:]+)")
        goes = pl.col("article_id").is_in(sorted(self.article_ids))
        for domain in sorted(self.domains):
            goes |= ((host == domain) | host.str.ends_with(f".{domain}")).fill_null(False)
        return goes

    def takes(self, table: str) -> pl.Expr:
        """Whether a row of a table goes."""
        return self.takes_reject() if table == "rejects" else self.takes_document()


@dataclass(frozen=True, slots=True)
class Found:
    """What a removal does to a release: rows that go by table, files touched, and new places by article_id.

    ``placed`` has ``table``, ``article_id`` and ``PLACE``, one row for each article or copy that stays of a cluster
    that lost a member. ``is_named``: a change table names what goes, be it as a row that the release has no more.
    """

    counts: dict[str, int]
    touched: frozenset[str]
    placed: pl.DataFrame
    is_named: bool

    @property
    def is_nothing(self) -> bool:
        """Whether the release holds nothing of it."""
        return not (self.is_named or any(self.counts.values()))


def find(release: Held, removal: Removal, rule: CopyRule, place_again: PlaceAgain) -> Found:
    """Look through a release."""
    counts = dict.fromkeys((*DOCUMENT_TABLES, "rejects"), 0)
    touched: set[str] = set()
    clusters: list[str] = []
    for entry, frame in _tables(release, (*DOCUMENT_TABLES, "rejects")):
        wanted = "url" if entry[1] == "rejects" else "cluster_id"
        gone = frame.filter(removal.takes(entry[1])).select(wanted).collect(engine="streaming")
        if gone.height:
            counts[entry[1]] += gone.height
            touched.add(entry[0])
            clusters += [] if entry[1] == "rejects" else gone["cluster_id"].to_list()
    left = []
    for (path, table), frame in _tables(release, DOCUMENT_TABLES if clusters else ()):
        broken = pl.col("cluster_id").is_in(sorted(set(clusters)))
        staying = frame.filter(broken & ~removal.takes_document()).with_columns(table=pl.lit(table))
        members = staying.select(*MEMBER).collect(engine="streaming")
        if members.height:
            touched.add(path)
            left.append(members)
    return Found(counts, frozenset(touched), _placed(left, rule, place_again), _is_named(release, removal))


def _is_named(release: Held, removal: Removal) -> bool:
    """A release made while a removal was interrupted names what the one before it held still."""
    tables = [release.path / entry.path for entry in release.entries if entry.path in CHANGE_FILES]
    return any(scan_parquet(table).filter(removal.takes_change()).limit(1).collect().height for table in tables)


def _tables(release: Held, tables: Sequence[str]) -> Iterator[tuple[tuple[str, str], pl.LazyFrame]]:
    for entry in release.entries:
        if entry.table in tables and entry.rows:
            yield (entry.path, str(entry.table)), scan_parquet(release.path / entry.path)


def _placed(left: list[pl.DataFrame], rule: CopyRule, place_again: PlaceAgain) -> pl.DataFrame:
    """New places. A row that nobody can place, because its store is gone, is an article in a cluster of its own."""
    held = Placements.create_empty().schema
    schema = pl.Schema({name: held[name] for name in ("table", "article_id", *PLACE)})
    if not left:
        return pl.DataFrame(schema=schema)
    members = pl.concat(left)
    leading = members.filter(pl.col("table") != "revisions").select("article_id")
    known = place_again(members, rule).filter(pl.col("table") != "revisions").join(leading, on="article_id", how="semi")
    alone = leading.join(known, on="article_id", how="anti").select(
        pl.lit("articles").alias("table"), "article_id", cluster_id="article_id", cluster_size=pl.lit(1, pl.Int32)
    )
    return pl.concat([known.select(schema.names()), alone], how="diagonal").select(schema.names())
