"""What bytes look like: markup, or no text at all.

What belongs here: looking at first bytes. What does not: charsets (``tasks.extraction``).
"""

from __future__ import annotations

import re

SNIFF_BYTES = 65_536

_MARKUP = re.compile(rb"<(!doctype|!--|\?xml|[a-z])", re.I)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|title|meta|script|link|div|article|p|h1|table|style)\b", re.I)
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"RIFF": "a RIFF file (WebP, WAV, AVI)",
    b"\x00\x00\x01\x00": "an icon",
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"\x1f\x8b\x08": "gzip data",
    b"\x28\xb5\x2f\xfd": "Zstandard data",
    b"BZh": "bzip2 data",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"ID3": "an MP3 file",
    b"OggS": "an Ogg file",
    b"\x1aE\xdf\xa3": "a Matroska or WebM file",
    b"wOFF": "a font",
    b"wOF2": "a font",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"PAR1": "a Parquet file",
}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))  # ESC belongs to ISO-2022-JP
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def starts_as_markup(data: bytes) -> bool:
    """Whether the first thing in the bytes is a tag, a doctype, a comment or an XML declaration."""
    return bool(_MARKUP.match(_visible_start(data)))


def looks_like_html(data: bytes) -> bool:
    """Whether an HTML element is the first thing in the bytes, comments and declarations aside.

    Bounded work: one pass over the first 64 KiB, whatever they hold.
    """
    start = _visible_start(data)
    while True:
        if start.startswith(b"<!--"):
            _, found, rest = start.partition(b"-->")
        elif start.startswith(b"<?"):
            _, found, rest = start.partition(b">")
        else:
            return bool(_HTML.match(start))
        if not found:
            return False
        start = rest.lstrip()


def binary_evidence(data: bytes, charset: str | None = None) -> str | None:
    """Why the bytes are no text, in words; ``None`` where they may be.

    A magic number, or more than 1% control characters in the first 64 KiB (random bytes have 10%; broken pages
    with a stray NUL or two stay pages). UTF-16 and UTF-32 hold NULs and are told by their mark or their charset.
    """
    start = data[:SNIFF_BYTES]
    for magic, name in _MAGIC.items():
        if start.startswith(magic):
            return f"the bytes are {name}"
    if start[4:8] == b"ftyp":
        return "the bytes are an MP4, AVIF or HEIC file"
    if start.startswith(_WIDE_BOMS) or (charset or "").lower().startswith(("utf-16", "utf-32", "ucs")):
        return None
    if start[:4] in (b"<\x00!\x00", b"\x00<\x00!", b"<\x00h\x00", b"\x00<\x00h"):
        return None
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls * 100 > len(start):
        return f"{controls} control characters in the first {len(start)} bytes"
    return None


def _visible_start(data: bytes) -> bytes:
    start = data[:SNIFF_BYTES].removeprefix(b"\xef\xbb\xbf")
    if start.startswith(_WIDE_BOMS) or start[1:2] == b"\x00":
        start = start.replace(b"\x00", b"").lstrip(b"\xff\xfe")  # enough to see ASCII tags in UTF-16
    return start.lstrip()
