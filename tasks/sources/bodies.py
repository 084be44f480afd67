"""HTTP bodies: transfer and content encodings undone, never past a limit.

What belongs here: chunked, gzip, deflate, br, zstd. What does not: charsets (``tasks.extraction``).

Crawlers keep headers and change bodies: a body called gzip or chunked is often neither. So a body that fails to
unpack and begins as markup is taken as it is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

from tasks.page import RejectError
from tasks.sources.sniffing import starts_as_markup

_CHUNK_LINE = re.compile(rb"\s{0,4}([0-9a-fA-F]{1,15})[ \t]*(;[^\n]{0,1000})?\r?\n")
_AS_IS = ("", "identity", "none", "binary", "utf-8", "utf8")
_MOST_CODINGS = 5
_PIECE = 8192
"""Bytes unpacked at a step: deflate makes at most 1,032 times as much of them, some 8 MB."""
_ERRORS = (zlib.error, brotli.error, zstandard.ZstdError, EOFError)


def unpack_body(body: bytes, *, transfer: str, content: str, limit: int, cut: bool = False) -> bytes:
    """The body with both encodings undone. ``transfer`` and ``content`` are the headers' values, or empty.

    ``cut``: the record says that the crawler cut the body, so what unpacks counts, and a missing end is no error.
    Raises :class:`RejectError` with ``too_large`` (more than ``limit`` bytes) or ``undecodable_body``.
    """
    try:
        if "chunked" in transfer.lower():
            body = _dechunk(body, cut)
        codings = [name.strip().lower() for name in content.split(",")]
        if len(codings) > _MOST_CODINGS:
            raise EOFError(f"{len(codings)} content encodings")
        unpacked = body
        for name in reversed(codings):
            unpacked = _decode(name, unpacked, limit, cut)
    except _ERRORS as error:
        if not starts_as_markup(body):
            named = ", ".join(value for value in (transfer, content) if value)[:100]
            raise RejectError("undecodable_body", f"{named}: {error}") from error
        unpacked = body
    if len(unpacked) > limit:
        raise RejectError("too_large", f"more than {limit} bytes unpacked")
    return unpacked


def _decode(name: str, data: bytes, limit: int, cut: bool) -> bytes:
    if name in _AS_IS or not data:
        return data
    if name in ("gzip", "x-gzip"):
        return _collect(_members(lambda: zlib.decompressobj(31), data, _PIECE), limit, cut)
    if name in ("deflate", "x-deflate"):
        # Some servers send zlib's format, as the standard says, and some the bare stream.
        bits = 15 if data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0 else -15
        return _collect(_members(lambda: zlib.decompressobj(bits), data, _PIECE), limit, cut)
    if name == "zstd":
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        return _collect(_members(unpacker.decompressobj, data, 1024), limit, cut)
    if name == "br":
        return _collect(_brotli(data), limit, cut)
    raise EOFError("no known content encoding")


def _collect(pieces: Iterator[bytes], limit: int, cut: bool) -> bytes:
    collected = bytearray()
    try:
        for piece in pieces:
            collected += piece
            if len(collected) > limit:
                raise RejectError("too_large", f"more than {limit} bytes unpacked")
    except _ERRORS:
        if not (cut and collected):
            raise
    return bytes(collected)


def _members(
    start: Callable[[], zlib._Decompress | zstandard.ZstdDecompressionObj], data: bytes, piece: int
) -> Iterator[bytes]:
    """What gzip, zlib or zstd data unpacks to; bytes behind the last whole member that are no member are left out."""
    view = memoryview(data)
    first = True
    while view:
        unpacker = start()
        while not unpacker.eof:
            if not view:
                raise EOFError("the compressed data ends too early")
            try:
                unpacked = unpacker.decompress(view[:piece])
            except (zlib.error, zstandard.ZstdError):
                if first:
                    raise
                return
            taken = len(view[:piece]) - (len(unpacker.unused_data) if unpacker.eof else 0)
            view = view[taken:]
            if unpacked:
                yield unpacked
        first = False


def _brotli(data: bytes) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    yield unpacker.process(data, output_buffer_limit=1 << 20)
    while not unpacker.is_finished():
        more = unpacker.process(b"", output_buffer_limit=1 << 20)
        if not more:
            raise EOFError("the compressed data ends too early")
        yield more


def _dechunk(body: bytes, cut: bool) -> bytes:
    """The body without chunk framing. A missing last chunk is forgiven, a chunk that is cut is not."""
    parts = []
    at = 0
    while at < len(body):
        line = _CHUNK_LINE.match(body, at)
        if not line:
            raise EOFError(f"no chunk size at byte {at}")
        size = int(line[1], 16)
        if size == 0:
            break
        chunk = body[line.end() : line.end() + size]
        if len(chunk) < size and not cut:
            raise EOFError(f"the last chunk holds {len(chunk)} of {size} bytes")
        parts.append(chunk)
        at = line.end() + size
        at += 2 if body.startswith(b"\r\n", at) else body.startswith(b"\n", at)
    return b"".join(parts)
