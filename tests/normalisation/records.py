"""Pages and records that the tests of this folder start from."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from tasks.normalisation import normalise, records_frame
from tasks.page import Origin, Page
from tasks.record import Record

TEXT = (
    "The harbour reopened on Monday, three days after the storm.\n\n"
    "Three ships were waiting outside, the harbour master said, and two more are expected before the weekend."
)
URL = "https://www.example.com/news/harbour-reopens"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

Row = tuple[Page, Record, str]


def row(url: str = URL, payload_sha256: str = SHA, **fields: Any) -> Row:
    """A page with a record of these fields; its text is ``TEXT`` where none is given."""
    origin = Origin("pages.warc.gz", 48213, "<urn:uuid:1>", datetime(2022, 2, 3, 6, tzinfo=UTC))
    return Page(url, b"", origin), Record(**{"text": TEXT, **fields}), payload_sha256


def normalised(*rows: Row) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What becomes of rows: those kept, and rejects."""
    return normalise(
        records_frame(rows),
        source="example-news",
        run_id="20220204T020000Z-5f3a9c",
        ingested_at=datetime(2022, 2, 4, 2, tzinfo=UTC),
        extractor="broadsheet 0.1.0",
    )


def kept(*rows: Row) -> dict[str, Any]:
    """The first of the rows kept."""
    return normalised(*rows)[0].row(0, named=True)
