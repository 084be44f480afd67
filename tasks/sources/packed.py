"""Packed files: gzip members and Zstandard frames, one after the other, and their damage.

What belongs here: unpacking a member, finding where one begins. What does not: where records begin in what is
unpacked (``segments``, ``frames``).
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

import zstandard

from tasks.sources.kinds import GZIP_MAGIC, START_BYTES, ZSTD_MAGIC

_RAW_BYTES = 1 << 20
_SKIPPABLE = b"\x2a\x4d\x18"  # after one byte of 0x50 to 0x5f
_DICTIONARY = b"\x5d\x2a\x4d\x18"


class DamageError(Exception):
    """Packed bytes that do not unpack. ``reason`` is a reject reason; ``offset`` where the member began.

    ``resume`` is where reading can go on, null where it cannot or where nobody looked (``PackedFile.recover``).
    """

    def __init__(self, reason: str, offset: int, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.offset = offset
        self.detail = detail
        self.resume: int | None = None


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

    def recover(self, damage: DamageError) -> DamageError:
        """Go to the next record behind the damage, if there is one; the damage then says which bytes are lost."""
        damage.resume = self.find_start(damage.offset + 1)
        end = "the end" if damage.resume is None else damage.resume
        damage.detail = f"{damage.detail}; bytes {damage.offset} to {end} cannot be read"
        return damage

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
            more = self._file.read(_RAW_BYTES)
            self._raw = memoryview(bytes(self._raw) + more) if self._raw else memoryview(more)
        return self._raw[:size]

    def _take(self, size: int) -> None:
        self._raw = self._raw[size:]
        self._raw_offset += size


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
