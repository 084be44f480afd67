"""Where a big file may be cut so that no record is lost, doubled or halved.

What belongs here: finding record boundaries. What does not: how big the parts should be (``shards``).
"""

from __future__ import annotations

from collections.abc import Sequence

from fastwarc.warc import WarcHeaderMap

from tasks.sources.frames import Frame, frames
from tasks.sources.kinds import GZIP_MAGIC, ZSTD_MAGIC
from tasks.sources.locations import is_remote, open_bytes
from tasks.sources.packed import DamageError, PackedFile, codec_of
from tasks.sources.segments import PlainSegment, packed_segments

_PROOF_BYTES = 2 * 65_536
"""A member start is believed when whole members follow one another for so long. Inside a record, an archived
.warc.gz can look like one, but deflate stores bytes as they are for at most 65,535 at a stretch."""


def warc_boundaries(path: str, targets: Sequence[int]) -> list[int]:
    """Offsets at which a record begins, one at or behind each of the ascending ``targets`` where there is one.

    Neighbouring records of one target URI stay together: a response, its request and its metadata.

    Gzip: by looking for a member start there. Uncompressed, on this machine: by walking over all records, since
    a record may hold what looks like another. Zstandard, and uncompressed files elsewhere, are not cut.
    """
    with open_bytes(path) as file:
        codec = codec_of(file)
        if codec is None:
            return [] if is_remote(path) else _plain_boundaries(PlainSegment(file, 0), targets)
        if codec.magic != GZIP_MAGIC:
            return []
        packed = PackedFile(file, codec, 0)
        found: list[int] = []
        for target in targets:
            if found and found[-1] >= target:
                continue
            start = _proven_start(packed, target)
            boundary = None if start is None else _group_start(packed, start)
            if boundary is None:
                break
            found.append(boundary)
        return found


def _plain_boundaries(segment: PlainSegment, targets: Sequence[int]) -> list[int]:
    found: list[int] = []
    waiting = list(targets)
    target: str | None = None
    for frame in frames(segment, wanted=_nothing, limit=1 << 20):
        before, target = target, _target(frame)
        # A cut where damage was would leave what is behind it to a reader that starts elsewhere.
        if waiting and frame.offset >= waiting[0] and not frame.broken and (target is None or target != before):
            found.append(frame.offset)
            waiting = [target for target in waiting if target > frame.offset]
        if not waiting:
            break
    return found


def _group_start(packed: PackedFile, start: int) -> int | None:
    """The first record behind the one at ``start`` that is of another target URI than the one before it.

    The record at ``start`` itself may belong to those before it, which cannot be read backwards.
    """
    packed.seek(start)
    target: str | None = None
    first = True
    for segment in packed_segments(packed, None):
        if isinstance(segment, DamageError):
            return segment.offset
        for frame in frames(segment, wanted=_nothing, limit=1 << 20):
            before, target = target, _target(frame)
            if not first and frame.offset == segment.offset and (target is None or target != before):
                return frame.offset
            first = False
    return None


def _target(frame: Frame) -> str | None:
    return (frame.headers.get("WARC-Target-URI") or "").strip() or None if frame.headers is not None else None


def _nothing(headers: WarcHeaderMap) -> bool:  # noqa: ARG001 - the walk keeps no record's content
    return False


def _proven_start(packed: PackedFile, target: int) -> int | None:
    offset = target
    while (found := packed.find_start(offset)) is not None:
        if _is_proven(packed, found):
            return found
        offset = found + 1
    return None


def _is_proven(packed: PackedFile, start: int) -> bool:
    for segment in packed_segments(packed, None):
        if isinstance(segment, DamageError):
            return False
        while segment.read():
            if packed.position - start > _PROOF_BYTES:
                return True
        if segment.damage or segment.broken_after:
            return False
    return True


def line_boundaries(path: str, targets: Sequence[int]) -> list[tuple[int, int]]:
    """Line starts at or behind each of the ascending ``targets``, each with its line's zero-based number.

    Reads the whole file for that (some 1 GB a second), so only on this machine, and no packed files.
    """
    found: list[tuple[int, int]] = []
    if is_remote(path):
        return found
    with open_bytes(path) as file:
        if file.read(4).startswith((GZIP_MAGIC, ZSTD_MAGIC)):
            return found
        file.seek(0)
        offset = lines = 0
        waiting = list(targets)
        while waiting and (data := file.read(1 << 20)):
            while waiting and (end := data.find(b"\n", max(0, waiting[0] - 1 - offset))) >= 0:
                start = offset + end + 1
                found.append((start, lines + data.count(b"\n", 0, end + 1)))
                waiting = [target for target in waiting if target > start]
            lines += data.count(b"\n")
            offset += len(data)
        return [(start, number) for start, number in found if start < offset or file.read(1)]
