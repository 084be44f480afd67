"""A record that kills its worker while it is read costs itself alone, whatever kind of input it is in."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.shard import Counts, Limits, Settings, ShardFailedError, ShardJob, run_shard, write_known_pages
from tasks.shard.job import Journal
from tasks.shard.progress import Phase
from tasks.shard.supervise import _charge, _Death
from tasks.sources import Shard, find_inputs, plan_shards
from tests.rows import documents, rejects
from tests.shard.deadly_reading import work
from tests.sources.warcs import record

SITE = "https://example.com"
PAGE = "<!doctype html><title>News</title><p>{} stood in the harbour.</p>"


def the_job(path: Path, tmp_path: Path) -> ShardJob:
    known = tmp_path / "known.npy"
    write_known_pages(documents().lazy(), rejects().lazy(), known, extractor="none")
    (shard,) = plan_shards(find_inputs([str(path)]))
    settings = Settings(limits=Limits(page_seconds=60))
    return ShardJob(shard, tmp_path / "shard", known, "run-1", datetime(2026, 1, 1, tzinfo=UTC), settings)


def ends(job: ShardJob) -> list[tuple[str, str]]:
    """Stage and reason of each page, in the order of the input: none of these pages is an article."""
    frame = pl.concat([pl.read_parquet(file) for file in sorted(job.folder.glob("rejects-*.parquet"))])
    return list(frame.select("stage", "reason").iter_rows())


OTHER = ("classify", "not_an_article")
DEAD = ("read", "crashed")


def pages(*words: str) -> list[tuple[str, str]]:
    return [(f"{SITE}/{number}.html", PAGE.format(word)) for number, word in enumerate(words)]


def a_warc(folder: Path, *words: str, packed: str = "no") -> Path:
    records = [record(url, html.encode()) for url, html in pages(*words)]
    file = folder / ("pages.warc" if packed == "no" else "pages.warc.gz")
    file.write_bytes(
        b"".join(map(gzip.compress, records)) if packed == "each" else
        gzip.compress(b"".join(records)) if packed == "at once" else b"".join(records)
    )  # fmt: skip
    return file


@pytest.mark.parametrize("packed", ["no", "each", "at once"])
def test_a_record_of_a_warc(tmp_path: Path, packed: str) -> None:
    job = the_job(a_warc(tmp_path, "One", "DEADLY", "Two", "Three", packed=packed), tmp_path)
    assert run_shard(job, work=work) == Counts(read=4, rejects=4)
    found = ends(job)
    assert sorted(found) == sorted([OTHER, DEAD, OTHER, OTHER])
    (file,) = job.folder.glob("rejects-*.parquet")
    row = pl.read_parquet(file).row(by_predicate=pl.col("reason") == "crashed", named=True)
    assert row["record_offset"] > 0
    assert "while it was read, the worker ended with status -11" in row["detail"]


def test_several_records_the_first_and_the_last_too(tmp_path: Path) -> None:
    job = the_job(a_warc(tmp_path, "DEADLY", "One", "DEADLY", "DEADLY", "Two", "DEADLY"), tmp_path)
    assert run_shard(job, work=work).read == 6
    assert sorted(ends(job)) == sorted([DEAD] * 4 + [OTHER] * 2)


def test_a_death_that_does_not_come_again_costs_no_record(tmp_path: Path) -> None:
    job = the_job(a_warc(tmp_path, "One", "UNLUCKY", "Two"), tmp_path)
    assert run_shard(job, work=work).read == 3
    assert ends(job) == [OTHER] * 3


def test_a_record_that_is_read_forever(tmp_path: Path) -> None:
    job = the_job(a_warc(tmp_path, "One", "SLOW", "Two"), tmp_path)
    assert run_shard(job, work=work).read == 3
    assert sorted(ends(job)) == sorted([OTHER, ("read", "timeout"), OTHER])


def test_a_line_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "pages.jsonl"
    file.write_text("".join(json.dumps({"url": url, "html": html}) + "\n" for url, html in pages("1", "DEADLY", "2")))
    job = the_job(file, tmp_path)
    run_shard(job, work=work)
    assert sorted(ends(job)) == sorted([OTHER, DEAD, OTHER])


def test_rows_of_a_parquet_file_from_the_one_that_killed_to_the_end_of_its_group(tmp_path: Path) -> None:
    urls, contents = zip(*pages("1", "2", "3", "DEADLY", "4", "5"), strict=True)
    file = tmp_path / "pages.parquet"
    pq.write_table(pa.table({"url": urls, "html": contents}), file, row_group_size=2)
    job = the_job(file, tmp_path)
    run_shard(job, work=work)
    assert sorted(ends(job)) == sorted([OTHER, OTHER, OTHER, DEAD, OTHER, OTHER])


def test_a_file_that_is_one_page(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for url, html in pages("1", "DEADLY", "2"):
        name = url.rpartition("/")[2]
        (folder / name).write_text(html)
        (folder / f"{name}.url").write_text(url)
    job = the_job(folder, tmp_path)
    run_shard(job, work=work)
    assert sorted(ends(job)) == sorted([OTHER, DEAD, OTHER])


def test_a_remote_file_that_is_slow_and_one_that_cannot_be_skipped_fail_the_shard(tmp_path: Path) -> None:
    job = the_job(a_warc(tmp_path, "One"), tmp_path)
    slow = _Death(Phase.READING, 0, "timeout", "reading took longer than 200 s", (0, 0), over_limit=True)
    remote = replace(job, shard=Shard("warc", ("s3://bucket/pages.warc.gz",)))
    with pytest.raises(ShardFailedError, match="longer than 200 s"):
        _charge(slow, Journal(), remote)
    with pytest.raises(ShardFailedError):
        _charge(slow, Journal(left_out={(0, 0): ("timeout", "")}), job)
    with pytest.raises(ShardFailedError):
        _charge(replace(slow, place=None), Journal(), job)


def test_a_journal_keeps_what_is_left_out(tmp_path: Path) -> None:
    journal = Journal(left_out={(0, 512): ("crashed", "why")}, doubted=[(1, -1)], culprits={3: ("timeout", "long")})
    journal.write(tmp_path)
    assert Journal.read(tmp_path) == journal
