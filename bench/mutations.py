"""Pages broken in the ways that crawls break them, and in ways that only an attacker would.

What belongs here: one page's bytes (and another's) -> broken bytes, decided by the dice alone, so that a case can be
made again from its number. What does not: running them (``fuzz``).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Mutation = Callable[[bytes, bytes, random.Random], bytes]

_TAG = re.compile(rb"</?([a-zA-Z][a-zA-Z0-9]{0,15})")
_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?[\w-]{1,30}", re.I)
_JSON_STRING = re.compile(
    rb'"(?:datePublished|headline|name|url|author|image|keywords)"\s{0,4}:\s{0,4}"([^"]{0,2000})"'
)
_TAGS = (b"div", b"p", b"table", b"tr", b"td", b"ul", b"li", b"script", b"style", b"svg", b"template", b"noscript",
         b"article", b"main", b"section", b"a", b"b", b"title", b"head", b"body", b"html", b"iframe", b"textarea",
         b"select", b"option", b"math", b"time", b"h1", b"blockquote", b"figure", b"pre")  # fmt: skip
_CHARSETS = (b"utf-8", b"utf-7", b"utf-16", b"utf-16le", b"utf-32", b"shift_jis", b"gbk", b"iso-2022-jp", b"koi8-r",
             b"windows-1252", b"x-user-defined", b"no-such", b"hz-gb-2312", b"big5", b"euc-kr")  # fmt: skip
_PIECES = (b"<!--", b"-->", b"<![CDATA[", b"]]>", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
           b"<script>", b"</script>", b'"', b"'", b"\\u0000", b"\\ud83d", b"{", b"}", b"[", b"]", b"&#x110000;",
           b"&#0;", b"&amp;amp;",
           b"\xe2\x80\xae", b"\xe2\x80\x8b", b"+ADw-script+AD4-", b"\x1b$B", b"\r", b"</html>", b"<base href='//[::1'>",
           b"<a href='http://[bad'>", b"\\", b"99999-12-31T99:99:99Z")  # fmt: skip
_VALUES = (b"99999-12-31", b"0000-00-00T00:00:00+99:99", b"-1", b"1e400", b"999999999999999999999999", b"A" * 50_000,
           b"a," * 20_000, b"By " * 10_000, b"http://user:pass@[::1]:99999/", b"//" * 5_000, b"\\ud800", b" " * 60_000,
           b"1 Jan " * 8_000, b"&amp;" * 8_000, b"javascript:alert(1)", b"12/" * 10_000, b"- " * 20_000)  # fmt: skip


def _at(page: bytes, dice: random.Random) -> int:
    return dice.randrange(len(page) + 1)


def cut(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """Some bytes gone, few or many."""
    at = _at(page, dice)
    return page[:at] + page[at + dice.choice((1, 20, 500, 20_000)) :]


def truncate(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """The end gone."""
    return page[: _at(page, dice)]


def swap_tags(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """One kind of element called another, everywhere or at each tenth place."""
    found = _TAG.findall(page)
    if not found:
        return page
    old, new, all_of_them = dice.choice(found), dice.choice(_TAGS), dice.random() < 0.5
    pattern = re.compile(rb"(</?)" + re.escape(old) + rb"\b", re.I)
    return pattern.sub(lambda m: m[1] + new if all_of_them or dice.random() < 0.1 else m[0], page)


def splice(page: bytes, other: bytes, dice: random.Random) -> bytes:
    """The start of one page, the end of another."""
    return page[: _at(page, dice)] + other[_at(other, dice) :]


def nest(page: bytes, other: bytes, dice: random.Random) -> bytes:
    """A whole page inside another."""
    at = _at(page, dice)
    return page[:at] + other + page[at:]


def lie_of_charset(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """Another charset named, or the bytes in another than the one named."""
    if dice.random() < 0.5:
        return _CHARSET.sub(b"charset=" + dice.choice(_CHARSETS), page)
    try:
        return page.decode("utf-8", "replace").encode(
            dice.choice(("utf-16", "utf-32", "utf-7", "utf-16-be")), "replace"
        )
    except UnicodeError:
        return page


def repeat(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """A stretch of the page some hundreds of times: lists of lists, scripts of scripts."""
    at = _at(page, dice)
    piece = page[at : at + dice.choice((5, 60, 800, 8_000))]
    return page[:at] + piece * min(dice.choice((50, 2_000, 20_000)), 2_000_000 // (len(piece) + 1)) + page[at:]


def open_tags(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """Thousands of elements opened and never closed."""
    at = _at(page, dice)
    tag = dice.choice((b"<%b>", b"<%b class='x%b'>", b"<%b itemscope itemprop=author>")).replace(
        b"%b", dice.choice(_TAGS)
    )
    return page[:at] + tag * dice.choice((100, 3_000, 30_000)) + page[at:]


def attributes(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """An element with thousands of attributes, or one endless value."""
    at = _at(page, dice)
    many = dice.choice((500, 20_000))
    flood = (
        b" ".join(b"data-%d='%d'" % (n, n) for n in range(many)) if dice.random() < 0.5 else b"class='" + b"x " * many
    )
    return page[:at] + b"<div " + flood + b"'>" + page[at:]


def drop_in(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """Strange bytes at a handful of places."""
    for _n in range(dice.randint(1, 30)):
        at = _at(page, dice)
        page = page[:at] + dice.choice(_PIECES) + page[at:]
    return page


def flip(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """Single bytes changed."""
    broken = bytearray(page)
    for _n in range(dice.randint(1, 200) if broken else 0):
        broken[dice.randrange(len(broken))] = dice.randrange(256)
    return bytes(broken)


def strange_value(page: bytes, _: bytes, dice: random.Random) -> bytes:
    """A value of the page's structured data replaced by one that no page should have."""
    found = list(_JSON_STRING.finditer(page))
    value = dice.choice(_VALUES)
    if not found:
        tag = b'<meta property="article:published_time" content="%b"><meta name="author" content="%b">'
        return tag.replace(b"%b", value) + page
    chosen = dice.choice(found)
    return page[: chosen.start(1)] + value + page[chosen.end(1) :]


MUTATIONS: tuple[Mutation, ...] = (
    cut, truncate, swap_tags, splice, nest, lie_of_charset, repeat, open_tags, attributes, drop_in, flip, strange_value,
)  # fmt: skip


def broken_page(pages: list[bytes], case: int) -> tuple[bytes, list[str]]:
    """Case number ``case``: the same bytes each time, and the names of what was done to them."""
    dice = random.Random(case)
    page, names = dice.choice(pages), []
    for _n in range(dice.choice((1, 1, 2, 3))):
        mutation = dice.choice(MUTATIONS)
        page = mutation(page, dice.choice(pages), dice)
        names.append(mutation.__name__)
    return page[:4_000_000], names
