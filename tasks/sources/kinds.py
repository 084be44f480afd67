"""What kind of input a file is, told from its name and its first bytes.

What belongs here: telling kinds apart. What does not: reading them (``warc``, ``html_files``, ``tables``,
``text_files``). Bytes speak louder than names: a WARC called ``.txt`` is a WARC. Where the bytes say nothing
(an empty file, a damaged start) the name decides.
"""

from __future__ import annotations

import re
import zlib
from pathlib import PurePosixPath
from typing import Literal

import zstandard

from tasks.sources.sniffing import looks_like_html

Kind = Literal["warc", "html", "table", "text"]
KINDS: dict[str, str] = {
    "warc": ".warc, .warc.gz, .warc.zst",
    "html": ".html, .htm, .xhtml",
    "table": ".parquet, .jsonl, .ndjson (also .gz, .zst)",
    "text": ".txt: a page's values, one a line, the URL first",
}
START_BYTES = 65_536
"""How much of a file ``kind_of`` wants to see."""

GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

_NAMES: dict[Kind, re.Pattern[str]] = {
    "warc": re.compile(r"\.warc(\.gz|\.zst)?$"),
    "html": re.compile(r"\.(x?html?|shtml)$"),
    "table": re.compile(r"\.(parquet|(jsonl|ndjson)(\.gz|\.zst)?)$"),
    "text": re.compile(r"\.(txt|text)$"),
}
_URL_LINE = re.compile(rb"^(\xef\xbb\xbf)?\s*https?://\S+\s*(\n|\r|$)", re.I)


def kind_by_name(path: str) -> Kind | None:
    """The kind that the file's name says, or ``None``."""
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    return next((kind for kind, pattern in _NAMES.items() if pattern.search(name)), None)


def kind_of(path: str, start: bytes) -> Kind | None:
    """The kind of a file, or ``None`` where neither its name nor its first bytes tell. ``start``: first bytes."""
    named = kind_by_name(path)
    unpacked = unpack_start(start)
    if unpacked.startswith(b"WARC/"):
        return "warc"
    if start.startswith(b"PAR1"):
        return "table"
    if unpacked is start and looks_like_html(start):
        return "html"
    if named is None and unpacked is start and _URL_LINE.match(start):
        return "text"
    if named is None and re.match(rb"\s*\{\s*\"", unpacked) and b"\n" in unpacked:
        return "table"
    return named


def unpack_start(start: bytes) -> bytes:
    """The first unpacked bytes of a gzip or Zstandard file; the bytes themselves where they are neither."""
    try:
        if start.startswith(GZIP_MAGIC):
            return zlib.decompressobj(31).decompress(start, START_BYTES)
        if start.startswith(ZSTD_MAGIC):
            # 4 KiB in: a hostile start can unpack 30,000 times over.
            return zstandard.ZstdDecompressor().decompressobj().decompress(start[:4096])[:START_BYTES]
    except (zlib.error, zstandard.ZstdError):
        return b""
    return start
