"""Thousands of pages made of the evaluation's few hundred: WARCs for benchmarks of cost, not of quality.

    python bench/many_pages.py PAGES FOLDER [WARC]     (default: ../shared/eval/dev/pages.warc.gz)

Each round takes every page once more, at a domain of its own and in other words: the words of a page's text are
exchanged for one another, so that its markup, size and language stay and no two rounds share sentences.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tasks.values.urls import domain_of, host_of

PAGES = ROOT / "../shared/eval/dev/pages.warc.gz"
A_FILE = 700  # pages
_TEXT = re.compile(rb">([^<>]{2,})<")
_CODE = re.compile(rb"(<(script|style)\b.*?</\2\s*>)", re.I | re.S)
_WORD = re.compile(rb"\b[a-z\xc3-\xf4\x80-\xbf]{4,}\b")


def main() -> None:
    """Write the WARCs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("warc", nargs="?", type=Path, default=PAGES)
    words = parser.parse_args()
    if not words.warc.exists():
        sys.exit(f"{words.warc} is not here: name a WARC of pages to make more of")
    print(f"{write_pages(words.pages, words.folder, words.warc):,} pages in {words.folder}")


def write_pages(count: int, folder: Path, warc: Path = PAGES) -> int:
    """Write ``count`` pages in files of ``A_FILE`` under ``folder``; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = list(_read(warc))
    written = 0
    for start in range(0, count, A_FILE):
        with (folder / f"pages-{start // A_FILE:05d}.warc.gz").open("wb") as file:
            for number in range(start, min(start + A_FILE, count)):
                url, http, body = pages[number % len(pages)]
                file.write(gzip.compress(_record(*_other(url, http, body, number // len(pages))), 1, mtime=0))
                written += 1
    return written


def _read(warc: Path) -> Iterator[tuple[str, bytes, bytes]]:
    with warc.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=False):
            http, _, body = record.reader.read().partition(b"\r\n\r\n")
            yield record.headers["WARC-Target-URI"], http, body


def _other(url: str, http: bytes, body: bytes, round_number: int) -> tuple[str, bytes, bytes]:
    """The page of a later round; of round 0 the page as it is."""
    if round_number == 0:
        return url, http, body
    domain = domain_of(host_of(url))
    other = f"r{round_number}-{domain}"
    parts = _CODE.split(body.replace(domain.encode(), other.encode()))
    # The pattern has two groups: text, element, its name, text, ...
    texts = parts[::3]
    held = sorted({word for text in texts for shown in _TEXT.findall(text) for word in _WORD.findall(shown)})
    place = {word: index for index, word in enumerate(held)}

    def exchanged(match: re.Match[bytes]) -> bytes:
        return held[(place[match[0]] + round_number * 7919) % len(held)]

    parts[::3] = [_TEXT.sub(lambda shown: b">" + _WORD.sub(exchanged, shown[1]) + b"<", text) for text in texts]
    body = b"".join(part for index, part in enumerate(parts) if index % 3 < 2)
    http = re.sub(rb"(?im)^(content-(?:length|encoding)|transfer-encoding):.*\r?\n?", b"", http + b"\r\n").rstrip()
    return url.replace(domain, other), http, body


def _record(url: str, http: bytes, body: bytes) -> bytes:
    block = http + b"\r\n\r\n" + body
    name = f"{zlib.crc32(url.encode()):08x}-0000-4000-8000-{zlib.adler32(body):08x}0000"
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        f"WARC-Identified-Payload-Type: text/html\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


if __name__ == "__main__":
    main()
