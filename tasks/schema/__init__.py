"""Every table and column of the dataset, with its meaning: the single source of truth.

What belongs here: the tables (``tables``), the columns they share (``columns``, ``content``, made of ``column_kinds``),
the closed lists that columns draw from (``vocabulary``) and the schema's Arrow form (``arrow``). From these come the
validation of every batch, the store's and the releases' Parquet schemas and every generated document.
What does not: how values are made (the stages) and how the documents look (``tasks.release``).

``SCHEMA_VERSION`` is the schema's own semantic version: a change of wording is a patch, a nullable
column or a word of a closed list added is minor, anything else is major.
"""

from tasks.schema.arrow import arrow_schema
from tasks.schema.tables import (
    ADDED_SINCE_1_0,
    RELEASE_TABLES,
    Articles,
    Copies,
    Documents,
    Placements,
    Rejects,
    Revisions,
    Tombstones,
)
from tasks.schema.vocabulary import (
    FIELD_SOURCES,
    MATCHES,
    PAGE_TYPES,
    PRECISIONS,
    REJECT_REASONS,
    REMOVAL_REASONS,
    ROBOTS_TXT,
    RejectReason,
)

SCHEMA_VERSION = "1.1.0"

__all__ = [
    "ADDED_SINCE_1_0",
    "FIELD_SOURCES",
    "MATCHES",
    "PAGE_TYPES",
    "PRECISIONS",
    "REJECT_REASONS",
    "RELEASE_TABLES",
    "REMOVAL_REASONS",
    "ROBOTS_TXT",
    "SCHEMA_VERSION",
    "Articles",
    "Copies",
    "Documents",
    "Placements",
    "RejectReason",
    "Rejects",
    "Revisions",
    "Tombstones",
    "arrow_schema",
]
