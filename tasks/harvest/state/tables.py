"""The tables of the harvest's state, the same in SQLite and PostgreSQL.

What belongs here: columns and what they mean. What does not: what is done with them (``state``). Times are seconds
since 1970 (UTC). URLs are found by the SHA-256 of their normal form: they may be longer than an index takes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

FORMAT = 2
"""The version of the tables. 1, which had no numbers of leases, is brought up to it; any other is refused."""

metadata = MetaData()

formats = Table("harvest_format", metadata, Column("format", Integer, primary_key=True))

pages = Table(
    "harvest_pages",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("role", String(8), nullable=False),  # page or listing
    Column("source", String(64), nullable=False),
    Column("host", String(255), nullable=False),
    Column("url", Text, nullable=False),  # as the listing wrote it: what is asked for
    Column("via", Text),  # the listing, or the page that redirected here
    Column("listed", Text),  # what the listing said of it, JSON
    Column("depth", Integer, nullable=False, default=0),  # listings: 0 where the source declares it
    Column("hops", Integer, nullable=False, default=0),  # redirects that led here
    Column("first_seen", Float, nullable=False),
    Column("due_at", Float),  # null: never again
    Column("asked_at", Float),  # the last request
    Column("result", String(16)),  # of the last request: fetched, unchanged, redirected, gone, refused, failed
    Column("reason", String(64)),  # why it is gone, refused or failed
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("quiet", Integer, nullable=False, default=0),  # requests in a row that brought nothing new
    Column("fetched_at", Float),  # the last request that brought the page, or word that it is unchanged
    Column("etag", Text),
    Column("last_modified", Text),
    Column("record_id", String(64)),  # the last full response, for revisit records
    Column("record_date", String(32)),
    Column("record_url", Text),
    Column("digest", String(64)),
    Index("harvest_pages_due", "host", "due_at"),
    Index("harvest_pages_source", "source", "role", "due_at"),
)

hosts = Table(
    "harvest_hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("owner", String(32)),  # the harvester that asks this host, or null
    Column("leased_until", Float, nullable=False, default=0),
    Column("lease", Integer, nullable=False, default=0),  # how often it was leased: the number of the newest lease
    Column("next_at", Float, nullable=False, default=0),  # no request before this: the delay
    Column("paused_until", Float, nullable=False, default=0),  # Retry-After, or the host does not answer
    Column("failures", Integer, nullable=False, default=0),  # connections in a row that failed
)

robots = Table(
    "harvest_robots",
    metadata,
    Column("origin", String(300), primary_key=True),  # scheme, host and port
    Column("fetched_at", Float, nullable=False),
    Column("verdict", String(16), nullable=False),  # rules, absent or unreachable
    Column("body", Text, nullable=False),
)

files = Table(
    "harvest_files",
    metadata,
    Column("name", String(128), primary_key=True),  # a WARC under way
    Column("committed", BigInteger, nullable=False),  # up to here the state knows what is in it
)
