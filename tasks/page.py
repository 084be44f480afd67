"""What the sources hand to extraction: a page, or a reject; and the failure that makes one.

What belongs here: the types of one page on its way through a shard. What does not: how pages are
read (``tasks.sources``) and what is taken from them (``tasks.extraction``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tasks.record import Robots
from tasks.schema.vocabulary import Stage

PageKind = Literal["html", "flat-text"]
ListedIn = Literal["feed", "sitemap"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page was found: enough to find it again.

    ``input`` is the path or URL of the file as the user gave it. ``record_offset`` is the byte offset
    of the record in a WARC (in the compressed file), the zero-based row number in a table of HTML, and
    null for a file that is one page. ``record_id`` is the WARC-Record-ID, or null.
    """

    input: str
    record_offset: int | None = None
    record_id: str | None = None
    retrieved_at: datetime | None = None  # UTC


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the bytes at a URL, transfer and content encodings already undone.

    Three voices may say things of it, by the names of :class:`tasks.record.Record` fields, the first the most
    believed: ``declared`` is the input itself (a sidecar, a column of the table), ``listed`` the feed or sitemap that
    named the page (``listed_in`` says which), ``defaults`` its source's declaration for all its pages. ``source`` is
    the declared source's name where the page itself carries it; ``robots`` what headers and harvest said.
    """

    url: str
    payload: bytes
    origin: Origin
    kind: PageKind = "html"
    http_charset: str | None = None
    declared: dict[str, str] = field(default_factory=dict)
    listed: dict[str, Any] = field(default_factory=dict)
    listed_in: ListedIn = "feed"
    defaults: dict[str, str] = field(default_factory=dict)
    source: str | None = None
    robots: Robots | None = None


class RejectError(Exception):
    """A page ends here. ``reason`` is one of :data:`tasks.schema.REJECT_REASONS`."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reject:
    """A page read from an input that did not become a document, and why. ``stage``: where it is not the reason's."""

    reason: str
    origin: Origin
    url: str | None = None
    detail: str | None = None
    payload_sha256: str | None = None
    source: str | None = None
    stage: Stage | None = None
