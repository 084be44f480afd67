"""Records of a WARC: where each begins and ends, also where the file says it wrongly.

What belongs here: framing in unpacked bytes. What does not: unpacking (``segments``) and what a record holds
(``warc``).

Content-Length is believed where it leads to a record's end (blank lines, then the next record or the end). Where
it does not, the record goes to the next record's header or to the segment's end, and is marked in ``doubt``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fastwarc.warc import WarcHeaderMap

from tasks.sources.marks import Marks
from tasks.sources.segments import Segment

HEAD_BYTES = 65_536
"""The longest header block, and what is kept of a block that is larger than the limit."""

_HEADER_START = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n[A-Za-z][A-Za-z-]{2,40}:")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_START = 64  # bytes that _HEADER_START can need


@dataclass(frozen=True, slots=True)
class Frame:
    """One record, or damage where one or more may have been.

    ``block`` is the record's content; shorter than ``length`` where that is above the limit (its head then), and
    empty where the record was not wanted. ``broken`` is a reject reason: the block is not to be used. ``doubt`` is
    one too: the record's length was wrong, so look at the block before you believe it. ``proven``: the block's end
    is the end of packed data whose CRC holds, so the bytes are those that were written.
    """

    offset: int
    headers: WarcHeaderMap | None
    block: bytes
    length: int
    broken: str | None = None
    doubt: str | None = None
    proven: bool = False
    detail: str | None = None


class _Buffer:
    """The unpacked bytes ahead, and how many went before."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.data = bytearray()
        self.position = 0
        self.ended = False

    def fill(self, size: int) -> None:
        while len(self.data) < size and not self.ended:
            chunk = self.segment.read()
            self.data += chunk
            self.ended = not chunk

    def drop(self, size: int) -> None:
        size = min(size, len(self.data))
        del self.data[:size]
        self.position += size

    def discard(self, size: int) -> bool:
        """Drop ``size`` bytes, however many; false where the segment ends before."""
        while size:
            self.fill(1)
            if not self.data:
                return False
            step = min(size, len(self.data))
            self.drop(step)
            size -= step
        return True

    def drop_newlines(self) -> None:
        while True:
            self.fill(1)
            rest = self.data.lstrip(b"\r\n")
            self.drop(len(self.data) - len(rest))
            if self.data or self.ended:
                return

    def rewind(self, position: int) -> bool:
        if not self.segment.rewind(position):
            return False
        self.data.clear()
        self.position, self.ended = position, False
        return True

    def to_next_header(self, skip: int) -> None:
        """Go to the next header at least ``skip`` bytes ahead, or to the end."""
        self.discard(skip)
        while True:
            self.fill(HEAD_BYTES)
            found = _HEADER_START.search(self.data)
            if found:
                self.drop(found.start())
                return
            if self.ended:
                self.drop(len(self.data))
                return
            self.drop(len(self.data) - _LONGEST_START)


def frames(
    segment: Segment,
    *,
    wanted: Callable[[WarcHeaderMap], bool],
    limit: int,
    stop: int | None = None,
    marks: Marks | None = None,
) -> Iterator[Frame]:
    """The records of a segment, in order, up to the first that begins at or behind ``stop``.

    Of records that are not ``wanted`` the block is left out. ``limit``: the largest block kept, in bytes. Damage is
    one frame however many records were in it: what it hid cannot be counted. So is a record that ``marks`` leave out.
    """
    buffer = _Buffer(segment)
    marks = marks or Marks()
    while True:
        buffer.drop_newlines()
        offset = segment.offset + buffer.position
        if stop is not None and offset >= stop:
            return
        if not buffer.data:
            if segment.damage:
                yield Frame(offset, None, b"", 0, segment.damage.reason, detail=segment.damage.detail)
            return
        if left_out := marks.at(offset):
            reason, detail = left_out
            buffer.to_next_header(5)
            yield Frame(offset, None, b"", 0, reason, detail=detail)
            continue
        headers, size = _headers(buffer)
        length = _content_length(headers) if headers else None
        if headers is None or length is None:
            reason, detail = _bad_header(buffer, headers)
            buffer.to_next_header(5)
            yield Frame(offset, headers, b"", 0, reason, detail=detail)
            if segment.damage and not buffer.data:
                return
            continue
        buffer.drop(size)
        if length <= limit:
            frame = _record(buffer, Frame(offset, headers, b"", length), limit)
            yield frame if wanted(headers) else replace(frame, block=b"")
        else:
            yield _large_record(buffer, Frame(offset, headers, b"", length))
        if segment.damage and not buffer.data:
            return


def _record(buffer: _Buffer, said: Frame, limit: int) -> Frame:
    """A record whose block fits into memory; ``said`` is what its header says. The buffer is left behind it."""
    length = said.length
    buffer.fill(length)
    if len(buffer.data) >= length and _ends_at(buffer, length):
        block = bytes(buffer.data[:length])
        buffer.drop(length)
        buffer.drop_newlines()
        if buffer.ended and not buffer.data and buffer.segment.damage:
            return _damaged(buffer, said)
        return replace(said, block=block)
    buffer.fill(limit + _LONGEST_START)
    following = _HEADER_START.search(buffer.data)
    end = following.start() if following else len(buffer.data)
    if not following and buffer.segment.damage:
        buffer.drop(end)
        return _damaged(buffer, said)
    if end > limit:
        buffer.to_next_header(end)
        return replace(said, broken="corrupt_record", detail=f"Content-Length is {length}, and no end is near")
    block = bytes(buffer.data[:end]).removesuffix(b"\r\n\r\n")
    at_file_end = not following and not buffer.segment.true_end
    buffer.drop(end)
    buffer.fill(1)
    return replace(
        said,
        block=block,
        length=len(block),
        doubt="truncated_record" if at_file_end else "corrupt_record",
        proven=buffer.segment.true_end and buffer.ended and not buffer.data,
        detail=f"Content-Length is {length}, the record holds {len(block)} bytes",
    )


def _large_record(buffer: _Buffer, said: Frame) -> Frame:
    """A record larger than the limit: its head is kept. A length that leads nowhere is taken back if it can be."""
    length = said.length
    buffer.fill(HEAD_BYTES)
    head = bytes(buffer.data[:HEAD_BYTES])
    start = buffer.position
    if buffer.discard(length) and _ends_at(buffer, 0):
        buffer.drop_newlines()
        if not (buffer.ended and not buffer.data and buffer.segment.damage):
            return replace(said, block=head)
    if buffer.segment.damage:
        buffer.drop(len(buffer.data))
        return _damaged(buffer, said)
    at_end = buffer.ended and not buffer.data
    if buffer.rewind(start):
        buffer.to_next_header(0)
        at_end = at_end and not buffer.data
    else:
        buffer.to_next_header(0)
    reason = "truncated_record" if at_end and not buffer.segment.true_end else "corrupt_record"
    return replace(said, broken=reason, detail=f"Content-Length is {length}, which leads to no record's end")


def _ends_at(buffer: _Buffer, length: int) -> bool:
    """Whether a record may end ``length`` bytes ahead: a blank line there, the next record, or the end."""
    buffer.fill(length + 5)
    rest = bytes(buffer.data[length : length + 5])
    return b"WARC/".startswith(rest.lstrip(b"\r\n")) or rest.startswith((b"\r\n\r\n", b"\n\n", b"WARC/"))


def _damaged(buffer: _Buffer, said: Frame) -> Frame:
    damage = buffer.segment.damage
    assert damage is not None
    return replace(said, broken=damage.reason, detail=damage.detail)


def _headers(buffer: _Buffer) -> tuple[WarcHeaderMap | None, int]:
    """The record's headers and their size in bytes, blank line included; ``None`` where there is no header."""
    buffer.fill(1024)
    if not buffer.data.startswith(b"WARC/"):
        return None, 0
    found = _HEADER_END.search(buffer.data, 0, HEAD_BYTES)
    if not found:
        buffer.fill(HEAD_BYTES)
        found = _HEADER_END.search(buffer.data, 0, HEAD_BYTES)
    if not found:
        return None, 0
    headers = WarcHeaderMap("utf-8")
    try:
        headers.parse(io.BytesIO(with_crlf(bytes(buffer.data[: found.end()]))))
        headers.to_dict()
    except (OSError, ValueError):
        return None, 0
    return headers, found.end()


def with_crlf(head: bytes) -> bytes:
    """A header block with the line ends that fastwarc wants: it reads one whose lines end in LF as empty."""
    return head if b"\r\n" in head else head.replace(b"\n", b"\r\n")


def _content_length(headers: WarcHeaderMap) -> int | None:
    value = (headers.get("Content-Length") or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _bad_header(buffer: _Buffer, headers: WarcHeaderMap | None) -> tuple[str, str]:
    damage = buffer.segment.damage
    if damage and len(buffer.data) < HEAD_BYTES:
        return damage.reason, damage.detail
    if headers is not None:
        return "corrupt_record", f"Content-Length is {headers.get('Content-Length')!r}"
    if buffer.ended and not buffer.segment.true_end and not _HEADER_END.search(buffer.data):
        return "truncated_record", "the file ends inside a record's header"
    return "corrupt_record", "no record header where one should be"
