"""The tables: four that a release holds, and the store's own.

What belongs here: one class a table. What does not: columns that several tables share (``columns``, ``content``).
"""

from __future__ import annotations

import dataframely as dy

from tasks.schema.column_kinds import example, instant, one_of
from tasks.schema.columns import Identity, Provenance, RevisionNumber
from tasks.schema.content import Content
from tasks.schema.vocabulary import MATCHES, REJECT_REASONS, REMOVAL_REASONS

SIGNATURE_BYTES = 256
BANDS = 33
BAND_COLUMNS = tuple(f"band_{band:02}" for band in range(BANDS))


class RevisionKey(dy.Schema):
    """Which text of an article this is, where one article has several rows."""

    revision = dy.Int32(primary_key=True, min=1, description="1, 2, ...: see articles.revision.", metadata=example(1))


class ClusterOf(dy.Schema):
    """Which texts this one is nearly identical to."""

    cluster_id = dy.String(
        description="The cluster of near-identical texts; the article_id it was first named after.",
        metadata=example("6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"),
    )
    cluster_size = dy.Int32(
        min=1,
        description="Articles and copies in the cluster; 1 where nothing matches.",
        metadata=example(1),
    )


class Articles(Identity, RevisionNumber, Content, ClusterOf, Provenance):
    """One row an article: the leading document of its cluster, in its newest revision."""


class Copies(Articles):
    """One row a copy: another document of a cluster, in its newest revision."""

    copy_of = dy.String(
        description="article_id of the article that leads the cluster.",
        metadata=example("0c1d6f60-8d3b-5a55-8f0e-1f2d3c4b5a69"),
    )
    match = one_of(MATCHES, nullable=False, description="How the text matches the leading article's.", value="near")
    similarity = dy.Float64(
        min=0,
        max=1,
        description="Jaccard similarity of the two texts' shingle sets.",
        metadata=example(0.83),
    )
    containment = dy.Float64(
        min=0,
        max=1,
        description="Share of this text's shingles that the leading article's text holds.",
        metadata=example(0.97),
    )
    joined_through = dy.String(
        nullable=True,
        description="Null where the text matches the leading article's own. Else the article_id of the member of the "
        "cluster by which it joined; match, similarity and containment are then those with that member.",
        metadata=example(None),
    )


class Revisions(Identity, RevisionKey, Content, ClusterOf, Provenance):
    """One row an earlier text of an article or a copy that is in the release."""


class Rejects(dy.Schema):
    """One row a page that did not become a document, with the stage and the reason."""

    url = dy.String(
        nullable=True,
        description="The URL as fetched; null where none is known.",
        metadata=example("https://example.com/"),
    )
    source = dy.String(
        nullable=True, description="Name of the declared source, or null.", metadata=example("example-news")
    )
    input = dy.String(
        description="The file the page was read from, as given to the run.", metadata=example("pages.warc.gz")
    )
    record_offset = dy.Int64(
        nullable=True,
        description="Byte offset of the WARC record, row number in a table, else null.",
        metadata=example(48213),
    )
    record_id = dy.String(nullable=True, description="WARC-Record-ID, or null.", metadata=example("<urn:uuid:...>"))
    stage = one_of(
        {"read": "", "decode": "", "extract": "", "classify": "", "normalise": ""},
        nullable=False,
        description="The stage that rejected the page.",
        value="classify",
    )
    reason = one_of(
        {name: reason.description for name, reason in REJECT_REASONS.items()},
        nullable=False,
        description="Why, from a closed list.",
        value="not_an_article",
    )
    detail = dy.String(nullable=True, description="What was seen, in words.", metadata=example("link density 0.91"))
    payload_sha256 = dy.String(
        nullable=True,
        regex="^[0-9a-f]{64}$",
        description="SHA-256 of the page's bytes; null where they could not be read.",
        metadata=example("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    )
    retrieved_at = instant("When the page was fetched, or null.", value="2022-02-03T06:00:00Z")
    ingested_at = instant("When the run read the page.", value="2022-02-04T02:00:00Z", nullable=False)
    run_id = dy.String(description="The run that read the page.", metadata=example("20220204T020000Z-5f3a9c"))
    extractor = dy.String(
        description="Name and version of the code that made the row.",
        metadata=example("broadsheet 0.1.0, trafilatura 2.3.1"),
    )


class Bands(dy.Schema):
    """The bands of a signature, a column each: every band is then read and joined alone."""

    for _name in BAND_COLUMNS:
        locals()[_name] = dy.Int32(
            nullable=True,
            description="Hash of some MinHash values of the text or of its head; null where signature is. Documents "
            "with an equal band are candidates for a match.",
            metadata=example(-1640531527),
        )


class Fingerprint(dy.Schema):
    """What finds the near-duplicates of a document; the format is ``tasks.deduplication``'s own."""

    text_sha256 = dy.String(
        regex="^[0-9a-f]{64}$",
        description="SHA-256 of the text, case, punctuation and white space aside.",
        metadata=example("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    )
    fingerprint_version = dy.Int32(min=1, description="Version of the fingerprint format.", metadata=example(1))
    shingle_count = dy.Int32(
        min=0, description="Different shingles of the text; 0 where it is too short.", metadata=example(402)
    )
    signature = dy.Binary(
        nullable=True,
        description="256 MinHash values, one byte each; null where the text is too short for near matching.",
        metadata=example("256 bytes"),
    )
    text_key = dy.Int64(
        description="The first 64 bits of text_sha256: one narrow column finds every equal text.",
        metadata=example(-6951639720043709083),
    )
    match_edges = dy.List(
        dy.Struct(
            {
                "document_id": dy.String(description="The earlier document."),
                "match": one_of(MATCHES, nullable=False, description="exact or near.", value="near"),
                "similarity": dy.Float64(description="Jaccard similarity of the shingle sets."),
                "containment": dy.Float64(description="Share of this document's shingles in the other."),
                "containment_of_other": dy.Float64(description="Share of the other's shingles in this one."),
                "recomputed": dy.Bool(description="Counted from the two texts; false: estimated from signatures."),
            },
            description="One verified match.",
        ),
        description="Verified matches with documents that were in the store, or in the run, before this one.",
        metadata=example([]),
    )


# What is made again from the texts when the fingerprint format changes. text_sha256 is no part of the format: it is
# what names a text.
RECOMPUTED = (set(Fingerprint.column_names()) | set(Bands.column_names())) - {"text_sha256"}


class DocumentIdentity(dy.Schema):
    """What names a document: one text at one URL."""

    document_id = dy.String(
        primary_key=True,
        description="The UUID version 5 of text_sha256 in the namespace article_id: one text at one URL.",
        metadata=example("2b1d6f60-8d3b-5a55-8f0e-1f2d3c4b5a69"),
    )
    article_id = dy.String(
        description="See articles.article_id.", metadata=example("6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a")
    )


class Partition(dy.Schema):
    """Where the store keeps the row."""

    ingest_month = dy.String(
        regex=r"^\d{4}-\d{2}$",
        description="Month of ingested_at; the partition.",
        metadata=example("2022-02"),
    )


class Documents(DocumentIdentity, Content, Provenance, Fingerprint, Bands, Partition):
    """The store's table: every accepted document, appended once and never changed."""


class Placements(dy.Schema):
    """Where each document of one store version stands: worked out anew from the match edges for that version."""

    document_id = dy.String(primary_key=True, description="See documents.document_id.")
    article_id = dy.String(description="See articles.article_id.")
    table = one_of(
        {"articles": "", "copies": "", "revisions": ""},
        nullable=False,
        description="The release table that holds the row.",
        value="articles",
    )
    revision = dy.Int32(min=1, description="See articles.revision.")
    cluster_id = dy.String(description="See articles.cluster_id.")
    cluster_size = dy.Int32(min=1, description="See articles.cluster_size.")
    copy_of = dy.String(nullable=True, description="See copies.copy_of; null outside copies.")
    match = one_of(MATCHES, nullable=True, description="See copies.match.", value="near")
    similarity = dy.Float64(nullable=True, min=0, max=1, description="See copies.similarity.")
    containment = dy.Float64(nullable=True, min=0, max=1, description="See copies.containment.")
    joined_through = dy.String(nullable=True, description="See copies.joined_through.")


ADDED_SINCE_1_0 = frozenset({"robots"})
"""Nullable columns that came with a minor version: a store begun before lacks them, and they read as null."""


class Tombstones(dy.Schema):
    """What was removed for good: enough to keep a page out, and not a word of it. One row a URL or domain."""

    article_id = dy.String(
        nullable=True,
        description="The article_id of the pages removed; null where a whole domain is kept out.",
        metadata=example("6f1c2f2e-6a3e-5f5e-9d5b-0a4c1f0f6d3a"),
    )
    url_sha256 = dy.String(
        nullable=True,
        regex="^[0-9a-f]{64}$",
        description="SHA-256 of a URL of the page in normal form; null where a whole domain is kept out.",
        metadata=example("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    )
    domain_sha256 = dy.String(
        nullable=True,
        regex="^[0-9a-f]{64}$",
        description="SHA-256 of a registrable domain that is kept out; null for a single page.",
        metadata=example(None),
    )
    reason = one_of(REMOVAL_REASONS, nullable=False, description="Why, from a closed list.", value="rights")
    removal_id = dy.String(description="The removal.", metadata=example("removal-20261124T020000Z-5f3a9c"))
    removed_at = instant("When it was removed.", value="2026-11-24T02:00:00Z", nullable=False)


RELEASE_TABLES: dict[str, type[dy.Schema]] = {
    "articles": Articles,
    "copies": Copies,
    "revisions": Revisions,
    "rejects": Rejects,
}
