"""Pages out of HTML files and text dumps: one file, one page.

What belongs here: the file's bytes, and the URL that a sidecar or the file itself gives. What does not: the
sidecars' form (``sidecars``) and everything else the page says (``tasks.extraction``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from tasks.page import Origin, Page, Reject
from tasks.sources.locations import read_at_most
from tasks.sources.options import ReadOptions
from tasks.sources.payloads import check_payload
from tasks.sources.sidecars import absolute_url, read_sidecar

_HEAD_BYTES = 524_288
"""How far a page's own URL is looked for: inline scripts push it down, beyond half a megabyte it is hopeless."""

_TAG = re.compile(r"<!--|<(script|style)\b|<(link|meta)\b([^<>]{0,4096})>|</head\s*>", re.I)
_ATTRIBUTE = re.compile(r"([a-z:_-]{1,30})\s{0,8}=\s{0,8}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_SAVED_FROM = re.compile(r"\s*saved from url=\(\d+\)(\S+)")


def read_html_file(path: str, options: ReadOptions) -> Page | Reject:
    """The page in an HTML file. Its URL: the sidecar's, else the page's own canonical or og:url, else ``no_url``."""
    return _read_file(path, options, flat=False)


def read_text_file(path: str, options: ReadOptions) -> Page | Reject:
    """The page in a flattened text dump. Its URL: on the first line, else the sidecar's, else ``no_url``."""
    return _read_file(path, options, flat=True)


def _read_file(path: str, options: ReadOptions, *, flat: bool) -> Page | Reject:
    beside = read_sidecar(path)
    origin = Origin(path, retrieved_at=beside.retrieved_at)
    data = read_at_most(path, options.max_payload_bytes)
    if data is None:
        return Reject("too_large", origin, beside.url, f"more than {options.max_payload_bytes} bytes")
    url = (first_line_url(data) or beside.url) if flat else (beside.url or own_url(data))
    page = Page(
        url=url or "",
        payload=data,
        origin=origin,
        kind="flat-text" if flat else "html",
        declared=beside.declared,
        defaults=options.declared,
    )
    checked = check_payload(page, options.max_payload_bytes)
    if isinstance(checked, Reject) or url is not None:
        return checked
    missing = "no URL on the first line" if flat else "no canonical link or og:url in the page"
    beside_words = f"; {beside.broken}" if beside.broken else " and no sidecar with one"
    return Reject("no_url", origin, detail=missing + beside_words)


def first_line_url(data: bytes) -> str | None:
    """The URL on the first line that is not empty, if it is one."""
    start = data[:16_384]
    charset = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for line in start.decode(charset, "replace").splitlines():
        if line.strip():
            return absolute_url(line) if not re.search(r"\s", line.strip()) else None
    return None


def own_url(data: bytes) -> str | None:
    """The URL that a page gives itself: rel=canonical, else og:url, else a browser's ``saved from`` mark."""
    found: dict[str, str] = {}
    for name, value in _self_references(_head_text(data)):
        url = absolute_url(html.unescape(value))
        if url:
            found.setdefault(name, url)
    return found.get("canonical") or found.get("og:url") or found.get("saved from")


def _head_text(data: bytes) -> str:
    start = data[:_HEAD_BYTES]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace")
    try:
        return start.decode("utf-8")
    except UnicodeDecodeError:
        return start.decode("latin-1")  # URLs are ASCII nearly always; the text is not looked at


def _self_references(text: str) -> Iterator[tuple[str, str]]:
    """What link and meta elements of the head say of the page's URL. One pass: each byte is looked at a few times."""
    at = 0
    while tag := _TAG.search(text, at):
        at = tag.end()
        if tag[0] == "<!--" or tag[1]:
            close = "-->" if tag[0] == "<!--" else f"</{tag[1]}"
            end = text.find(close, at) if close == "-->" else _find_caseless(text, close, at)
            if saved := _SAVED_FROM.match(text[at : at + 2048]):
                yield "saved from", saved[1]
            if end < 0:
                return
            at = end + len(close)
        elif tag[2]:
            values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag[3])}
            if tag[2].lower() == "link" and "canonical" in values.get("rel", "").lower().split():
                yield "canonical", values.get("href", "")
            elif (values.get("property") or values.get("name") or "").lower() == "og:url":
                yield "og:url", values.get("content", "")
        else:
            return


def _find_caseless(text: str, word: str, at: int) -> int:
    found = re.compile(re.escape(word), re.I).search(text, at)
    return found.start() if found else -1
