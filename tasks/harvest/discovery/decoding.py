"""From a listing's bytes to its text: gzip, byte order mark, charset.

What belongs here: bytes to text, within limits. What does not: what the text holds (``reading``).

The bytes are believed over what is said of them: bytes that are valid UTF-8 are UTF-8.
"""

from __future__ import annotations

import codecs
import re
import zlib

from tasks.harvest.discovery.listing import MAX_BYTES, DiscoveryError

_GZIP = b"\x1f\x8b\x08"
_LAYERS = 2  # a .gz that a server packed once more
_STEP = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})")
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_SEVEN_BIT = ("iso2022", "hz")  # written in ASCII bytes, so that UTF-8 would take them too
_NOT_TEXT = ("utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "unicode_escape")
# What browsers read under these names.
_AS_BROWSERS_READ = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}


def unpacked(body: bytes) -> tuple[bytes, str | None]:
    """The body without gzip, and what was wrong with it. Raises ``DiscoveryError`` where nothing can be unpacked.

    No more than ``MAX_BYTES`` come out, whatever the member promises.
    """
    problem: str | None = None
    for _ in range(_LAYERS):
        if not body.startswith(_GZIP):
            break
        body, problem = _gunzip(body)
    if len(body) > MAX_BYTES:
        raise DiscoveryError(f"{len(body):,} bytes; a listing has {MAX_BYTES:,} at most")
    return body, problem


def _gunzip(body: bytes) -> tuple[bytes, str | None]:
    parts: list[bytes] = []
    size = 0
    rest = body
    while rest.startswith(_GZIP):
        unpacker = zlib.decompressobj(31)
        try:
            while rest and not unpacker.eof:
                parts.append(unpacker.decompress(rest, _STEP))
                rest = unpacker.unconsumed_tail
                size += len(parts[-1])
                if size > MAX_BYTES:
                    raise DiscoveryError(f"gzip that unpacks to more than {MAX_BYTES:,} bytes")
        except zlib.error as error:
            return _whole_part(parts, f"damaged gzip: {error}")
        if not unpacker.eof:
            tail = unpacker.flush(_STEP)
            return _whole_part([*parts, tail], "gzip that is cut off")
        rest = unpacker.unused_data
    return b"".join(parts), None


def _whole_part(parts: list[bytes], problem: str) -> tuple[bytes, str]:
    data = b"".join(parts)
    if not data:
        raise DiscoveryError(problem)
    return data, f"{problem}; what came before it was read"


def decoded(body: bytes, content_type: str | None) -> str:
    """The body as text. Never raises: bytes that fit nowhere become U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if b"\x00" in body[:256]:
        return body.decode("utf-16-be" if body[:1] == b"\x00" else "utf-16-le", "replace")
    said = [_CHARSET.search(content_type or ""), _DECLARED.search(body[:1024])]
    names = [codec for match in said if match and (codec := _codec(match[1]))]
    if not any(name.startswith(_SEVEN_BIT) for name in names):
        try:
            # A body cut in the middle of a character is UTF-8 still: the decoder keeps its last bytes to itself.
            return codecs.getincrementaldecoder("utf-8")().decode(body)
        except UnicodeDecodeError:
            pass
    for name in names:
        if name != "utf-8":
            try:
                return body.decode(name)
            except (UnicodeDecodeError, ValueError):
                continue
    text = body.decode("utf-8", "replace")
    beyond_ascii = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    if text.count("\ufffd") * 10 <= beyond_ascii:  # a few bytes of something else pasted into UTF-8
        return text
    return body.decode(next((name for name in names if name != "utf-8"), "cp1252"), "replace")


def _codec(name: str | bytes) -> str | None:
    """Python's codec for a declared charset, as browsers would read it; ``None`` where there is none."""
    try:
        info = codecs.lookup(name if isinstance(name, str) else name.decode("ascii"))
    except (LookupError, ValueError):
        return None
    if not info._is_text_encoding or info.name in _NOT_TEXT or info.name.startswith(("utf-16", "utf-32")):
        return None  # declared in ASCII bytes, so it is neither
    return _AS_BROWSERS_READ.get(info.name, info.name)
