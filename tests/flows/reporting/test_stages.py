"""What a step of a run took is measured, its workers' share included."""

import ctypes
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows.ingesting.planning import largest_first
from flows.reporting.report import Funnel, RunReport
from flows.reporting.stages import Stage, forget_peak, peak_bytes
from flows.showing.display import Display
from tasks.shard import ShardJob
from tasks.sources import Shard
from tests.rows import NOON

MEGABYTE = 1_000_000
ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the peak cannot be forgotten here")
def test_the_peak_of_a_step_is_its_own_and_not_an_earlier_ones() -> None:
    held = np.ones(200 * MEGABYTE, dtype=np.uint8)
    with_it = peak_bytes()
    del held
    forget_peak()
    assert peak_bytes() < with_it - 150 * MEGABYTE


HOLDS_ON = """
import ctypes
from pathlib import Path
from flows.showing.display import Display

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
pieces = [libc.malloc(100_000) for _ in range(2_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 100_000)
for piece in pieces[:-1]:  # the last one keeps all the others from the end of the heap
    libc.free(piece)
freed = resident()
with Display().step("Commit"):
    print(freed - resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc")
def test_a_step_begins_without_what_earlier_ones_freed() -> None:
    done = subprocess.run([sys.executable, "-c", HOLDS_ON], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150 * MEGABYTE


def test_a_step_counts_its_processor_time_and_that_of_its_workers() -> None:
    display = Display()
    with display.step("Plan"):
        pass
    with display.step("Read and extract") as step:
        sum(number * number for number in range(300_000))
        step.pages, step.workers = 12, (40.0, 10**15)
    (stage,) = display.stages(1)
    assert stage.name == "Read and extract"
    assert 40 < stage.cpu_seconds < 45
    assert stage.peak_bytes == 10**15
    assert stage.pages_per_second == 12 / stage.seconds


def test_a_step_under_way_is_no_stage_yet() -> None:
    display = Display()
    with display.step("Plan"):
        assert display.stages(0) == ()


def test_a_stage_without_pages_has_no_rate() -> None:
    assert Stage("Plan", 1.0, 1.0, 1).pages_per_second is None
    assert Stage("Plan", 0.0, 0.0, 1, pages=3).pages_per_second is None


def test_a_report_keeps_its_stages_and_an_old_one_has_none(tmp_path: Path) -> None:
    report = RunReport("run-1", ("a.warc",), Funnel(1, 1, 0, 0, 0, 0), stages=(Stage("Plan", 1.5, 0.5, 7, 3),))
    report.write(tmp_path)
    assert RunReport.read_all(tmp_path) == [report]
    old: dict[str, Any] = asdict(report)
    del old["stages"]
    assert RunReport.from_dict(old).stages == ()


def test_the_largest_shards_begin_first_and_equal_ones_in_the_order_of_the_input(tmp_path: Path) -> None:
    sizes = (3, 9, 3, 5)
    jobs = [job(tmp_path / f"shard-{number}", size) for number, size in enumerate(sizes)]
    assert [one.folder.name for one in largest_first(jobs)] == ["shard-1", "shard-3", "shard-0", "shard-2"]


def job(folder: Path, size: int) -> ShardJob:
    return ShardJob(Shard("html", ("page.html",), size=size), folder, folder / "known.npy", "run-1", NOON)
