"""Reading our own records back: a gzip member each, as ``records`` writes them.

What belongs here: bytes to records and responses. What does not: what follows from them (``replay``, ``cutting``), and
reading WARCs of any kind (``tasks.sources.warc``).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tasks.harvest.client import Response

_PIECE = 1_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record: headers (names in lower case), block, and where its gzip member begins and ends in the file."""

    headers: dict[str, str]
    block: bytes
    start: int
    end: int

    @property
    def kind(self) -> str:
        """Its WARC-Type."""
        return self.headers.get("warc-type", "")

    def fields(self) -> dict[str, str]:
        """The fields of a block of ``application/warc-fields``."""
        return named(self.block.decode("utf-8", "replace"))


def records_of(file: int, start: int = 0) -> Iterator[Record]:
    """Whole records from a byte on, until the file ends, is damaged, or holds what ``records`` does not write."""
    at, waiting = start, b""
    while True:
        unpacker = zlib.decompressobj(31)
        data = bytearray()
        while not unpacker.eof:
            if not waiting:
                waiting = os.pread(file, _PIECE, at)
                at += len(waiting)
                if not waiting:
                    return
            try:
                data += unpacker.decompress(waiting)
            except zlib.error:
                return
            waiting = unpacker.unused_data if unpacker.eof else b""
        head, _, block = bytes(data).partition(b"\r\n\r\n")
        headers, end = named(head.decode("utf-8", "replace")), at - len(waiting)
        if headers.get("content-length") != str(len(block) - 4) or not block.endswith(b"\r\n\r\n"):
            return
        yield Record(headers, block[:-4], start, end)
        start = end


def named(text: str) -> dict[str, str]:
    """Lines of ``name: value``, names in lower case."""
    pairs = (line.split(": ", 1) for line in text.split("\r\n") if ": " in line)
    return {name.lower(): value for name, value in pairs}


def response_of(record: Record) -> Response:
    """The response that a response or revisit record was written from. Raises ValueError where it holds none."""
    head, _, body = record.block.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    version, _, rest = status.decode("latin-1").removeprefix("HTTP/").partition(" ")
    code, _, reason = rest.partition(" ")
    pairs = [line.partition(b": ") for line in lines]
    headers = tuple((name, value) for name, _, value in pairs)
    response = Response(
        url=record.headers.get("warc-target-uri", ""),
        status=int(code),
        reason=reason,
        version=version,
        headers=headers,
        body=body,
        request=b"",
        address=record.headers.get("warc-ip-address"),
        at=datetime.strptime(record.headers["warc-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        milliseconds=0,
    )
    chunked = "chunked" in (response.header("Transfer-Encoding") or "").lower()
    return replace(response, body=_one_chunk(body)) if chunked else response


def _one_chunk(body: bytes) -> bytes:
    """The body of a response that was written as one chunk (``records``)."""
    size, _, rest = body.partition(b"\r\n")
    return rest[: int(size, 16)] if size else b""
