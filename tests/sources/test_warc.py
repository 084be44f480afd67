from __future__ import annotations

import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import zstandard

from tasks.page import Page, Reject
from tests.sources.warcs import HTML, outcome, packed, read, record


def _one(tmp_path: Path, data: bytes, **options: int) -> Page | Reject:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    found = read(path, **options)
    assert len(found) == 1
    return found[0]


def _reason(found: Page | Reject) -> tuple[str, str | None]:
    assert isinstance(found, Reject)
    return found.reason, found.detail


def test_a_page_carries_its_place_and_time(tmp_path: Path) -> None:
    path = tmp_path / "two.warc.gz"
    first = packed(record("https://example.com/a"))
    path.write_bytes(first + packed(record("https://example.com/b", http="Content-Type: text/html; charset=KOI8-R")))
    _, second = read(path)
    assert isinstance(second, Page)
    assert (second.url, second.payload, second.http_charset) == ("https://example.com/b", HTML, "koi8-r")
    assert second.origin.input == str(path)
    assert second.origin.record_offset == len(first)
    assert second.origin.record_id == "<urn:uuid:https://example.com/b>"
    assert second.origin.retrieved_at == datetime(2022, 2, 3, 6, tzinfo=UTC)


def _chunked(body: bytes) -> bytes:
    return (
        b"".join(b"%x;note=1\r\n%s\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7))
        + b"0\r\n\r\n"
    )


def _gzipped(body: bytes) -> bytes:
    """Packed, without the time: what two processes collect as one test must have one name."""
    return gzip.compress(body, mtime=0)


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (_gzipped(HTML), "Content-Encoding: gzip"),
        (_gzipped(HTML[:9]) + _gzipped(HTML[9:]), "Content-Encoding: x-gzip"),
        (zlib.compress(HTML), "Content-Encoding: deflate"),
        (_raw_deflate(HTML), "Content-Encoding: deflate"),
        (brotli.compress(HTML), "Content-Encoding: br"),
        (zstandard.ZstdCompressor().compress(HTML), "Content-Encoding: zstd"),
        (brotli.compress(_gzipped(HTML)), "Content-Encoding: gzip, br"),
        (_chunked(HTML), "Transfer-Encoding: chunked"),
        (_chunked(_gzipped(HTML)), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (_chunked(HTML)[:-5], "Transfer-Encoding: chunked"),
        (HTML, "Content-Encoding: gzip"),
        (HTML, "Transfer-Encoding: chunked"),
        (HTML, "Content-Encoding: br"),
        (HTML, "Content-Encoding: UTF-8"),
        (HTML, "X: y"),
    ],
)
def test_encodings_of_the_body_are_undone(tmp_path: Path, body: bytes, encoding: str) -> None:
    found = _one(tmp_path, record("https://example.com/a", body, http=f"Content-Type: text/html\r\n{encoding}"))
    assert isinstance(found, Page)
    assert found.payload == HTML


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (_gzipped(HTML)[:-12], "Content-Encoding: gzip"),
        (b"\x1f\x8b\x08 broken", "Content-Encoding: gzip"),
        (brotli.compress(HTML)[:-3], "Content-Encoding: br"),
        (zstandard.ZstdCompressor().compress(HTML)[:-3], "Content-Encoding: zstd"),
        (b"zzz\r\n\x00\x01", "Transfer-Encoding: chunked"),
        (b"ff\r\nshort", "Transfer-Encoding: chunked"),
        (b"\x01\x02", "Content-Encoding: sdch"),
    ],
)
def test_a_body_that_does_not_unpack_is_undecodable(tmp_path: Path, body: bytes, encoding: str) -> None:
    found = _one(tmp_path, record("https://example.com/a", body, http=f"Content-Type: text/html\r\n{encoding}"))
    assert _reason(found)[0] == "undecodable_body"


@pytest.mark.parametrize("cut", [1, 12, 40])
def test_a_body_that_the_crawler_says_it_cut_counts_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    long = HTML + bytes(range(32, 127)) * 50
    body = gzip.compress(long)[:-cut]
    data = record(
        "https://example.com/a",
        body,
        http="Content-Type: text/html\r\nContent-Encoding: gzip",
        extra="WARC-Truncated: length\r\n",
    )
    found = _one(tmp_path, data)
    assert isinstance(found, Page)
    assert long.startswith(found.payload)
    assert found.payload.startswith(HTML)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_a_bomb_is_too_large_and_memory_stays_bounded(tmp_path: Path, encoding: str) -> None:
    zeros = b"\0" * 100_000_000
    pack = {
        "gzip": gzip.compress,
        "br": lambda data: brotli.compress(data, quality=1),
        "zstd": zstandard.ZstdCompressor().compress,
        "deflate": zlib.compress,
    }[encoding]
    data = record("https://example.com/a", pack(zeros), http=f"Content-Type: text/html\r\nContent-Encoding: {encoding}")
    del zeros
    tracemalloc.start()
    found = _one(tmp_path, data, max_payload_bytes=2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert _reason(found) == ("too_large", "more than 2000000 bytes unpacked")
    assert peak < 80_000_000


def test_a_page_of_100_mb_is_too_large_and_the_next_record_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.warc.gz"
    path.write_bytes(packed(record("https://example.com/large", HTML * 2_000_000), record("https://example.com/b")))
    tracemalloc.start()
    found = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcome(found) == ["too_large", "b"]
    assert peak < 80_000_000


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (record("https://example.com/a", status="404 Not Found"), "http_status", "404 Not Found"),
        (record("https://example.com/a", status="301"), "http_status", "301"),
        (record("https://example.com/a", http="Content-Type: image/png"), "not_html", "image/png"),
        (record("https://example.com/a", b"plain words", http="X: y"), "not_html", None),
        (record("https://example.com/a", b""), "empty_payload", "0 bytes"),
        (record("https://example.com/a", b" \r\n\t"), "empty_payload", "4 bytes"),
        (record(None), "no_url", "the record has no WARC-Target-URI"),
        (record("https://example.com/a", b"\x89PNG\r\n\x1a\n...."), "binary", "the bytes are a PNG image"),
        (record("https://example.com/a", b"%PDF-1.7 ..."), "binary", "the bytes are a PDF file"),
        (
            record("https://example.com/a", bytes(range(256)) * 9),
            "binary",
            "243 control characters in the first 2304 bytes",
        ),
    ],
)
def test_what_is_no_page_says_why(tmp_path: Path, data: bytes, reason: str, detail: str | None) -> None:
    found = _one(tmp_path, data)
    assert _reason(found)[0] == reason
    if detail is not None:
        assert _reason(found)[1] == detail


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (HTML, "X: y"),
        (b"\xef\xbb\xbf<!-- hello --><?xml version='1.0'?>" + HTML, "X: y"),
        (HTML, "Content-Type: application/xhtml+xml"),
        (HTML, "Content-Type: TEXT/HTML;charset"),
        (HTML.decode().encode("utf-16"), "Content-Type: text/html"),
        (HTML + b"\0 one stray NUL" + b" and words" * 30, "Content-Type: text/html"),
    ],
)
def test_html_without_a_good_content_type_is_a_page(tmp_path: Path, body: bytes, http: str) -> None:
    found = _one(tmp_path, record("https://example.com/a", body, http=http))
    assert isinstance(found, Page)
    assert found.payload == body


def test_only_response_and_resource_records_are_pages(tmp_path: Path) -> None:
    path = tmp_path / "kinds.warc"
    resource = (
        b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: <https://example.com/r>\r\nContent-Type: text/html\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(HTML), HTML)
    )
    others = [
        record("https://example.com/x", warc_type=name) for name in ("warcinfo", "request", "metadata", "revisit")
    ]
    path.write_bytes(b"".join([*others, resource]))
    assert outcome(read(path)) == ["r"]


def test_a_charset_that_there_is_not_is_handed_on_as_it_is(tmp_path: Path) -> None:
    found = _one(tmp_path, record("https://example.com/a", http='Content-Type: text/html; charset="no-such"'))
    assert isinstance(found, Page)
    assert found.http_charset == "no-such"


def test_zstandard_warcs_are_read_frame_by_frame(tmp_path: Path) -> None:
    pack = zstandard.ZstdCompressor().compress
    path = tmp_path / "a.warc.zst"
    first = pack(record("https://example.com/a"))
    path.write_bytes(first + pack(record("https://example.com/b")))
    found = read(path)
    assert outcome(found) == ["a", "b"]
    assert [one.origin.record_offset for one in found] == [0, len(first)]


def test_zstandard_warcs_may_carry_their_dictionary(tmp_path: Path) -> None:
    samples = [record(f"https://example.com/{number}", HTML * 3) for number in range(300)]
    dictionary = zstandard.train_dictionary(4096, samples)
    data = dictionary.as_bytes()
    pack = zstandard.ZstdCompressor(dict_data=dictionary).compress
    path = tmp_path / "a.warc.zst"
    path.write_bytes(b"\x5d\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data + pack(samples[0]) + pack(samples[1]))
    assert outcome(read(path)) == ["0", "1"]


def test_one_gzip_stream_over_all_records_is_read(tmp_path: Path) -> None:
    path = tmp_path / "one.warc.gz"
    path.write_bytes(packed(b"".join(record(f"https://example.com/{name}") for name in "abc")))
    found = read(path, target_bytes=50)
    assert outcome(found) == ["a", "b", "c"]
    assert len({one.origin.record_offset for one in found}) == 3


def test_records_cut_across_gzip_blocks_are_read(tmp_path: Path) -> None:
    data = b"".join(record(f"https://example.com/{name}") for name in "abc")
    path = tmp_path / "blocks.warc.gz"
    path.write_bytes(packed(*(data[at : at + 100] for at in range(0, len(data), 100))))
    assert outcome(read(path)) == ["a", "b", "c"]


def test_lines_may_end_in_lf_alone(tmp_path: Path) -> None:
    data = record("https://example.com/a", b"<html>word</html>", length_off=-3).replace(b"\r\n", b"\n")
    found = _one(tmp_path, data)
    assert isinstance(found, Page)
    assert (found.url, found.payload) == ("https://example.com/a", b"<html>word</html>")
