"""What can be counted from the rows of a release: quality.json, and the figures of the card and the page.

What belongs here: counts, fill rates and lengths. What does not: the comparison with earlier releases (``drift``) and
how figures are shown (``card``, ``page``).

Every column but ``text`` is read once; ``text`` is never null, and its length is ``word_count``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tasks.release.stretches import stretches
from tasks.release.tables import DOCUMENT_TABLES, TEXT_COLUMNS
from tasks.storage import Location

# Columns whose length is followed, besides word_count: in characters.
_LENGTHS = ("headline", "description")
# A domain with fewer articles than this has no rates of its own: they would say nothing.
DOMAIN_ROWS = 20
_DOMAINS = 500


def scan(folder: Path, table: str) -> pl.LazyFrame:
    """All files of one table of a release."""
    return pl.scan_parquet(folder / table / "*.parquet", glob=True)


def measure(folder: Path, since: str | None = None) -> dict[str, Any]:
    """The figures of the release in ``folder``: everything of quality.json but its drift.

    ``since`` is the former release's ``last_ingested_at``: articles taken in later have figures of their own, because
    what a day adds is lost among all that was there before.
    """
    schema = scan(folder, "articles").collect_schema()
    columns = [name for name in schema if name not in TEXT_COLUMNS]
    medians = {name: pl.col(f"length:{name}").median() for name in _LENGTHS} | {"text": pl.col("word_count").median()}
    measures: Sequence[pl.Expr] = [
        pl.len().alias("rows"),
        *(pl.col(f"filled:{name}").sum() for name in columns),
        *(median.alias(f"median:{name}") for name, median in medians.items()),
    ]
    articles = _narrowed(folder, schema, columns)
    whole = articles.select(
        *measures,
        pl.col("published_at").min().alias("first"),
        pl.col("published_at").max().alias("last"),
        pl.col("ingested_at").max().alias("ingested"),
    )
    by_domain = articles.group_by("domain").agg(*measures).sort("rows", "domain", descending=[True, False])
    languages = _counts(articles, "language")
    days = _counts(articles.select(pl.col("published_at").dt.strftime("%Y-%m-%d").alias("day")), "day", by_value=True)
    sizes = _counts(articles.select("cluster_size"), "cluster_size", by_value=True)
    copies = _counts(scan(folder, "copies"), "domain")
    reasons = scan(folder, "rejects").group_by("stage", "reason").len("rows")
    reasons = reasons.sort("rows", "stage", "reason", descending=[True, False, False])
    words = articles.select(
        *(pl.col("word_count").quantile(q, "nearest").alias(f"p{int(q * 100)}") for q in (0.05, 0.25, 0.5, 0.75, 0.95)),
        pl.col("word_count").cast(pl.Int64).sum().alias("sum"),
    )
    counted = {table: scan(folder, table).select(pl.len()).collect().item() for table in (*DOCUMENT_TABLES, "rejects")}
    total, domains, words_row = whole.collect(engine="streaming").row(0, named=True), by_domain, words
    return {
        "rows": counted,
        "first_published_at": _instant(total["first"]),
        "last_published_at": _instant(total["last"]),
        "last_ingested_at": _instant(total["ingested"]),
        "words": words_row.collect(engine="streaming").row(0, named=True),
        "columns": _columns(total, list(schema), medians),
        "languages": languages,
        "domains_in_all": articles.select(pl.col("domain").n_unique()).collect(engine="streaming").item(),
        "domains": [
            {"domain": row["domain"], "rows": row["rows"]}
            | ({"columns": _columns(row, list(schema), medians)} if row["rows"] >= DOMAIN_ROWS else {})
            for row in domains.head(_DOMAINS).collect(engine="streaming").iter_rows(named=True)
        ],
        "copies_by_domain": copies[:_DOMAINS],
        "days": days,
        "cluster_sizes": sizes,
        "rejects": reasons.collect(engine="streaming").to_dicts(),
        "added": _added(articles, since, measures, list(schema), medians) if since else None,
    }


def _narrowed(folder: Path, schema: pl.Schema, columns: Sequence[str]) -> pl.LazyFrame:
    """What is counted from, about 100 bytes an article: whether each column is filled, lengths, times, domain.

    Some files at a time: over all of them at once, the reader and the medians held 1.4 GB for a million articles.
    """
    needed = [
        *("domain", "language", "cluster_size", "word_count", "published_at", "ingested_at"),
        *(_is_filled(name, schema[name]).alias(f"filled:{name}") for name in columns),
        *(pl.col(name).str.len_chars().alias(f"length:{name}") for name in _LENGTHS),
    ]
    files = sorted((folder / "articles").glob("*.parquet"))
    parts = [pl.scan_parquet(part).select(needed).collect(engine="streaming") for part in stretches(files)]
    return pl.concat(parts).lazy()


def read_quality(release: Location) -> dict[str, Any] | None:
    """quality.json of a release; null where there is none that can be read, which is no reason not to go on."""
    try:
        found = json.loads((release / "quality.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"rows", "columns", "domains"} <= found.keys() else None


def _added(
    articles: pl.LazyFrame, since: str, measures: Sequence[pl.Expr], names: list[str], medians: dict[str, pl.Expr]
) -> dict[str, Any]:
    """The columns of the articles taken in after ``since``, all together and by domain."""
    moment = pl.lit(since).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC")
    later = articles.filter(pl.col("ingested_at") > moment)
    total = later.select(*measures).collect(engine="streaming").row(0, named=True)
    by_domain = (
        later.group_by("domain")
        .agg(*measures)
        .filter(pl.col("rows") >= DOMAIN_ROWS)
        .sort("rows", "domain", descending=[True, False])
        .head(_DOMAINS)
        .collect(engine="streaming")
    )
    return {
        "since": since,
        "rows": total["rows"],
        "columns": _columns(total, names, medians),
        "domains": [
            {"domain": row["domain"], "rows": row["rows"], "columns": _columns(row, names, medians)}
            for row in by_domain.iter_rows(named=True)
        ],
    }


def _is_filled(name: str, dtype: pl.DataType) -> pl.Expr:
    """Whether the row says anything in this column: an empty list and a struct of nulls say nothing."""
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        return column.list.len() > 0
    if isinstance(dtype, pl.Struct):
        return pl.any_horizontal(column.struct.field(field.name).is_not_null() for field in dtype.fields)
    return column.is_not_null()


def _counts(frame: pl.LazyFrame, column: str, *, by_value: bool = False) -> list[dict[str, Any]]:
    counts = frame.group_by(column).len("rows")
    order = counts.sort(column) if by_value else counts.sort("rows", column, descending=[True, False])
    return order.collect(engine="streaming").to_dicts()


def _columns(row: dict[str, Any], names: list[str], medians: dict[str, pl.Expr]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        filled = row["rows"] if name in TEXT_COLUMNS else row[f"filled:{name}"]
        found[name] = {"filled": filled, "fill_rate": round(filled / row["rows"], 4) if row["rows"] else None}
        if name in medians:
            found[name]["median_length"] = row[f"median:{name}"]
    return found


def _instant(value: Any) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
