"""Every reader, given broken bytes: it never raises, answers soon, and what it read and rejected is what is there.

What belongs here: files that are read. Feeds and sitemaps, which come over the network, are broken in
``tests/harvest/discovery/test_hostile_listings.py``; gzip members of a WARC in ``tests/sources/test_damage.py``.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tasks.page import Page, Reject
from tasks.sources import InputError, Shard, read_pages
from tests.hostile.test_patterns import cpu_limit
from tests.sources.warcs import HTML, outcome, page, read, record

CPU_SECONDS = 5.0
MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # of gzip and of Zstandard
broken = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_PIECES = st.sampled_from(
    [b"\x00", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b"\r\n\r\n", b'"', b"\\ud800", b"{",
     b"<!--", b"<link rel=canonical href='http://[bad'>", b"<meta property=og:url content=http://a.example/", b" ",
     b"https://ada:hush@example.com/\x7f", b"9" * 5_000, b"WARC/1.0\r\n", b"Content-Length: -1\r\n", b"\x1f\x8b\x08",
     b"[" * 5_000, b"}"]
)  # fmt: skip
_BYTES = st.lists(_PIECES | st.binary(max_size=60), max_size=12).map(b"".join)


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """The data with some stretch taken out, overwritten, doubled, or something strange put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        end = min(at + draw(st.sampled_from([0, 1, 7, 300])), len(data))
        data = data[:at] + draw(_BYTES | st.just(data[at:end] * 2)) + data[end:]
    return data


def read_soon(path: Path, kind: str | None = None) -> list[Page | Reject]:
    """All that is read; every string in it can be written into a row."""
    with cpu_limit(CPU_SECONDS):
        found = list(read_pages(Shard(kind, (str(path),)))) if kind else read(path)
    for one in found:
        texts = [
            one.url or "",
            one.origin.input,
            *([one.detail or ""] if isinstance(one, Reject) else one.declared.values()),
        ]
        "".join(texts).encode("utf-8")
        assert "hush" not in "".join(texts)
    return found


def told(error: InputError) -> bool:
    """Whether it is one line."""
    return bool(str(error)) and "\n" not in str(error)


def emptied(tmp_path: Path) -> Path:
    """A folder for one example."""
    folder = tmp_path / "example"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


# HTML and flattened text: one file, one page, whatever lies beside it.

SIDECAR = json.dumps(
    {"url": "https://example.com/a", "retrieved_at": "2026-03-01T08:00:00Z", "headline": "Title"}
).encode()
FLAT = b"https://example.com/a\nA headline\n2026-03-01\nA paragraph of text.\n"


@broken
@given(
    st.lists(mutated(HTML) | _BYTES, min_size=1, max_size=4),
    mutated(SIDECAR) | _BYTES,
    st.sampled_from(["json", "url"]),
)
def test_each_html_file_is_one_page_or_one_reject(
    tmp_path: Path, pages: list[bytes], beside: bytes, ending: str
) -> None:
    folder = emptied(tmp_path)
    for number, payload in enumerate(pages):
        (folder / f"{number}.html").write_bytes(payload)
    (folder / f"0.html.{ending}").write_bytes(beside)
    found = read_soon(folder)
    # One that begins as a WARC is read as one, after the others.
    assert sorted(Path(one.origin.input).name for one in found) == [f"{number}.html" for number in range(len(pages))]


@broken
@given(mutated(FLAT) | _BYTES)
def test_a_flattened_text_is_one_page_or_one_reject(tmp_path: Path, text: bytes) -> None:
    path = emptied(tmp_path) / "a.txt"
    path.write_bytes(text)
    assert len(read_soon(path, "text")) == 1


# JSON lines: each line that is not empty is a row.

ROWS = [{"url": f"https://example.com/{name}", "html": f"<p>Row {name}</p>"} for name in "abcdef"]
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


@broken
@given(mutated(LINES))
@example(b"")
@example(b"\xef\xbb\xbf" + LINES)
@example(b"[" * 100_000 + b"\n" + LINES)
def test_each_line_is_one_page_or_one_reject(tmp_path: Path, lines: bytes) -> None:
    path = emptied(tmp_path) / "t.jsonl"
    path.write_bytes(lines)
    if lines.startswith(MAGIC):
        return  # it calls itself packed
    assert len(read_soon(path, "table")) == sum(bool(line.strip()) for line in lines.split(b"\n"))


MANY = b"".join(
    json.dumps({"url": f"https://example.com/{number}", "html": f"<p>{number * 7919:x}</p>" * 9}).encode() + b"\n"
    for number in range(300)
)
PACKED = {"gz": gzip.compress(MANY, mtime=0), "zst": zstandard.ZstdCompressor(write_checksum=True).compress(MANY)}


@broken
@given(st.sampled_from(["gz", "zst"]), st.data())
def test_packed_lines_give_all_rows_or_say_that_some_are_lost(tmp_path: Path, codec: str, data: st.DataObject) -> None:
    packed = PACKED[codec]
    path = emptied(tmp_path) / f"t.jsonl.{codec}"
    at = data.draw(st.integers(4, len(packed) - 1))
    path.write_bytes(
        data.draw(st.sampled_from([packed[:at], packed[:at] + bytes([packed[at] ^ 0x41]) + packed[at + 1 :]]))
    )
    found = read_soon(path, "table")
    whole = [f"https://example.com/{number}" for number in range(300)]
    assert [one.url for one in found] == whole or any(word.endswith("_record") for word in outcome(found))


# Parquet: the rows that its footer tells of.


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=40, write_page_checksum=True, compression="zstd")
    return out.getvalue()


URLS = [f"https://example.com/{number}" for number in range(100)]
TABLE = parquet(url=URLS, html=[f"<p>{number * 7919:x}</p>" * 9 for number in range(100)])


@broken
@given(st.integers(4, len(TABLE) - 1), st.binary(min_size=1, max_size=40))
def test_each_row_of_a_broken_parquet_file_is_told(tmp_path: Path, at: int, piece: bytes) -> None:
    path = emptied(tmp_path) / "t.parquet"
    path.write_bytes(TABLE[:at] + piece + TABLE[at + len(piece) :])
    try:
        found = read_soon(path)
    except InputError as error:  # a column has another name now: the command says so, and reads nothing
        assert "no column for the" in str(error)  # noqa: PT017 - reading it is as good
        return
    if [one.origin.record_offset for one in found] == [None]:  # the footer itself cannot be read
        assert outcome(found) == ["corrupt_record"]
        return
    assert [one.origin.record_offset for one in found] == list(range(len(found)))
    assert len(found) == 100 or outcome(found)[-1] == "corrupt_record"


def with_rows(data: bytes, rows: int) -> bytes:
    """The same file, whose footer says of its first row group that it has so many rows."""
    size = int.from_bytes(data[-8:-4], "little")
    body, footer = data[: -8 - size], data[-8 - size : -8]
    number, packed = 2 * rows, b""  # thrift's compact form: zigzag, seven bits a byte
    while number:
        packed += bytes([number & 127 | (128 if number > 127 else 0)])
        number >>= 7
    for at in range(len(footer) - 1):
        if footer[at : at + 2] == bytes([0x16, 2 * 40]):
            lying = footer[: at + 1] + packed + footer[at + 2 :]
            whole = body + lying + len(lying).to_bytes(4, "little") + b"PAR1"
            if pq.read_metadata(io.BytesIO(whole)).row_group(0).num_rows == rows:
                return whole
    raise AssertionError("the footer has no place for it")


@pytest.mark.parametrize(
    ("rows", "told"), [(60, 60), (10**9, 41), (10**14, 41), (10**16, 1)], ids=["some", "many", "more", "impossible"]
)
def test_a_footer_that_tells_of_rows_that_never_were_gives_no_reject_for_each(
    tmp_path: Path, rows: int, told: int
) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(with_rows(TABLE, rows))
    found = read_soon(path)
    of_the_group = [one for one in found if (one.origin.record_offset or 0) < rows]
    assert len(of_the_group) == told
    rejects = [one for one in of_the_group if isinstance(one, Reject)]
    assert {one.reason for one in rejects} == {"corrupt_record"}
    assert len(rejects) in {told - 40, told}
    if told == 41:
        assert "rows by the footer" in (rejects[-1].detail or "")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("html", pa.array([1, 2])),
        ("html", pa.array([b"<p>\xff</p>", b"<p>one</p>"])),
        ("html", pa.array([["<p>"], None])),
        ("html", pa.array([{"a": 1}, None])),
        ("html", pa.array(["<p>a</p>", "<p>b</p>"]).dictionary_encode()),
        ("html", pa.nulls(2)),
        ("url", pa.array([1.5, float("nan")])),
        ("url", pa.array([b"https://example.com/\xff", b"https://example.com/b"])),
        ("retrieved_at", pa.array([2**52, -(2**52)], pa.timestamp("s"))),
        ("retrieved_at", pa.array([1, 2**62 + 1], pa.timestamp("ns"))),
        ("retrieved_at", pa.array([2**62, 5], pa.timestamp("us", "Mars/Olympus"))),
        ("retrieved_at", pa.array([2**30, 5], pa.date32())),
        ("retrieved_at", pa.array([2**40, 5], pa.time64("us"))),
        ("retrieved_at", pa.array([2**62, 5], pa.duration("s"))),
        ("published_at", pa.array([2**62, 5], pa.timestamp("ms"))),
        ("headline", pa.array([[1], [2]])),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else str(value.type),
)  # fmt: skip
def test_a_column_of_another_type_costs_no_row_silently(tmp_path: Path, column: str, values: pa.Array) -> None:
    columns = {"url": pa.array(URLS[:2]), "html": pa.array(["<p>a</p>", "<p>b</p>"]), column: values}
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(columns), path)
    found = read_soon(path)
    assert [one.origin.record_offset for one in found] == [0, 1]
    assert all(one.origin.retrieved_at is None or isinstance(one.origin.retrieved_at, datetime) for one in found)


# WARC, plain: what stands before the damage is read, and no damage is silent.

WARC = [page(name, 300) for name in "abcd"]


@broken
@given(st.integers(0, 3), st.data())
def test_a_broken_record_of_a_plain_warc_costs_those_before_it_nothing(
    tmp_path: Path, hit: int, data: st.DataObject
) -> None:
    path = emptied(tmp_path) / "a.warc"
    path.write_bytes(b"".join([*WARC[:hit], data.draw(mutated(WARC[hit])), *WARC[hit + 1 :]]))
    if path.read_bytes().startswith(MAGIC):
        return  # it calls itself packed
    words = outcome(read_soon(path, "warc"))
    # With a length that lies, the record may be taken to reach into the next; behind that all is found again.
    assert words[:hit] == list("abcd"[:hit])
    assert hit == 3 or len(words) > hit
    assert set("abcd"[hit + 2 :]) <= set(words)


@broken
@given(mutated(record("https://example.com/a")))
def test_a_single_record_is_read_or_told(tmp_path: Path, data: bytes) -> None:
    path = emptied(tmp_path) / "a.warc"
    path.write_bytes(data)
    assert read_soon(path, "warc")


# What kind of input it is, is told from names and bytes alone.


@broken
@given(
    st.sampled_from(
        ["a", "a.html", "a.warc", "a.warc.gz", "a.jsonl", "a.jsonl.gz", "a.parquet", "a.txt", "a.gz", "a.zst"]
    ),
    mutated(b"".join(WARC[:1])) | mutated(LINES) | mutated(TABLE) | mutated(gzip.compress(FLAT)) | _BYTES,
)
def test_any_bytes_under_any_name_are_read_or_refused_in_one_line(tmp_path: Path, name: str, data: bytes) -> None:
    path = emptied(tmp_path) / name
    path.write_bytes(data)
    try:
        read_soon(path)
    except InputError as error:
        assert told(error)  # noqa: PT017 - reading it is as good
