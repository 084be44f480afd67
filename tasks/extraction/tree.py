"""From a page's bytes to one lxml tree, which everything after shares.

What belongs here: the charset and the parse. What does not: reading values out of the tree
(``structured``, ``visible``, ``body``).

Nothing a page declares is trusted over its bytes: a page whose bytes are valid UTF-8 is UTF-8, whatever
its headers and meta elements say (a chance of one in millions for other text of some length).
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable

import charset_normalizer
from lxml import etree

from tasks.loops import is_built
from tasks.page import RejectError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What browsers read under these names (WHATWG Encoding); Python's codecs of the same name know fewer characters.
_AS_BROWSERS_READ = {
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_SEVEN_BIT = ("iso2022", "hz")  # written in ASCII bytes, so that UTF-8 would take them too
_SHIFTS = (b"\x1b", b"~{")  # what they turn to other characters with
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([a-z0-9_:.-]{2,40})", re.I
)
_META_WINDOW = 4096  # browsers look at 1024 bytes; real pages put long comments and scripts before
_MAX_MENDS = 4
_RUNNING = (b"font", b"span", b"b", b"i", b"u", b"a", b"em", b"strong", b"small", b"big", b"center")  # inside lines
_LONG = 2_000_000  # bytes from which on white space is looked at
_LONG_TAG = 20_000  # bytes of one tag from which on its attributes are counted
_MAX_ATTRIBUTES = 3_000  # of one element
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_SAMPLE = 65_536  # bytes for guessing a charset
_CLOSING_HTML = re.compile(rb"</(?:html|body)\s*>", re.I)
_WHITE_SPACE_RUN = re.compile(rb"[ \t\r\n]{4096,}")
_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x01\x00",
    b"\x7fELF",
)


# Plain elements: lxml.html's own classes are chosen by a Python call an element, which made parsing and each walk
# over the tree nearly twice as slow.
_TEXT = etree.XPath("string()", smart_strings=False)

compiled: Callable[[etree._Element], str | None] | None = None
"""``text_of`` in C, where it was built for the lxml that is here."""
if is_built("page_texts"):
    from tasks.extraction.compiled.page_texts import text_of as _in_c

    compiled = _in_c


def parse(payload: bytes, http_charset: str | None = None) -> etree._Element:
    """The page's tree, without comments and processing instructions.

    Raises :class:`RejectError`: ``binary`` where the bytes are no text, ``no_content`` where nothing is left of them.
    libxml2 stops at a depth of 2,048 elements and drops what follows: such a page is read again without the tags that
    nest (``font`` elements never closed, a thousand quotes in quotes). Walks over the tree must still not recurse.
    """
    encoded = as_utf8(payload, http_charset)
    if _goes_on_after_html(encoded):
        # libxml2 ends the document at the first </html>, browsers go on: pages put together from whole
        # pages, and end tags left in by a template, would lose everything after it.
        encoded = _CLOSING_HTML.sub(b"", encoded)
    for _ in range(_MAX_MENDS):
        tree, cut = _parsed(encoded)
        if not cut:
            break
        encoded = _without_deepest_tag(encoded, tree)
    return tree


def _parsed(encoded: bytes) -> tuple[etree._Element, bool]:
    """The tree, and whether it was cut off at libxml2's greatest depth."""
    # huge_tree: the default limits drop content below 256 levels and text beyond 10 MB.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    try:
        tree = etree.fromstring(encoded, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise RejectError("no_content", f"no element in the page: {error}") from error
    if tree is None:
        raise RejectError("no_content", "no element in the page")
    last = parser.error_log.last_error
    return tree, last is not None and last.type_name == "ERR_RESOURCE_LIMIT"


def _without_deepest_tag(encoded: bytes, tree: etree._Element) -> bytes:
    """The page without the tags of that element which most of its deepest part is nested in."""
    depth_of: dict[etree._Element, int] = {}
    deepest, most = tree, 0
    for element in tree.iter():
        depth = depth_of[element] = depth_of.get(element.getparent(), 0) + 1
        if depth > most:
            deepest, most = element, depth
    tags = Counter(str(above.tag) for above in deepest.iterancestors())
    tag = re.escape(tags.most_common(1)[0][0].encode())
    between = b" " if tag in _RUNNING else b"<br><br>"
    return re.sub(rb"</?" + tag + rb"(?:\s[^<>]*)?>", between, encoded, flags=re.I)


def text_of(element: etree._Element) -> str:
    """All text in an element, in the page's order."""
    found = None if compiled is None else compiled(element)
    return text_of_in_python(element) if found is None else found


def text_of_in_python(element: etree._Element) -> str:
    """What ``text_of`` gives, without C."""
    return str(_TEXT(element)) if len(element) else element.text or ""


def _goes_on_after_html(encoded: bytes) -> bool:
    """Whether there is markup after the first end tag of html. Plain searches: a regex took longer than the parse."""
    found = encoded.find(b"</html")
    if found < 0:
        found = encoded.find(b"</HTML")
    if found < 0:
        return False
    end = encoded.find(b">", found) + 1
    return end > 0 and encoded.find(b"<", end) >= 0


def as_utf8(payload: bytes, http_charset: str | None = None) -> bytes:
    """The payload in UTF-8, without byte order mark and NUL; bytes that cannot be read become U+FFFD."""
    for mark, name in _BOMS:
        if payload.startswith(mark):
            return _clean(payload[len(mark) :].decode(name, "replace").encode("utf-8", "replace"))
    if payload.startswith(_MAGIC):
        raise RejectError("binary", f"the bytes begin with {payload[:4]!r}")
    # One byte is found sooner than two, and two pages of three have no tilde.
    shifts = any(mark[:1] in payload and mark in payload for mark in _SHIFTS)
    if not shifts and _is_utf8(payload):
        return _clean(payload)  # whatever it declares, which most pages need not be searched for
    declared = [name for name in (_codec(http_charset), _declared_in_bytes(payload)) if name]
    seven_bit = shifts and any(name.startswith(_SEVEN_BIT) for name in declared)
    if shifts and not seven_bit and _is_utf8(payload):
        return _clean(payload)
    return _clean(_decode(payload, declared).encode("utf-8", "replace"))


def _decode(payload: bytes, declared: list[str]) -> str:
    if b"\x00" in payload[:1024]:
        wide = _wide(payload)
        if wide:
            return payload.decode(wide, "replace")
        raise RejectError("binary", "NUL bytes among the first 1,024")
    for name in declared:
        if name != "utf-8":
            try:
                return payload.decode(name)
            except (UnicodeDecodeError, ValueError):
                continue
    # UTF-8 cut in the middle of a character, or with a few bytes of something else pasted in.
    text = payload.decode("utf-8", "replace")
    others = sum(byte > 0x7F for byte in payload[:_SAMPLE])
    if text[:_SAMPLE].count("\ufffd") * 20 <= others:
        return text
    guess = charset_normalizer.from_bytes(_dense_sample(payload), threshold=0.4).best()
    if guess is not None:
        return payload.decode(_AS_BROWSERS_READ.get(guess.encoding, guess.encoding), "replace")
    if not declared and _looks_binary(payload):
        raise RejectError("binary", "the bytes are no text in any charset")
    return payload.decode(declared[0] if declared else "cp1252", "replace")


def _is_utf8(payload: bytes) -> bool:
    try:
        _ = payload.isascii() or payload.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in payload[:1024]


def _wide(payload: bytes) -> str | None:
    """UTF-16 without a byte order mark: markup is ASCII, so that every second byte is NUL."""
    head = payload[:1024]
    if head[1::2].count(0) > len(head) * 0.4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) * 0.4:
        return "utf-16-be"
    return None


def _codec(name: str | None) -> str | None:
    """Python's codec for a declared charset, as browsers would read it; null where there is none."""
    if not name:
        return None
    try:
        info = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    if not info._is_text_encoding or info.name.startswith("utf-16") or info.name in ("utf-7", "idna", "punycode"):
        return None  # a page that declares UTF-16 in ASCII bytes is not UTF-16
    return _AS_BROWSERS_READ.get(info.name, info.name)


def _declared_in_bytes(payload: bytes) -> str | None:
    match = _META_CHARSET.search(payload, 0, _META_WINDOW)
    return _codec(match[1].decode("ascii")) if match else None


def _dense_sample(payload: bytes) -> bytes:
    """Up to ``_SAMPLE`` bytes of those lines that hold something else than ASCII: markup says nothing of a charset."""
    lines = [line for line in payload[: _SAMPLE * 16].split(b"\n") if not line.isascii()]
    return b"\n".join(lines)[:_SAMPLE]


def _looks_binary(payload: bytes) -> bool:
    head = payload[:4096]
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\x0c\x1b" for byte in head)
    return controls > len(head) * 0.02


def _clean(encoded: bytes) -> bytes:
    """Without NUL (libxml2 would write U+FFFD) and without white space by the megabyte (slow, and means nothing)."""
    if b"\x00" in encoded:
        encoded = encoded.replace(b"\x00", b"")
    if not encoded or encoded.isspace():
        raise RejectError("no_content", "white space alone")
    # A run of that length holds a stretch of half of it, laid anywhere.
    if len(encoded) > _LONG and any(encoded[at : at + 2048].isspace() for at in range(0, len(encoded), 2048)):
        encoded = _WHITE_SPACE_RUN.sub(b"\n", encoded)
    return _without_attribute_floods(encoded) if len(encoded) > _LONG_TAG else encoded


def _without_attribute_floods(encoded: bytes) -> bytes:
    """Without the attributes of elements that have thousands: libxml2 took 195 s for 200,000 of them in 2 MB."""
    if not _has_long_tag(encoded):
        return encoded
    pieces = encoded.split(b"<")
    for at, piece in enumerate(pieces):
        tag, end, rest = piece.partition(b">")
        if len(tag) >= _LONG_TAG and len(_QUOTED.sub(b"", tag).split()) > _MAX_ATTRIBUTES:
            pieces[at] = tag.split(maxsplit=1)[0][:20] + end + rest
    return b"<".join(pieces)


def _has_long_tag(encoded: bytes) -> bool:
    """Whether there are ``_LONG_TAG`` bytes after a "<" without ">" or another "<"."""
    # They hold a stretch of half of them, laid anywhere, without a "<". Most others that do are scripts, behind a ">".
    half, at = _LONG_TAG // 2, 0
    while at < len(encoded) - half:
        if encoded.find(b"<", at, at + half) >= 0:
            at += half
            continue
        begin, end = encoded.rfind(b"<", 0, at) + 1, encoded.find(b"<", at)
        end = len(encoded) if end < 0 else end
        if end - begin >= _LONG_TAG and encoded.find(b">", begin, begin + _LONG_TAG) < 0:
            return True
        at = end
    return False
