"""Any way of cutting inputs gives the same records, each once, in the same order."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.page import Page, Reject
from tasks.sources import Input, InputError, ReadOptions, Shard, find_inputs, plan_shards, read_pages
from tests.sources.warcs import HTML, outcome, packed, page, read, record

DEV = Path(__file__).parents[2] / "../shared/eval/dev/pages.warc.gz"
NAMES = [f"p{number:02d}" for number in range(24)]


def _url(name: str) -> str:
    return f"https://example.com/{name}"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Input]:
    """One input of each kind, with some 24 pages in each."""
    folder = tmp_path_factory.mktemp("inputs")
    records = [page(name, 700 * (number % 5)) for number, name in enumerate(NAMES)]
    # A record that holds an archive: what looks like a record's start inside it is none.
    nested = record(
        _url("archive"), packed(*records[:3]) + b"".join(records[3:6]), http="Content-Type: application/warc"
    )
    (folder / "plain.warc").write_bytes(b"".join([*records[:12], nested, *records[12:]]))
    stored = gzip.compress(nested, compresslevel=0)  # as it is, so that the bytes of its own members can be seen
    assert stored.count(b"\x1f\x8b\x08") == 4
    (folder / "packed.warc.gz").write_bytes(packed(*records[:12]) + stored + packed(*records[12:]))
    rows = [{"url": _url(name), "html": HTML.decode() + "é" * number} for number, name in enumerate(NAMES)]
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    lines[5:5] = [b"", b"{broken"]
    (folder / "lines.jsonl").write_bytes(b"\n".join(lines))
    (folder / "lines.jsonl.gz").write_bytes(gzip.compress(b"\r\n".join(lines)))
    pq.write_table(pa.Table.from_pylist(rows), folder / "rows.parquet", row_group_size=5)
    for name in NAMES:
        (folder / f"{name}.html").write_bytes(HTML)
        (folder / f"{name}.url").write_text(_url(name))
        (folder / f"{name}-dump.txt").write_text(f"{_url(name)}\n\nA headline\n")
    return find_inputs([str(folder)])


def _read(shards: list[Shard]) -> list[tuple[str, str | None, int | None, str]]:
    found = [one for shard in shards for one in read_pages(Shard.from_json(shard.to_json()))]
    return [
        (one.origin.input, one.url, one.origin.record_offset, one.reason if isinstance(one, Reject) else "")
        for one in found
    ]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(target=st.one_of(st.integers(1, 2000), st.integers(1, 200_000)), workers=st.integers(1, 64))
def test_any_size_of_shards_gives_the_same_records_in_the_same_order(
    inputs: list[Input], target: int, workers: int
) -> None:
    whole = _read(plan_shards(inputs, 1 << 40))
    assert len(whole) == 25 + 25 + 25 + 25 + 24 + 24 + 24
    assert _read(plan_shards(inputs, target, workers=workers)) == whole


def test_small_targets_cut_each_kind_that_can_be_cut(inputs: list[Input]) -> None:
    shards = plan_shards(inputs, 500)
    count = {Path(item.path).name: sum(item.path in shard.paths for shard in shards) for item in inputs}
    assert count["plain.warc"] > 10
    assert count["lines.jsonl"] > 3
    assert count["rows.parquet"] == 3
    assert count["lines.jsonl.gz"] == 1


def test_small_files_of_one_kind_share_a_shard(inputs: list[Input]) -> None:
    shards = [shard for shard in plan_shards(inputs, 1 << 30) if shard.kind == "html"]
    assert [len(shard.paths) for shard in shards] == [24]


def test_a_plan_is_the_same_each_time(inputs: list[Input]) -> None:
    assert [s.to_json() for s in plan_shards(inputs, 700)] == [s.to_json() for s in plan_shards(inputs, 700)]


def test_a_gzipped_warc_is_cut_where_records_begin(tmp_path: Path) -> None:
    path = tmp_path / "big.warc.gz"
    records = [gzip.compress(page(f"p{number}", 30_000)) for number in range(60)]
    path.write_bytes(b"".join(records))
    shards = plan_shards(find_inputs([str(path)]), 100_000)
    starts = {sum(map(len, records[:number])) for number in range(60)}
    assert len(shards) > 3
    assert {shard.start for shard in shards} <= starts
    assert shards[0].start == 0
    assert [shard.stop for shard in shards[:-1]] == [shard.start for shard in shards[1:]]
    assert shards[-1].stop is None


def test_two_workers_each_get_a_part_of_a_file_below_the_target(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    line = json.dumps({"url": _url("a"), "html": HTML.decode() + "x" * 100_000}) + "\n"
    path.write_text(line * 200)
    assert len(plan_shards(find_inputs([str(path)]))) == 1
    assert len(plan_shards(find_inputs([str(path)]), workers=2)) == 4


def test_options_travel_with_the_shard(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(page("a"))
    options = ReadOptions(source="paper", max_payload_bytes=10, declared={"license": "CC0-1.0"})
    [shard] = plan_shards(find_inputs([str(path)], options=options))
    assert Shard.from_json(shard.to_json()) == shard
    assert shard.source == "paper"
    assert outcome(list(read_pages(shard))) == ["too_large"]


def test_a_file_gone_since_the_plan_is_a_reject(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(page("a"))
    shards = plan_shards(find_inputs([str(path)]))
    path.unlink()
    assert outcome([found for shard in shards for found in read_pages(shard)]) == ["corrupt_record"]


def test_a_remote_file_that_cannot_be_read_raises_so_that_the_shard_is_tried_again() -> None:
    with pytest.raises(OSError, match="gone"):
        list(read_pages(Shard("warc", ("memory://seeds-test/gone.warc",))))


def test_a_table_without_the_columns_fails_at_plan_time_and_names_those_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"link": ["x"], "body": ["y"]}), path)
    with pytest.raises(
        InputError, match=r"a\.parquet: no column for the URL .*url_column; the columns are: link, body"
    ):
        plan_shards(find_inputs([str(path)]))


@pytest.mark.skipif(not DEV.exists(), reason="the evaluation pages (../shared/eval) are not there")
def test_real_pages_are_the_same_whole_and_cut() -> None:
    whole = read(DEV)
    assert len(whole) == 698
    assert all(isinstance(one, Page) for one in whole)
    cut = read(DEV, target_bytes=3_000_000)
    assert [one.origin for one in cut] == [one.origin for one in whole]
