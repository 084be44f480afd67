"""Instants: when an article was published and changed, as the page wrote it and in UTC.

What belongs here: ``published_*`` and ``modified_*``. What does not: how a date is written (``tasks.values.dates``).

A page that was changed before it was published is left as it says: either date may be the wrong one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from tasks.normalisation.text import clean_lines
from tasks.values.dates import ParsedDate, parse_date
from tasks.values.languages import primary

_AHEAD = timedelta(days=2)  # a page stamped ahead in another zone


def with_dates(frame: pl.DataFrame, read_at: datetime) -> pl.DataFrame:
    """Adds ``_at``, ``_precision`` and ``_zone`` beside ``published_raw`` and ``modified_raw``.

    ``read_at`` bounds what is plausible, so that a page read again later gives the same.
    """
    languages = [
        declared if declared and (not language or primary(declared) == language) else language
        for declared, language in zip(frame["language_declared"], frame["language"], strict=True)
    ]
    columns = []
    for name in ("published", "modified"):
        raw = clean_lines(frame[f"{name}_raw"])
        pairs = list(zip(raw, languages, strict=True))
        read = {pair: _read(*pair, latest=read_at + _AHEAD) for pair in set(pairs)}
        dates = [read[pair] for pair in pairs]
        columns += [
            raw,
            pl.Series(f"{name}_at", [date and date.instant for date in dates], dtype=pl.Datetime("us", "UTC")),
            pl.Series(f"{name}_precision", [date and date.precision for date in dates], dtype=pl.String),
            pl.Series(f"{name}_zone", [date and date.zone for date in dates], dtype=pl.String),
        ]
    return frame.with_columns(columns)


def _read(raw: str | None, language: str | None, *, latest: datetime) -> ParsedDate | None:
    return parse_date(raw, language=language, latest=latest) if raw else None
