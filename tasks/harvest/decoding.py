"""The text of a listing or a robots.txt out of a response's body: content encoding undone, never past a limit.

What belongs here: gzip and deflate, the only encodings that harvest asks for. What does not: pages, which are kept
as served and unpacked when they are read (``tasks.sources.bodies``).
"""

from __future__ import annotations

import zlib

from tasks.harvest.client import Response

MOST_BYTES = 64_000_000
"""Unpacked. A sitemap may have 50 MB; whatever unpacks to more is a bomb."""


class EncodingError(ValueError):
    """The body cannot be unpacked, or only to more bytes than are allowed."""


def decoded_body(response: Response, limit: int = MOST_BYTES) -> bytes:
    """The body without its content encoding. Raises ``EncodingError``."""
    body = response.body
    for name in reversed((response.header("Content-Encoding") or "").lower().split(",")):
        coding = name.strip()
        if coding in ("", "identity"):
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise EncodingError(f"content encoding {coding!r} was not asked for")
        try:
            body = _inflate(body, 31 if "gzip" in coding else 15, limit)
        except zlib.error as error:
            raise EncodingError(f"{coding}: {error}") from error
    if len(body) > limit:
        raise EncodingError(f"more than {limit} bytes")
    return body


def _inflate(data: bytes, bits: int, limit: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    body = unpacker.decompress(data, limit + 1)
    if len(body) > limit or unpacker.unconsumed_tail:
        raise EncodingError(f"unpacks to more than {limit} bytes")
    return body
