"""Pages out of WARC records.

What belongs here: which records are pages, and why a record is none. What does not: framing and unpacking
(``frames``, ``segments``), body encodings (``bodies``).

Each ``response`` and ``resource`` record is exactly one page or reject; other records are neither. Metadata records of
the harvester say more of a page (``metadata``), and of some responses that they are none. Damage is a
reject too, since it may have hidden a page. Digests are not checked where a record's framing is sound (gzip has a
CRC of its own, and crawlers differ in what they hash); where Content-Length is wrong they decide whether the
record is whole.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from fastwarc.warc import HeaderMap, WarcHeaderMap

from tasks.page import Origin, Page, Reject, RejectError
from tasks.sources.bodies import unpack_body
from tasks.sources.frames import HEAD_BYTES, Frame, frames, with_crlf
from tasks.sources.locations import open_bytes
from tasks.sources.marks import Marks
from tasks.sources.metadata import (
    Metadata,
    Neighbours,
    header_robots,
    ids_of,
    is_metadata,
    read_metadata,
    with_metadata,
)
from tasks.sources.options import ReadOptions
from tasks.sources.packed import DamageError, PackedFile, codec_of
from tasks.sources.payloads import check_payload
from tasks.sources.segments import PlainSegment, packed_segments
from tasks.sources.sidecars import instant
from tasks.sources.sniffing import looks_like_html

_PAGE_TYPES = ("response", "resource")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_OTHER_TYPES = {"warcinfo", "request", "metadata", "revisit", "conversion", "continuation"}
_RECORD_TYPE = re.compile(r"\s*[A-Za-z][A-Za-z-]*\s*$")
_MEDIA_TYPE = re.compile(r"^\s*([\w.+-]+/[\w.+-]+)\s*(?:[;,]|$)")
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([^\s\"';,]{1,100})", re.I)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


def read_warc(
    path: str, start: int | None, stop: int | None, options: ReadOptions, marks: Marks | None = None
) -> Iterator[Page | Reject]:
    """The pages of the records that begin in ``[start, stop)``, byte offsets of the file as it lies there.

    Raises OSError where the file cannot be opened.
    """
    with open_bytes(path) as file:
        empty = True
        before = Neighbours()
        held: _Held | None = None
        for frame in _frames(file, start or 0, stop, options.max_payload_bytes + HEAD_BYTES, marks):
            empty = False
            if frame.headers is not None and not frame.broken and is_metadata(frame.headers):
                metadata = read_metadata(frame.headers, frame.block)
                if held is not None and held.ids & metadata.ids:
                    held.metadata = held.metadata or metadata
                else:
                    before.add(metadata)
                continue
            found = _page_of(frame, path, options)
            if found is None:
                continue
            if held is not None and (outcome := held.outcome()) is not None:
                yield outcome
            held = _Held(found, ids_of(frame.headers) if frame.headers is not None else frozenset())
            held.metadata = before.of(frame.headers) if frame.headers is not None else None
        if held is not None and (outcome := held.outcome()) is not None:
            yield outcome
        if empty and not start and not file.seek(0, io.SEEK_END):
            yield Reject("truncated_record", Origin(path, 0), detail="the file is empty")


@dataclass(slots=True)
class _Held:
    """A page or a reject that waits for the metadata record that may follow it."""

    found: Page | Reject
    ids: frozenset[str]
    metadata: Metadata | None = None

    def outcome(self) -> Page | Reject | None:
        """What becomes of it. Null for what the harvester itself says is no page, and accounts for in its own state:
        its robots.txt files and listings, and responses of another status than 200.
        """
        if self.metadata is None:
            return self.found
        if self.metadata.role in ("listing", "robots"):
            return None
        if isinstance(self.found, Page):
            return with_metadata(self.found, self.metadata)
        if self.metadata.role and self.found.reason == "http_status":
            return None
        return replace(self.found, source=self.metadata.source)


def is_wanted(headers: WarcHeaderMap) -> bool:
    """Whether a record's content is looked at."""
    return is_page_record(headers) or is_metadata(headers)


def is_page_record(headers: WarcHeaderMap) -> bool:
    """Whether the record is one that gives a page or a reject."""
    return (headers.get("WARC-Type") or "").strip().lower() in _PAGE_TYPES


def _frames(file: BinaryIO, start: int, stop: int | None, limit: int, marks: Marks | None = None) -> Iterator[Frame]:
    codec = codec_of(file)
    if codec is None:
        yield from frames(PlainSegment(file, start), wanted=is_wanted, limit=limit, stop=stop, marks=marks)
        return
    for segment in packed_segments(PackedFile(file, codec, start), stop):
        if isinstance(segment, DamageError):
            yield Frame(segment.offset, None, b"", 0, segment.reason, detail=segment.detail)
            continue
        yield from frames(segment, wanted=is_wanted, limit=limit, marks=marks)


def _page_of(frame: Frame, path: str, options: ReadOptions) -> Page | Reject | None:
    headers = frame.headers
    if headers is None:
        return Reject(frame.broken or "corrupt_record", Origin(path, frame.offset), detail=frame.detail)
    date = instant((headers.get("WARC-Date") or "").strip())
    origin = Origin(path, frame.offset, headers.get("WARC-Record-ID"), date)
    url = (headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">") or None
    if frame.broken:
        kind = headers.get("WARC-Type") or "record"
        return Reject(frame.broken, origin, url, f"{kind}: {frame.detail}")
    if not is_page_record(headers):
        why = _why_no_type(headers)
        return Reject("corrupt_record", origin, url, why) if why else None
    if url is None:
        return Reject("no_url", origin, detail="the record has no WARC-Target-URI")
    try:
        return _read_page(frame, headers, url, origin, options)
    except RejectError as reject:
        return Reject(reject.reason, origin, url, reject.detail)


def _why_no_type(headers: WarcHeaderMap) -> str | None:
    """What is wrong with the type of a record that is no page; null where it is one to be passed over.

    The standard would have unknown types passed over, but a damaged word is one too, and may have hidden a page.
    """
    name = headers.get("WARC-Type") or ""
    if not _RECORD_TYPE.match(name):
        return "the record's WARC-Type is missing or no word"
    known = name.strip().lower() in _OTHER_TYPES
    return None if known else f"{name.strip()[:40]} is no type of record that WARC knows"


def _read_page(frame: Frame, headers: WarcHeaderMap, url: str, origin: Origin, options: ReadOptions) -> Page | Reject:
    http, body = _http(frame.block, headers)
    if frame.doubt:
        whole = _is_whole(frame, headers, http, body)
        # Where nothing says whether it is whole, a CRC must: bytes missing from a plain file splice two records.
        if whole is False or (whole is None and not frame.proven):
            raise RejectError(frame.doubt, frame.detail)
    if headers.get("WARC-Segment-Number"):
        raise RejectError("truncated_record", "the record is one segment of several")
    if http is not None and http.status_code != 200:
        raise RejectError("http_status", _status(http))
    content_type = _header(http, "Content-Type") if http is not None else headers.get("Content-Type") or ""
    media_type = _MEDIA_TYPE.match(content_type)
    if media_type and media_type[1].lower() not in _HTML_TYPES:
        raise RejectError("not_html", media_type[1].lower())
    if len(frame.block) < frame.length:
        raise RejectError("too_large", f"{frame.length} bytes, compressed or not")
    payload = body
    if http is not None:
        payload = unpack_body(
            body,
            transfer=_header(http, "Transfer-Encoding"),
            content=_header(http, "Content-Encoding"),
            limit=options.max_payload_bytes,
            cut=bool(headers.get("WARC-Truncated")),
        )
    charset = _CHARSET.search(content_type)
    page = Page(
        url=url,
        payload=payload,
        origin=origin,
        http_charset=charset[1].lower() if charset else None,
        defaults=options.declared,
        robots=header_robots(http),
    )
    checked = check_payload(page, options.max_payload_bytes)
    if isinstance(checked, Page) and not media_type and not looks_like_html(payload):
        raise RejectError("not_html", f"no content type ({content_type[:60]!r}), and the bytes do not begin as HTML")
    return checked


def _http(block: bytes, headers: WarcHeaderMap) -> tuple[HeaderMap | None, bytes]:
    """HTTP headers and body of a block; no headers where the block is the payload itself (``resource``)."""
    declared = (headers.get("Content-Type") or "").lower()
    if not block.startswith(b"HTTP/") and not (declared.startswith("application/http") and block):
        return None, block
    if not declared.startswith("application/http") and declared.startswith(_HTML_TYPES):
        return None, block
    end = _HEADER_END.search(block, 0, HEAD_BYTES)
    head, body = (block[: end.end()], block[end.end() :]) if end else (block[:HEAD_BYTES] + b"\r\n\r\n", b"")
    http = HeaderMap("latin1")
    try:
        http.parse(io.BytesIO(with_crlf(head)))
    except (OSError, ValueError) as error:
        raise RejectError("corrupt_record", f"the HTTP headers cannot be read: {error}") from error
    return http, body


def _header(http: HeaderMap, name: str) -> str:
    return (http.get(name) or "").strip()


def _status(http: HeaderMap) -> str:
    if http.status_code is None:
        return f"no HTTP status: {(http.status_line or '')[:60]!r}"
    return f"{http.status_code} {http.reason_phrase or ''}".strip()


def _is_whole(frame: Frame, headers: WarcHeaderMap, http: HeaderMap | None, body: bytes) -> bool | None:
    """Whether a record of wrong length holds all that it should: what its digest or HTTP length says, if they do."""
    algorithm, _, digest = (headers.get("WARC-Block-Digest") or "").strip().partition(":")
    if digest and algorithm.lower() in ("sha1", "sha256", "md5"):
        found = hashlib.new(algorithm.lower(), frame.block, usedforsecurity=False)
        return digest.lower() == found.hexdigest() or digest == base64.b32encode(found.digest()).decode()
    length = _header(http, "Content-Length") if http is not None else ""
    return int(length) == len(body) if length.isascii() and length.isdigit() and len(length) < 19 else None
