from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tasks.page import Page, Reject
from tasks.sources import InputError, ReadOptions, find_inputs, plan_shards, read_pages
from tests.sources.warcs import HTML, outcome, read

URL = "https://example.com/a"


def _lines(*rows: object) -> bytes:
    return b"".join(row + b"\n" if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)


@pytest.mark.parametrize("name", ["t.jsonl", "t.ndjson.gz", "t.jsonl.zst"])
def test_rows_are_pages_or_say_why_not(tmp_path: Path, name: str) -> None:
    pack = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}.get(name.rsplit(".", 1)[1], bytes)
    path = tmp_path / name
    data = _lines(
        {"url": URL, "html": "<p>é\ud800</p>", "retrieved_at": "20220203060000", "language": "fr"},
        {"html": "<p>no url</p>"},
        {"url": "not absolute", "html": "<p>x</p>"},
        {"url": URL},
        {"url": URL, "html": 7},
        b"{broken",
        b'"a string"',
        b"",
        {"url": URL, "html": " "},
        {"url": URL, "content": "<p>other column</p>"},
    )
    path.write_bytes(pack(data))
    found = read(path)
    assert outcome(found) == [
        "a",
        "no_url",
        "no_url",
        "no_content_column",
        "no_content_column",
        "corrupt_record",
        "corrupt_record",
        "empty_payload",
        "a",
    ]
    assert [one.origin.record_offset for one in found] == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    first, broken = found[0], found[5]
    assert isinstance(first, Page)
    assert (first.payload, first.http_charset) == ("<p>é?</p>".encode(), "utf-8")
    assert first.origin.retrieved_at == datetime(2022, 2, 3, 6, tzinfo=UTC)
    assert first.declared == {"language_declared": "fr"}
    assert isinstance(broken, Reject)
    assert str(broken.detail).startswith("line 6: Expecting property name")
    assert found[3].url == URL


@pytest.mark.parametrize(("cut", "reason"), [(-10, "truncated_record"), (None, "corrupt_record")])
def test_damaged_packed_lines_end_in_one_reject(tmp_path: Path, cut: int | None, reason: str) -> None:
    rows = [{"url": URL, "html": f"<p>{number * 7919}</p>" * 50} for number in range(2000)]
    data = bytearray(gzip.compress(_lines(*rows)))
    if cut is None:
        data[len(data) // 2] ^= 0xFF
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(bytes(data[:cut]))
    words = outcome(read(path))
    assert words[-1] == reason
    assert words.count("a") > 500 or words.count("corrupt_record") > 1


def test_a_line_too_long_to_keep_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(_lines({"url": URL, "html": "x" * 9000}, {"url": URL, "html": "x"}))
    assert outcome(read(path, max_payload_bytes=100)) == ["too_large", "a"]


def test_columns_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    when = datetime(2022, 2, 3, 6, tzinfo=UTC)
    pq.write_table(pa.table({"link": [URL], "page": [HTML], "when": [when], "License": ["CC0-1.0"]}), path)
    options = ReadOptions(url_column="link", content_column="page", retrieved_at_column="when")
    [shard] = plan_shards(find_inputs([str(path)], options=options))
    [found] = read_pages(shard)
    assert isinstance(found, Page)
    assert (found.url, found.payload, found.http_charset) == (URL, HTML, None)
    assert found.origin.retrieved_at == when
    assert found.declared == {"license": "CC0-1.0"}


def test_lines_without_the_columns_fail_at_plan_time(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(_lines({"address": URL, "body": "x"}))
    with pytest.raises(InputError, match=r"no column for the URL .*; the columns are: address, body"):
        plan_shards(find_inputs([str(path)]))


def test_rows_of_a_broken_row_group_are_each_rejected(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    rows = [{"url": f"https://example.com/{number}", "html": f"<p>{number}</p>" * 40} for number in range(30)]
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, path, row_group_size=10, use_dictionary=False, write_page_checksum=True)
    column = pq.ParquetFile(path).metadata.row_group(1).column(1)
    data = bytearray(path.read_bytes())
    data[column.data_page_offset + column.total_compressed_size - 20] ^= 0xFF
    path.write_bytes(bytes(data))
    words = outcome(read(path))
    assert words == [*map(str, range(10)), *["corrupt_record"] * 10, *map(str, range(20, 30))]


@pytest.mark.parametrize("kind_of_damage", ["nothing but its first bytes", "its end gone", "a footer that is none"])
def test_a_parquet_file_that_cannot_be_read_is_one_reject_and_stops_no_other(
    tmp_path: Path, kind_of_damage: str
) -> None:
    pq.write_table(pa.table({"url": [URL], "html": ["<p>a</p>" * 40]}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    broken = {
        "nothing but its first bytes": b"PAR1 and nothing else",
        "its end gone": whole[:-50],
        "a footer that is none": whole[:-8] + b"\xff" * 200 + (200).to_bytes(4, "little") + b"PAR1",
    }[kind_of_damage]
    # By its first bytes a file is a table, whatever its name: nobody may stop a run with a page that begins so.
    for name in ("b.parquet", "c.html"):
        (tmp_path / name).write_bytes(broken)
    found = [item for shard in plan_shards(find_inputs([str(tmp_path)])) for item in read_pages(shard)]
    assert sorted(outcome(found)) == ["a", "corrupt_record", "corrupt_record"]
    assert "cannot be read as Parquet" in str([one.detail for one in found if isinstance(one, Reject)])


def test_text_that_is_no_utf_8_costs_only_itself_wherever_in_a_table_it_stands(tmp_path: Path) -> None:
    latin = "<p>caf\u00e9</p>".encode("latin-1")
    offsets, data = (pa.array([0, len(latin)], type=pa.int32()).buffers()[1], pa.py_buffer(latin))
    text = pa.StringArray.from_buffers(1, offsets, data)
    table = pa.table(
        {
            "url": [URL],
            "html": text,
            "headline": pa.ListArray.from_arrays([0, 1], text),
            "section": pa.StructArray.from_arrays([text], ["name"]),
            "license": ["CC BY 4.0"],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    (page,) = read(tmp_path / "t.parquet")
    assert isinstance(page, Page)
    assert (page.payload, page.http_charset) == (latin, None)
    assert page.declared == {"license": "CC BY 4.0"}
