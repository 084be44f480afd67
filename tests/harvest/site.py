"""A real web site on this machine: several hosts on one port, and a log of what they were asked."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Hit:
    """One request: when it came in (seconds, monotonic), to which host, for what, and what was answered."""

    at: float
    host: str
    path: str
    headers: dict[str, str]
    status: int = 0
    done_at: float = 0.0


@dataclass
class Answer:
    """What a path answers. With ``etag``: 304 to a request that knows it."""

    body: bytes | str = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        headers = {**self.headers, **({"ETag": self.etag} if self.etag else {})}
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers=headers)
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return web.Response(status=self.status, body=body, headers={"Content-Type": self.content_type, **headers})


class Site:
    """Serves ``answers[host, path]`` from a thread of its own; unknown paths are 404. ``with`` it."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self.answers: dict[tuple[str, str], Handler] = {}
        self.log: list[Hit] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._stop = asyncio.Event()

    def __enter__(self) -> Site:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def put(self, host: str, path: str, answer: Handler | bytes | str, **more: object) -> str:
        """Serve something; returns its URL."""
        self.answers[host, path] = Answer(answer, **more) if isinstance(answer, bytes | str) else answer
        return self.url(host, path)

    def url(self, host: str, path: str = "/") -> str:
        return f"http{'s' if self._context else ''}://{host}:{self.port}{path}"

    def feed(self, host: str, path: str, pages: list[str], more: str = "") -> str:
        """An RSS feed of pages of the same host."""
        items = "".join(
            f"<item><title>Title of {page}</title><link>{self.url(host, page)}</link>"
            f"<pubDate>Mon, 02 Mar 2026 08:15:00 +0100</pubDate><category>local</category>{more}</item>"
            for page in pages
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
        return self.put(host, path, text, content_type="application/rss+xml")

    def hits(self, host: str | None = None, path: str | None = None) -> list[Hit]:
        return [hit for hit in self.log if host in (None, hit.host) and path in (None, hit.path)]

    def paths(self, host: str | None = None) -> list[str]:
        return [hit.path for hit in self.hits(host)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = (request.host or "").partition(":")[0]
        hit = Hit(time.monotonic(), host, request.path_qs, dict(request.headers))
        self.log.append(hit)
        handler = self.answers.get((host, request.path_qs), Answer("nothing here", 404))
        try:
            response = await handler(request)
            hit.status = response.status
            return response
        finally:
            hit.done_at = time.monotonic()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        server = web.Server(self._answer, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._context)
        await place.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
