"""Small WARCs for the tests: records written by hand, so that they can also be written wrongly."""

from __future__ import annotations

import gzip
from pathlib import Path

from tasks.page import Page, Reject
from tasks.sources import ReadOptions, find_inputs, plan_shards, read_pages

HTML = b"<!doctype html><title>A</title><p>One paragraph.</p>"


def record(
    url: str | None,
    body: bytes = HTML,
    *,
    http: str = "Content-Type: text/html",
    status: str = "200 OK",
    warc_type: str = "response",
    length_off: int = 0,
    extra: str = "",
) -> bytes:
    """One WARC record. ``length_off`` is added to its Content-Length."""
    block = f"HTTP/1.1 {status}\r\n{http}\r\n\r\n".encode("latin-1") + body
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {warc_type}\r\nWARC-Record-ID: <urn:uuid:{url}>\r\n{target}{extra}"
        "WARC-Date: 2022-02-03T06:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block) + length_off}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def page(name: str, size: int = 0) -> bytes:
    """A record of a page at example.com, its body ``size`` bytes of varied text longer."""
    filler = b"".join(b"%08x " % (hash((name, i)) & 0xFFFFFFFF) for i in range(size // 9))
    return record(f"https://example.com/{name}", HTML + filler)


def packed(*records: bytes) -> bytes:
    """One gzip member a record."""
    return b"".join(gzip.compress(data, mtime=0) for data in records)


def read(path: Path, target_bytes: int = 1 << 40, **options: int) -> list[Page | Reject]:
    """All pages and rejects of a file or folder, by way of a plan."""
    shards = plan_shards(find_inputs([str(path)], options=ReadOptions(**options)), target_bytes)
    return [found for shard in shards for found in read_pages(shard)]


def outcome(found: list[Page | Reject]) -> list[str]:
    """One word each: the last part of a page's URL, or the reason of a reject."""
    return [one.reason if isinstance(one, Reject) else one.url.rsplit("/", 1)[-1] for one in found]
