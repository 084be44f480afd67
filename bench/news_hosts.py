"""A web server for ``bench/harvest.py``: many hosts on one port, each with a feed and its pages, and a log.

    python bench/news_hosts.py HOSTS PAGES LATENCY_MS LOG

Prints its port. Each answer leaves LATENCY_MS after its request came in. The log has a line a request: the moment it
came in and the moment the answer left (seconds, monotonic), the host, the path. Pages have 30 kB and differ.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from pathlib import Path

PAGE_BYTES = 30_000
WORDS = [f"word{number}" for number in range(3_000)]


def page(host: int, number: int) -> bytes:
    """A page of words, the same for the same numbers."""
    text = " ".join(random.Random(host * 100_003 + number).choices(WORDS, k=PAGE_BYTES // 9))
    return f"<html><head><title>{host} {number}</title></head><body><p>{text}</p></body></html>".encode()


def feed(host: int, pages: int, port: int) -> bytes:
    """An RSS feed that names all pages of a host."""
    items = "".join(
        f"<item><title>{number}</title><link>http://h{host}.example.org:{port}/{number}</link></item>"
        for number in range(pages)
    )
    return f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'.encode()


class Server(asyncio.Protocol):
    """Reads requests without bodies, answers each after the latency."""

    def __init__(self, hosts: int, pages: int, latency: float, log: list[str]) -> None:
        self.hosts, self.pages, self.latency, self.log = hosts, pages, latency, log
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer whole requests, later."""
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            head, _, self.rest = self.rest.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(self.latency, self.answer, head, time.monotonic())

    def answer(self, head: bytes, came: float) -> None:
        """Answer one request."""
        first, *lines = head.decode().split("\r\n")
        path = first.split(" ")[1]
        host, _, port = next(line[6:] for line in lines if line.lower().startswith("host: ")).partition(":")
        number = int(host[1:].partition(".")[0])
        status, kind, body = "200 OK", "text/html; charset=utf-8", b""
        if path == "/feed.xml":
            kind, body = "application/rss+xml", feed(number, self.pages, int(port))
        elif path[1:].isdigit() and int(path[1:]) < self.pages:
            body = page(number, int(path[1:]))
        else:
            status = "404 Not Found"
        answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self.transport.write(answer + body)
        self.log.append(f"{came:.6f} {time.monotonic():.6f} {host} {path}\n")


async def main() -> None:
    hosts, pages, latency = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000
    log: list[str] = []
    Path(sys.argv[4]).touch()
    server = await asyncio.get_running_loop().create_server(lambda: Server(hosts, pages, latency, log), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    with Path(sys.argv[4]).open("a", buffering=1) as file:
        while True:
            await asyncio.sleep(0.05)
            file.write("".join(log))
            log.clear()


if __name__ == "__main__":
    asyncio.run(main())
