"""The columns that several tables share, in groups that tables are put together from.

What belongs here: columns of more than one table. What does not: what a page says (``content``), what columns are made
of (``column_kinds``) and the tables (``tables``).
"""

from __future__ import annotations

import dataframely as dy

from tasks.schema.column_kinds import example, instant


class Identity(dy.Schema):
    """What names an article."""

    article_id = dy.String(
        primary_key=True,
        regex="^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$",
        description="Stable for ever: the UUID version 5 of canonical_url in the URL namespace. "
        "Revisions of an article share it.",
        metadata=example("6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"),
    )


class RevisionNumber(dy.Schema):
    """Which text of an article this is."""

    revision = dy.Int32(
        min=1,
        description="1, 2, ...: counts the different texts seen at canonical_url, in the order of retrieved_at.",
        metadata=example(1),
    )


class Provenance(dy.Schema):
    """Where the row comes from, down to the WARC record."""

    retrieved_at = instant(
        "When the page was fetched, as the input says (WARC-Date); null where it does not say.",
        value="2022-02-03T06:00:00Z",
    )
    ingested_at = instant("When the run read the page.", value="2022-02-04T02:00:00Z", nullable=False)
    run_id = dy.String(description="The run that brought the row in.", metadata=example("20220204T020000Z-5f3a9c"))
    input = dy.String(
        description="The file the page was read from, as given to the run.",
        metadata=example("pages.warc.gz"),
    )
    record_offset = dy.Int64(
        nullable=True,
        description="Where in the input: byte offset of the WARC record, row number in a table, else null.",
        metadata=example(48213),
    )
    record_id = dy.String(
        nullable=True,
        description="WARC-Record-ID, or null.",
        metadata=example("<urn:uuid:ab97b119-94c4-4a27-86e1-f9e29f8eb039>"),
    )
    payload_sha256 = dy.String(
        regex="^[0-9a-f]{64}$",
        description="SHA-256 of the page's bytes, content encoding undone.",
        metadata=example("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    )
    extractor = dy.String(
        description="Name and version of the code that made the row.",
        metadata=example("broadsheet 0.1.0, trafilatura 2.3.1"),
    )
