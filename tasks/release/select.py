"""Which rows a partial release holds.

What belongs here: the conditions of a :class:`~tasks.release.facts.Selection` on the store's documents. What does
not: the profile, which drops columns and not rows (``tables``).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import and_

import polars as pl
from polars.exceptions import PolarsError

from tasks.release.error import ReleaseError
from tasks.release.facts import Selection
from tasks.release.scan import Scan
from tasks.schema import Articles


def condition(selection: Selection) -> pl.Expr:
    """The selection as one condition on columns of articles. Raises :class:`ReleaseError` on a bad condition."""
    parts: list[pl.Expr] = []
    if selection.since and selection.until and selection.since > selection.until:
        raise ReleaseError(f"--since {selection.since} is after --until {selection.until}: no article can be both")
    if selection.where:
        try:
            parts.append(pl.sql_expr(selection.where))
        except PolarsError as error:
            raise ReleaseError(f"--where {selection.where!r} is no condition: {_first_line(error)}") from None
        known = Articles.columns()
        for name in parts[-1].meta.root_names():
            if name not in known:
                raise ReleaseError(f"--where names {name!r}, which is no column of articles")
        if not _is_condition(parts[-1]):
            raise ReleaseError(
                f"--where {selection.where!r} is neither true nor false: compare, as in word_count > 100"
            )
    if selection.languages:
        parts.append(pl.col("language").is_in(selection.languages))
    if selection.since:
        parts.append(pl.col("published_at") >= _start(selection.since))
    if selection.until:
        parts.append(pl.col("published_at") < _start(selection.until) + timedelta(days=1))
    return reduce(and_, parts, pl.lit(True))


def _is_condition(expression: pl.Expr) -> bool:
    """Whether it is true or false for a row. Where that cannot be told without rows, it may be."""
    try:
        (kind,) = Articles.create_empty().lazy().select(expression).collect_schema().dtypes()
    except PolarsError:
        return True
    return kind in (pl.Boolean, pl.Null)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def chosen(scan: Scan, selection: Selection) -> pl.DataFrame:
    """The column ``row`` of the rows that the selection holds.

    Raises :class:`ReleaseError` where the condition cannot be worked out.
    """
    places = scan.placed
    if places is None:
        raise ValueError("only documents can be chosen among")
    wanted = condition(selection)
    columns = list(dict.fromkeys(["table", "article_id", *wanted.meta.root_names()]))
    held = [pl.DataFrame(schema={"article_id": pl.String})]
    for batch in scan.batches(columns):
        try:
            held.append(batch.filter(pl.col("table") == "articles").filter(wanted).select("article_id"))
        except PolarsError as error:
            raise ReleaseError(f"the selection cannot be made: {_first_line(error)}") from None
    articles = pl.concat(held)
    if articles.is_empty():
        raise ReleaseError("the selection holds no article: nothing was published")
    copies = places.filter(pl.col("table") == "copies").join(
        articles, left_on="copy_of", right_on="article_id", how="semi"
    )
    held_ids = pl.concat([articles, copies.select("article_id")])
    return places.with_row_index("row").join(held_ids, on="article_id", how="semi").select("row")
