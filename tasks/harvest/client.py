"""One HTTP request, within limits: what came back as it was served, or the reason why nothing did.

What belongs here: the request, its limits of size, time and rate, and the names of its failures. What does not:
redirects, robots.txt and retries (each request is one step; ``outcomes`` tells what follows), and which addresses
are open (``addresses``).
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from tasks.harvest.addresses import Gate, RefusedAddressError

CONNECT_SECONDS = 15.0
SILENT_SECONDS = 20.0
"""Seconds without a byte after which a response is given up."""
RATE_AFTER_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 500
"""A body slower than this after the first ten seconds is kept slow on purpose: 60 s would be 30 kB."""
SMALL_BODY = 2_000_000
BIG_BODIES = 4
"""How many bodies beyond ``SMALL_BODY`` bytes are read at once; the others wait, so that memory stays bounded."""
LONGEST_HEADER = 32_768
MOST_HEADERS = 200
LONGEST_URL = 4_096

FETCH_FAILURES = {
    "bad_url": "The URL is not one of http or https that can be asked for.",
    "refused_address": "The host resolves to a private, loopback, link-local, shared or reserved address.",
    "dns": "The host's name has no address.",
    "connect": "No connection could be made, or it broke off.",
    "tls": "The certificate or the encryption was not acceptable.",
    "timeout": "The response took longer than the source's timeout, or fell silent.",
    "too_slow": "The body came slower than 500 bytes a second.",
    "too_large": "The body has more bytes than the source's max_bytes.",
    "bad_response": "The answer is not HTTP, or its headers are too long.",
}


_REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError), "bad_url"),
    ((TimeoutError,), "timeout"),
    ((aiohttp.ClientConnectorDNSError,), "dns"),
    ((aiohttp.ClientSSLError,), "tls"),
    ((aiohttp.ClientResponseError, aiohttp.ClientPayloadError), "bad_response"),
)


class FetchError(Exception):
    """A request that brought no whole response. ``reason`` is one of :data:`FETCH_FAILURES`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail[:300]


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it was served: header names and values byte for byte, the body in its content encoding.

    ``request`` is the head of the request as sent. ``milliseconds``: from the request to the body's last byte.
    """

    url: str
    status: int
    reason: str
    version: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    request: bytes
    address: str | None
    at: datetime
    milliseconds: int

    def header(self, name: str) -> str | None:
        """The first header of that name, or null."""
        return next(iter(self.all_headers(name)), None)

    def all_headers(self, name: str) -> list[str]:
        """Every value of a header."""
        wanted = name.lower().encode()
        return [value.decode("utf-8", "replace").strip() for key, value in self.headers if key.lower() == wanted]


def parse_url(text: str) -> URL:
    """The URL in the form that is sent, without a fragment. Raises ``FetchError`` (``bad_url``)."""
    try:
        url = URL(text.strip())
        if url.scheme not in ("http", "https") or not url.host or url.user or url.password:
            raise FetchError("bad_url", text)
        if len(str(url)) > LONGEST_URL or not 0 < (url.port or 0) < 65_536:
            raise FetchError("bad_url", text)
        return url.with_fragment(None)
    except (ValueError, TypeError) as error:
        raise FetchError("bad_url", f"{text}: {error}") from error


class _Answer(aiohttp.ClientResponse):
    """Keeps the address of the server, which is not known any more once a short body has been read."""

    peer: str | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        name = connection.transport.get_extra_info("peername") if connection.transport else None
        self.peer = name[0] if name else None
        return await super().start(connection)


class Client:
    """Makes requests on behalf of sources that allow the same hosts. Used inside one event loop; close it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._big = asyncio.Semaphore(BIG_BODIES)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # how many at once is the harvest's business
                resolver=gate,
                ssl=ssl.create_default_context(),
                ttl_dns_cache=60,
                socket_factory=gate.make_socket,
                keepalive_timeout=20,
            ),
            response_class=_Answer,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent",),
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )

    async def fetch(self, url: str, headers: Mapping[str, str], *, timeout: float, max_bytes: int) -> Response:
        """Ask for ``url`` once. Raises ``FetchError``."""
        parsed = parse_url(url)
        at, began = datetime.now(UTC), time.monotonic()
        try:
            self._gate.check_literal(parsed.host or "")
            async with (
                asyncio.timeout(timeout),
                self._session.get(
                    parsed,
                    headers=headers,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS),
                ) as answer,
            ):
                body = await self._read(answer, max_bytes, began)
                return Response(
                    url=str(parsed),
                    status=answer.status,
                    reason=answer.reason or "",
                    version=f"{answer.version.major}.{answer.version.minor}" if answer.version else "1.1",
                    headers=answer.raw_headers,
                    body=body,
                    request=_request_head(answer.request_info),
                    address=answer.peer if isinstance(answer, _Answer) else None,
                    at=at,
                    milliseconds=round((time.monotonic() - began) * 1000),
                )
        except FetchError:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise FetchError(_reason(error), f"{type(error).__name__}: {error}") from error

    async def _read(self, answer: aiohttp.ClientResponse, limit: int, began: float) -> bytes:
        declared = answer.content_length
        if declared is not None and declared > limit:
            raise FetchError("too_large", f"{declared} bytes declared, {limit} allowed")
        body = bytearray()
        is_big = False
        try:
            async for piece in answer.content.iter_any():
                body += piece
                if len(body) > limit:
                    raise FetchError("too_large", f"more than {limit} bytes")
                seconds = time.monotonic() - began
                if seconds > RATE_AFTER_SECONDS and len(body) < LEAST_BYTES_PER_SECOND * seconds:
                    raise FetchError("too_slow", f"{len(body)} bytes in {seconds:.0f} s")
                if len(body) > SMALL_BODY and not is_big:
                    is_big = await self._big.acquire()
        finally:
            if is_big:
                self._big.release()
        return bytes(body)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def _request_head(info: aiohttp.RequestInfo) -> bytes:
    lines = [f"{info.method} {info.url.raw_path_qs} HTTP/1.1"]
    lines += [f"{name}: {info.headers[name]}" for name in info.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def _reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RefusedAddressError):
            return "refused_address"
        cause = cause.__cause__
    return next((reason for kinds, reason in _REASONS if isinstance(error, kinds)), "connect")
