"""The guided hunt: atheris changes inputs and keeps those that reach new code, from one entry of ours after another.

    .venv/bin/pip install atheris          (the extra `fuzz`; it is in no lock, as it has no wheel for every Python)
    python bench/fuzz.py --guided TARGET [--seconds 60] [--keep FOLDER]

What belongs here: the targets and their first inputs. What does not: pages broken by dice (``mutations``, ``fuzz``).
A finding is anything raised but a reject, an input that takes more than 5 s, or more than 500 MB: atheris ends there
with a status that is not 0, and leaves the input in the folder.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.record import Record

SITE = "https://example.com"
HTML = (
    b'<!doctype html><html lang="en"><head><title>Harbour</title><meta property="article:published_time" '
    b'content="2026-03-02T08:15:00+01:00"><script type="application/ld+json">{"@type":"NewsArticle","headline":"H",'
    b'"datePublished":"2026-03-02","author":[{"name":"Ada Marlow"}]}</script></head><body><h1>Harbour</h1>'
    b'<p class="byline">By Ada Marlow</p><p>The harbour reopened on Monday.</p></body></html>'
)
FLAT = b"https://example.com/a\nHarbour reopens\nBy Ada Marlow\n2026-03-02\nThe harbour reopened on Monday.\n"
VALUES = (b"2026-03-02T08:15:00+01:00", b"Mon, 2 Mar 2026 08:15 GMT", b"By Ada Marlow and Ben Ash, Times", b"a, b; c",
          b"//example.com/a?b=1#c", b"https://u:p@[::1]:80/%41/../b", b"caf\xc3\x83\xc2\xa9 &amp; co")  # fmt: skip
RECORD = (
    b"Harbour reopens\nAda Marlow\n2026-03-02T08:15:00+01:00\nen-GB\nhttps://example.com/a?b=1\nharbour, ships\n"
    b"The Times\n/pictures/a.jpg\nThe harbour reopened on Monday.\n\nThree ships were waiting outside.\n"
)
LISTINGS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><item><title>Harbour</title><link>https://example.com/a</link>'
    b"<pubDate>Mon, 2 Mar 2026 08:15:00 GMT</pubDate><description><![CDATA[<p>It reopened.</p>]]></description></item>"
    b"</channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a"/><updated>2026-03-02T08:15:00Z</updated></entry>'
    b"</feed>",
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://example.com/a</loc></url></urlset>',
    b"<sitemapindex><sitemap><loc>https://example.com/s.xml</loc></sitemap></sitemapindex>",
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"https://example.com/a","tags":["a"]}]}',
    b"https://example.com/a\nhttps://example.com/b\n",
    b'<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed.xml">',
)
JSON_LD = (b'{"@graph":[{"@type":"NewsArticle","author":{"@id":"#a"}}]}', b'[{"headline":"a\nb",},]', b'{"a":"b"} {')


def _record() -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(HTML)
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {SITE}/a\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def _extract(payload: bytes, kind: str) -> None:
    from tasks.extraction import extract
    from tasks.page import Origin, Page, RejectError

    with contextlib.suppress(RejectError):
        extract(Page(f"{SITE}/a", payload, Origin("guided"), kind=kind))


def _json_ld(data: bytes) -> None:
    from tasks.extraction.structured.json_ld import parse_lenient

    parse_lenient(data.decode("utf-8", "replace"))


def _values(data: bytes) -> None:
    from tasks.values.bylines import split_byline
    from tasks.values.dates import parse_date
    from tasks.values.keywords import split_keywords
    from tasks.values.languages import language_tag
    from tasks.values.text import repair_mojibake, strip_tags, unescape
    from tasks.values.urls import absolute_url, normalise_url

    text = data.decode("utf-8", "replace")
    for function in (split_byline, parse_date, language_tag, repair_mojibake, strip_tags, unescape, normalise_url):
        function(text)
    split_keywords([text])
    absolute_url(SITE, text)


def _record_of(data: bytes) -> Record:
    """A record whose fields are the lines, and its text what is left."""
    from tasks.record import Author, Image, Publisher, Record

    *lines, text = (*data.decode("utf-8", "replace").split("\n", 8), *[""] * 8)[:9]
    headline, author, published, language, canonical, keywords, publisher, image = lines
    return Record(
        headline=headline,
        text=text,
        authors=[Author(author)],
        published_raw=published,
        modified_raw=published,
        language_declared=language,
        canonical_url=canonical,
        keywords=keywords.split(","),
        publisher=Publisher(publisher, url=canonical),
        images=[Image(image, caption=headline)],
    )


def _normalise(data: bytes) -> None:
    from tasks.normalisation import normalise, records_frame
    from tasks.page import Origin, Page

    page = Page(f"{SITE}/2026/03/a.html", b"", Origin("guided"))
    now = datetime(2026, 3, 3, tzinfo=UTC)
    frame = records_frame([(page, _record_of(data), "0" * 64)])
    _, rejected = normalise(frame, source=None, run_id="guided", ingested_at=now, extractor="guided")
    if "invalid_row" in rejected["reason"]:
        raise AssertionError(rejected["detail"][0])


def _listing(data: bytes) -> None:
    from tasks.harvest.discovery import DiscoveryError, Listing, read_listing

    with contextlib.suppress(DiscoveryError):
        listing = read_listing(data, f"{SITE}/feed.xml", None)
        assert Listing.from_json(listing.to_json()) == listing


def _warc(data: bytes) -> None:
    from tasks.sources.frames import frames
    from tasks.sources.options import ReadOptions
    from tasks.sources.segments import PlainSegment
    from tasks.sources.warc import _page_of, is_wanted

    for frame in frames(PlainSegment(io.BytesIO(data), 0), wanted=is_wanted, limit=1_000_000):
        _page_of(frame, "guided.warc", ReadOptions())


def _row(data: bytes) -> None:
    from tasks.sources.jsonl import Line, _page_of
    from tasks.sources.options import ReadOptions

    _page_of(Line(0, data, len(data)), "guided.jsonl", ReadOptions())


TARGETS: dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "html": (lambda data: _extract(data, "html"), (HTML,)),
    "text": (lambda data: _extract(data, "flat-text"), (FLAT,)),
    "json-ld": (_json_ld, JSON_LD),
    "values": (_values, VALUES),
    "normalise": (_normalise, (RECORD,)),
    "listing": (_listing, LISTINGS),
    "warc": (_warc, (_record(),)),
    "row": (_row, (json.dumps({"url": f"{SITE}/a", "html": HTML.decode()}).encode(),)),
}


def guided(target: str, seconds: int, keep: Path | None) -> int:
    """Hunt in this process, which atheris ends; its exit status is not 0 where it found something."""
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: .venv/bin/pip install atheris")
    if target not in TARGETS:
        sys.exit(f"no target {target}: there are {', '.join(TARGETS)}")
    function, first = TARGETS[target]
    folder = tempfile.mkdtemp(prefix="guided-")
    for number, data in enumerate(first):
        (Path(folder) / str(number)).write_bytes(data)
    with atheris.instrument_imports(include=["tasks"]):
        import tasks.extraction
        import tasks.harvest.discovery
        import tasks.normalisation
        import tasks.sources
        import tasks.values.bylines
        import tasks.values.keywords  # noqa: F401 - loaded to be instrumented

        for data in first:
            function(data)
    kept = keep or Path(folder)
    kept.mkdir(parents=True, exist_ok=True)
    words = [f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=1500", "-malloc_limit_mb=500", "-max_len=20000",
             f"-artifact_prefix={kept}{os.sep}", "-print_final_stats=1", folder]  # fmt: skip
    atheris.Setup([sys.argv[0], *words], function)
    atheris.Fuzz()
    return 0
