"""WARC/1.1 records of one exchange: response or revisit, then metadata, then request.

What belongs here: bytes of records, written from what was fetched. What does not: files (``warc_file``) and reading
them back (``replay``).

The records are written by hand and not by a library: an exchange must become one run of bytes, so that it is in a
file whole or not at all, and a record is no more than its headers, its block and two line ends, a gzip member each.
The metadata record comes right after the response: a reader that owns the response need only read one record on.

The response's head is as served. A chunked body is written as one chunk: the sizes of the server's chunks are the
one thing that is not kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tasks.harvest.client import Response
from tasks.version import __version__

Role = Literal["page", "listing", "robots"]

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_LINE_END = re.compile(r"[\r\n\x00]+")
_BODILESS = (204, 304)
_SMALL = 1_024


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last full response of the same page, which a revisit refers to."""

    record_id: str
    date: str
    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class Context:
    """Why an exchange took place, and under which rules: what its metadata record says.

    ``asked_for``: the URL as the listing wrote it. ``listed``: what the listing said of it, its kind under ``in``;
    ``declared``: what the source says of all its pages. ``robots``: allowed, no-robots-txt or ignored. ``opt_outs``:
    what says that machines should not learn from the page. ``removed``: the answer names pages that were taken out for
    good.
    """

    source: str
    role: Role
    asked_for: str | None = None
    robots: str | None = None
    opt_outs: Sequence[str] = ()
    via: str | None = None
    listed: Mapping[str, Any] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """An exchange as records: the bytes, and what the state keeps to refer to them."""

    data: bytes
    record_id: str
    date: str
    digest: str | None
    is_revisit: bool


def warc_date(at: datetime) -> str:
    """A WARC-Date, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def payload_digest(body: bytes) -> str:
    """The digest of a payload in the form most archives use: SHA-1, base 32.

    Of a chunked response the chunk's frame is in it, as the readers that check digests have it.
    """
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def warcinfo(name: str, user_agent: str, at: datetime) -> bytes:
    """The first record of a file: who wrote it and by which rules."""
    fields = {
        "software": f"broadsheet/{__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "http-header-user-agent": user_agent,
        "robots": "obey (RFC 9309), unless a page's metadata record says otherwise",
    }
    headers = [("WARC-Filename", name), ("Content-Type", "application/warc-fields")]
    return _record("warcinfo", _identifier(), warc_date(at), headers, _fields(fields))


def write_exchange(response: Response, context: Context, earlier: Earlier | None = None) -> Written:
    """The records of one exchange. Where the payload is the one of ``earlier``, or the server says so: a revisit.

    Where it names pages that were taken out for good (``context.removed``) its body is left out.
    """
    record_id, date = _identifier(), warc_date(response.at)
    block_body = _block_body(response)
    digest = payload_digest(block_body)
    shared = [("WARC-Target-URI", response.url)]
    if response.address:
        shared.append(("WARC-IP-Address", response.address))
    profile = None
    if earlier and response.status == 304:
        profile = NOT_MODIFIED
    elif earlier and response.status == 200 and earlier.digest == digest:
        profile = IDENTICAL
    headers = [*shared, ("Content-Type", "application/http;msgtype=response")]
    if profile and earlier:
        headers += [
            ("WARC-Profile", profile),
            ("WARC-Refers-To", earlier.record_id),
            ("WARC-Refers-To-Target-URI", earlier.url),
            ("WARC-Refers-To-Date", earlier.date),
            ("WARC-Payload-Digest", earlier.digest),
        ]
        main = _record("revisit", record_id, date, headers, _response_head(response))
    elif context.removed:
        main = _record(
            "response", record_id, date, [*headers, ("WARC-Truncated", "unspecified")], _response_head(response)
        )
    else:
        headers.append(("WARC-Payload-Digest", digest))
        main = _record("response", record_id, date, headers, _response_head(response) + block_body)
    about = [*shared[:1], ("WARC-Concurrent-To", record_id)]
    metadata = _record(
        "metadata",
        _identifier(),
        date,
        [*about, ("Content-Type", "application/warc-fields")],
        _about(response, context),
    )
    request = _record(
        "request", _identifier(), date, [*about, ("Content-Type", "application/http;msgtype=request")], response.request
    )
    return Written(main + metadata + request, record_id, date, digest, profile is not None)


def _about(response: Response, context: Context) -> bytes:
    listed = json.dumps(context.listed) if context.listed else None
    return _fields(
        {
            "via": context.via,
            "fetchTimeMs": str(response.milliseconds),
            "source": context.source,
            "role": context.role,
            "asked-for": context.asked_for if context.asked_for != response.url else None,
            "robots": context.robots,
            "ai-opt-out": " ".join(context.opt_outs) or None,
            "listed": listed,
            "removed": "the answer names what was taken out for good; its body is not kept"
            if context.removed
            else None,
            "declared": json.dumps(dict(context.declared)) if context.declared else None,
        }
    )


def _fields(values: Mapping[str, str | None]) -> bytes:
    lines = [f"{name}: {_one_line(value)}\r\n" for name, value in values.items() if value]
    return "".join(lines).encode()


def _one_line(value: str) -> str:
    return _LINE_END.sub(" ", value).strip()


def _response_head(response: Response) -> bytes:
    status = f"HTTP/{response.version} {response.status} {_one_line(response.reason)}".rstrip().encode()
    lines = [status, *(name + b": " + value for name, value in response.headers)]
    return b"\r\n".join(line.replace(b"\r", b" ").replace(b"\n", b" ") for line in lines) + b"\r\n\r\n"


def _block_body(response: Response) -> bytes:
    body = response.body
    chunked = "chunked" in (response.header("Transfer-Encoding") or "").lower()
    if chunked and response.status not in _BODILESS:
        body = (b"%x\r\n" % len(body) + body + b"\r\n" if body else b"") + b"0\r\n\r\n"
    return body


def _record(kind: str, record_id: str, date: str, headers: list[tuple[str, str]], block: bytes) -> bytes:
    named = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", date),
        *headers,
        ("WARC-Block-Digest", payload_digest(block)),
        ("Content-Length", str(len(block))),
    ]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {_one_line(value)}\r\n" for name, value in named) + "\r\n"
    return _packed(b"".join((head.encode(), block, b"\r\n\r\n")))


def _packed(data: bytes) -> bytes:
    """One gzip member. Two thirds of the records are some hundred bytes: a window to fit takes a sixth of the time.
    The rest at level 4: 3% larger than at 6, in two fifths to two thirds of the time (30 kB of words, of prose).
    """
    window, memory = (10, 4) if len(data) < _SMALL else (15, 8)
    packer = zlib.compressobj(4, zlib.DEFLATED, 16 + window, memory)
    return packer.compress(data) + packer.flush()


def _identifier() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"
