"""Parts of a comparison in processes of their own, each of which reads the store in object storage by itself."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import polars as pl

from tasks.deduplication import find_edges
from tasks.shard.comparing import Compared, CompareJob, run_compare_job
from tasks.storage import location_of
from tasks.store import Store
from tests.shard.test_comparing import Children, families, whole_rows


class FreshChildren(Children):
    """Every part below a process that has the environment of now: a fork server keeps that of when it began."""

    def _run(self, jobs: list[CompareJob]) -> None:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            self.run += len(list(pool.map(run_compare_job, jobs)))


def test_child_processes_find_the_same_edges_in_a_store_by_url(bucket: str, tmp_path: Path) -> None:
    rows, url = families(24), f"s3://{bucket}/store"
    store = Store(location_of(url))
    whole_rows(rows[::2]).write_parquet(tmp_path / "known.parquet")
    version = store.append("run-1", [tmp_path / "known.parquet"], [], {})
    whole_rows(rows[1::2]).write_parquet(tmp_path / "accepted.parquet")
    new = pl.scan_parquet(tmp_path / "accepted.parquet")
    children = FreshChildren(Compared(tmp_path / "accepted.parquet", url, version.number, tmp_path / "comparison"))
    alone = find_edges(new, store.documents(version))
    assert alone.height
    assert find_edges(new, store.documents(version), workers=children).equals(alone)
    assert children.run == 5
