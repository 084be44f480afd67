"""The unpacked bytes of a WARC, in stretches that begin where a record begins.

What belongs here: gzip members and Zstandard frames, their ends, their damage, and the way back after damage.
What does not: records (``frames``).

fastwarc's own iterator is not used: it stops at the first damage, gives a cut member's record an empty payload
without a word, and lets a wrong Content-Length swallow the next record (fastwarc 2.0.1). Reading member by member
costs 0.40 CPU-s in place of its 0.27 for 698 pages of 178 MB, some 2% of what their extraction costs.

A segment is a run of members of which only the first begins with ``WARC/``: in the usual file each member is a
segment and a record; where blocks cut records (bgzip) or one stream holds all records, the segment is longer.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import zstandard

from tasks.sources.kinds import GZIP_MAGIC, START_BYTES, ZSTD_MAGIC

_RAW_BYTES = 1 << 20
_SKIPPABLE = b"\x2a\x4d\x18"  # after one byte of 0x50 to 0x5f
_DICTIONARY = b"\x5d\x2a\x4d\x18"


class DamageError(Exception):
    """Packed bytes that do not unpack. ``reason`` is a reject reason; ``offset`` where the member began."""

    def __init__(self, reason: str, offset: int, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.offset = offset
        self.detail = detail


class Segment(Protocol):
    """Bytes from one record start on. After an empty ``read``, ``damage`` says why where it was no clean end."""

    offset: int
    damage: DamageError | None
    true_end: bool

    def read(self) -> bytes:
        """The next bytes; empty at the end."""

    def rewind(self, position: int) -> bool:
        """Go back to ``position`` (bytes from the segment's start), or say that it cannot be done."""


class PlainSegment:
    """An uncompressed file from ``offset`` on. Its end proves nothing: the file may have been cut there."""

    true_end = False
    damage: DamageError | None = None

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self.offset = offset
        self._file = file
        file.seek(offset)

    def read(self) -> bytes:
        """The next bytes; a device that fails ends the file there."""
        try:
            return self._file.read(_RAW_BYTES)
        except OSError as error:
            self.damage = DamageError("corrupt_record", self.offset, f"the file cannot be read on: {error}")
            return b""

    def rewind(self, position: int) -> bool:
        """Always possible."""
        self._file.seek(self.offset + position)
        return True


class Codec:
    """How one packed format begins and unpacks. ``piece`` bounds what one step can unpack to (some 35 MB)."""

    def __init__(self, start: bytes) -> None:
        self.magic = GZIP_MAGIC if start.startswith(GZIP_MAGIC) else ZSTD_MAGIC
        self.piece = 32_768 if self.magic == GZIP_MAGIC else 1024
        self._dictionary = _dictionary_in(start) if self.magic == ZSTD_MAGIC else None

    def begins(self, raw: bytes) -> bool:
        """Whether a member begins here."""
        return raw.startswith(self.magic) or (self.magic == ZSTD_MAGIC and raw[1:4] == _SKIPPABLE)

    def unpacker(self) -> zlib._Decompress | zstandard.ZstdDecompressionObj:
        """A fresh decompressor for one member; gzip's checks the member's CRC at its end."""
        if self.magic == GZIP_MAGIC:
            return zlib.decompressobj(31)
        return zstandard.ZstdDecompressor(dict_data=self._dictionary, max_window_size=1 << 27).decompressobj()


class PackedFile:
    """The members of a packed file, one after the other from ``start``. Holds the one that is being read."""

    def __init__(self, file: BinaryIO, codec: Codec, start: int) -> None:
        self._file = file
        self._codec = codec
        self.seek(start)

    def seek(self, offset: int) -> None:
        """Go to where a member begins, or is looked for."""
        self._file.seek(offset)
        self._raw = memoryview(b"")
        self._raw_offset = offset
        self.offset = offset
        self._unpacker: zlib._Decompress | zstandard.ZstdDecompressionObj | None = None
        self._damage: DamageError | None = None

    def next_member(self) -> bool:
        """Begin the member at the current place; false at the file's end, zero padding aside.

        Raises :class:`DamageError` where no member begins.
        """
        self.offset = self._raw_offset
        start = bytes(self._peek(4))
        if not start or (not any(start) and self._only_zeros()):
            return False
        if not self._codec.begins(start):
            reason = "truncated_record" if self._codec.magic.startswith(start) else "corrupt_record"
            raise DamageError(reason, self.offset, "no compressed member begins here")
        self._unpacker = self._codec.unpacker()
        return True

    def read(self) -> bytes:
        """The next bytes of the member; empty at its clean end. Raises :class:`DamageError`."""
        while self._unpacker is not None:
            piece = self._peek(self._codec.piece)
            if not piece:
                raise DamageError("truncated_record", self.offset, "the file ends inside a compressed member")
            try:
                data = self._unpacker.decompress(piece)
            except (zlib.error, zstandard.ZstdError) as error:
                damage = DamageError("corrupt_record", self.offset, str(error))
                if self._raw_offset > self.offset:
                    raise damage from error
                self._unpacker, self._damage = None, damage
                return self._before_damage(bytes(piece))
            done = self._unpacker.eof
            self._take(len(piece) - (len(self._unpacker.unused_data) if done else 0))
            if done:
                self._unpacker = None
            if data:
                return data
        if self._damage is not None:
            raise self._damage
        return b""

    def _before_damage(self, piece: bytes) -> bytes:
        """What a member's first piece gives before it breaks: enough to say which record was lost."""
        unpacker = self._codec.unpacker()
        found = b""
        try:
            for at in range(0, len(piece), 64):
                found += unpacker.decompress(piece[at : at + 64])
        except (zlib.error, zstandard.ZstdError):
            pass
        if not found:
            assert self._damage is not None
            raise self._damage
        return found

    @property
    def position(self) -> int:
        """How far into the file has been read."""
        return self._raw_offset

    def find_start(self, offset: int) -> int | None:
        """The first place from ``offset`` on where a member begins whose first bytes are ``WARC/``; or ``None``."""
        while True:
            self.seek(offset)
            found = self._find_magic()
            if found is None:
                return None
            self.seek(found)
            try:
                if self.next_member() and self._starts_record():
                    self.seek(found)
                    return found
            except DamageError:
                pass
            offset = found + 1

    def _starts_record(self) -> bool:
        start = self.read()
        while start and len(start) < 5 and (more := self.read()):
            start += more
        return start.startswith(b"WARC/")

    def _find_magic(self) -> int | None:
        while raw := self._peek(_RAW_BYTES):
            at = bytes(raw).find(self._codec.magic)
            if at >= 0:
                return self._raw_offset + at
            if len(raw) < 4:
                return None
            self._take(len(raw) - 3)
        return None

    def _only_zeros(self) -> bool:
        here = self._raw_offset
        while raw := self._peek(_RAW_BYTES):
            if any(raw):
                self.seek(here)
                return False
            self._take(len(raw))
        return True

    def _peek(self, size: int) -> memoryview:
        if len(self._raw) < size:
            try:
                more = self._file.read(_RAW_BYTES)
            except OSError as error:
                raise DamageError("corrupt_record", self.offset, f"the file cannot be read on: {error}") from error
            self._raw = memoryview(bytes(self._raw) + more) if self._raw else memoryview(more)
        return self._raw[:size]

    def _take(self, size: int) -> None:
        self._raw = self._raw[size:]
        self._raw_offset += size


class PackedSegment:
    """One or more members of a packed file, the first of which begins with a record."""

    def __init__(self, packed: PackedFile, offset: int, first: bytes) -> None:
        self.offset = offset
        self.damage: DamageError | None = None
        self.true_end = True
        self.following: tuple[int, bytes] | None = None
        self.broken_after: DamageError | None = None
        self._packed = packed
        self._pending = first
        self._done = False

    def read(self) -> bytes:
        """The next bytes; goes on into members that do not begin with a record."""
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        if self._done:
            return b""
        try:
            data = self._packed.read()
        except DamageError as damage:
            self.damage, self._done = damage, True
            return b""
        return data or self._next_member()

    def _next_member(self) -> bytes:
        try:
            following = _begin(self._packed)
        except DamageError as damage:
            self.broken_after, self._done = damage, True
            return b""
        if following is not None and not following[1].startswith(b"WARC/"):
            return following[1]
        self.following, self._done = following, True
        return b""

    def rewind(self, position: int) -> bool:  # noqa: ARG002
        """Never: unpacked bytes are gone."""
        return False


def member_head(packed: PackedFile) -> bytes | None:
    """Begin the next member and read at least 5 bytes of it, if it has them; ``None`` at the file's end."""
    if not packed.next_member():
        return None
    head = packed.read()
    while head and len(head) < 5 and (more := packed.read()):
        head += more
    return head


def packed_segments(packed: PackedFile, stop: int | None) -> Iterator[PackedSegment | DamageError]:
    """The segments that begin before ``stop``, in order; a ``DamageError`` where bytes belong to none.

    The caller reads each segment to its end before it asks for the next. After damage, the next place where a
    member begins with a record is looked for from just behind the damaged member's start.
    """
    following: tuple[int, bytes] | None = None
    damage: DamageError | None = None
    while True:
        if following is None:
            try:
                following = _begin(packed)
            except DamageError as error:
                damage = error
        if damage is not None:
            if stop is not None and damage.offset >= stop:
                return
            yield damage
        elif following is not None:
            if stop is not None and following[0] >= stop:
                return
            segment = PackedSegment(packed, *following)
            yield segment
            following, damage = segment.following, segment.damage
            if segment.broken_after is not None:
                packed.seek(segment.broken_after.offset)  # where the next turn meets the damage
        else:
            return
        if damage is not None and packed.find_start(damage.offset + 1) is None:
            return
        damage = None


def _begin(packed: PackedFile) -> tuple[int, bytes] | None:
    """The next member that holds anything: its offset and its first bytes; ``None`` at the file's end."""
    while (head := member_head(packed)) == b"":
        pass
    return None if head is None else (packed.offset, head)


def codec_of(file: BinaryIO) -> Codec | None:
    """How the file is packed, ``None`` where it is not. Where its start is damaged, what comes later tells."""
    file.seek(0)
    head = file.read(START_BYTES)
    if head.startswith((GZIP_MAGIC, ZSTD_MAGIC)) or head[1:4] == _SKIPPABLE:
        return Codec(head)
    if b"WARC/" in head:
        return None
    codecs = (Codec(GZIP_MAGIC), Codec(ZSTD_MAGIC))
    return next((codec for codec in codecs if PackedFile(file, codec, 0).find_start(0) is not None), None)


def _dictionary_in(start: bytes) -> zstandard.ZstdCompressionDict | None:
    """The dictionary that a ``.warc.zst`` may carry in a skippable frame before its first record."""
    if not start.startswith(_DICTIONARY):
        return None
    data = start[8 : 8 + int.from_bytes(start[4:8], "little")]
    try:
        if data.startswith(ZSTD_MAGIC):
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 24)
        return zstandard.ZstdCompressionDict(data)
    except zstandard.ZstdError:
        return None
