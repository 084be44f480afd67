"""The tables of a release: their schemas by profile, their order, their keys.

What belongs here: what a release adds to a table of ``tasks.schema``. What does not: columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy
import pyarrow as pa

from tasks.release.facts import Profile
from tasks.schema import RELEASE_TABLES, arrow_schema

# The columns that the metadata profile leaves out.
TEXT_COLUMNS = ("text",)
DOCUMENT_TABLES = ("articles", "copies", "revisions")


@dataclass(frozen=True, slots=True)
class Reference:
    """Every value of ``column`` is an ``article_id`` of one of ``tables``."""

    column: str
    tables: tuple[str, ...]


SORTED_BY: dict[str, tuple[str, ...]] = {
    "articles": ("published_at", "article_id"),
    "copies": ("published_at", "article_id"),
    "revisions": ("published_at", "article_id", "revision"),
    "rejects": ("ingested_at", "input", "record_offset"),
}
MONTH_OF = {"articles": "published_at", "copies": "published_at", "revisions": "published_at", "rejects": "ingested_at"}
REFERENCES: dict[str, Reference] = {
    "copies": Reference("copy_of", ("articles",)),
    "revisions": Reference("article_id", ("articles", "copies")),
}


def without_text(table: type[dy.Schema]) -> type[dy.Schema]:
    """The same table without the columns that hold an article's text."""
    columns = {name: column for name, column in table.columns().items() if name not in TEXT_COLUMNS}
    made: type[dy.Schema] = type(table.__name__, (dy.Schema,), {"__doc__": table.__doc__, **columns})
    return made


def release_tables(profile: Profile = "full") -> dict[str, type[dy.Schema]]:
    """The tables of a release of this profile, in the order documents name them."""
    if profile == "metadata":
        return {name: without_text(table) for name, table in RELEASE_TABLES.items()}
    return dict(RELEASE_TABLES)


def arrow_schemas(profile: Profile = "full") -> dict[str, pa.Schema]:
    """One Arrow schema a table, with descriptions: every file of the table has it."""
    return {name: arrow_schema(table) for name, table in release_tables(profile).items()}
