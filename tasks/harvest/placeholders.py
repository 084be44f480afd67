"""Gzip members of a given length that stand in the place of records that were taken out.

What belongs here: their bytes. What does not: what is taken out (``cutting``).

A row of the dataset says at which byte of which WARC its page lies. So what is taken out leaves no gap that closes: in
its place is one well-formed metadata record that says so, as long as it was, in a gzip member that any reader unpacks.
The record is not compressed: spaces give it its length.
"""

from __future__ import annotations

import uuid
import zlib
from datetime import UTC, datetime

from tasks.harvest.reading import Record
from tasks.harvest.records import payload_digest, warc_date

_SAID = "removed"
_STORED = 65_535  # bytes of a block of deflate that is not compressed
_FRAME = 18  # bytes of a gzip member's head and tail
_LONGEST_COMMENT = 500  # some readers take no more than 511


def placeholder(length: int, records: int) -> bytes:
    """A gzip member of ``length`` bytes that says that so many records were taken out."""
    said = f"{_SAID}: {records} {'record' if records == 1 else 'records'}, taken out for good".encode()
    blocks = 1
    while length - _FRAME - 5 * blocks > _STORED * blocks:
        blocks += 1
    room = length - _FRAME - 5 * blocks
    head = len(_record(b"")) - 1  # without the one digit of its length
    # Where one more byte makes one more digit, no record is as long as it should be: a comment takes the byte.
    for size in (room, room - 1):
        for digits in range(1, 10):
            block = size - head - digits
            if block >= len(said) + 2 and len(str(block)) == digits:
                return _stored(_record(said.ljust(block - 2) + b"\r\n"), blocks, length)
    # Not even the shortest record finds room: compressed, or else a member that holds nothing.
    short = packed(_record(said + b"\r\n"), length) or packed(b"", length)
    if short is None:
        raise ValueError(f"no gzip member has {length} bytes")
    return short


def is_placeholder(record: Record) -> bool:
    """Whether a record stands in the place of others."""
    is_about_none = record.kind == "metadata" and "warc-target-uri" not in record.headers
    return is_about_none and record.block.startswith(f"{_SAID}: ".encode())


def packed(data: bytes, length: int) -> bytes | None:
    """The bytes as a compressed gzip member of ``length`` bytes; null where that is too short, or far too long."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = packer.compress(data) + packer.flush()
    room = length - _FRAME - len(deflated)
    return _member(deflated, data, room) if 0 <= room <= _LONGEST_COMMENT else None


def _stored(data: bytes, blocks: int, length: int) -> bytes:
    out = bytearray()
    for number in range(blocks):
        piece = data[number * _STORED : (number + 1) * _STORED]
        size = len(piece).to_bytes(2, "little")
        out += bytes([number == blocks - 1]) + size + bytes(255 - byte for byte in size) + piece
    return _member(bytes(out), data, length - _FRAME - len(out))


def _member(deflated: bytes, data: bytes, room: int) -> bytes:
    """A gzip member; ``room`` bytes longer by a comment in its head."""
    comment = b" " * (room - 1) + b"\x00" if room else b""
    head = b"\x1f\x8b\x08" + bytes([0x10 if room else 0]) + b"\x00" * 4 + b"\x00\xff" + comment
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return head + deflated + tail


def _record(block: bytes) -> bytes:
    headers = {
        "WARC-Type": "metadata",
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
        "WARC-Date": warc_date(datetime.now(UTC)),
        "Content-Type": "application/warc-fields",
    }
    return framed(headers, block)


def framed(headers: dict[str, str], block: bytes) -> bytes:
    """A record's bytes, with the length and the digest of its block."""
    more = {"WARC-Block-Digest": payload_digest(block), "Content-Length": str(len(block))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **more}.items())
    return b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"
