"""What a release costs: beside pq.write_table alone on the same rows, in memory, and the second time.

    python bench/release.py [--documents 1000000] [--folder DIR]

Over a made-up store (``made_up_store``), each in a process of its own:

- the first release: plan, read, sort, validate, write, checksum, measure, document;
- ``pq.write_table`` with the same settings on the same rows, already sorted and in memory, file by file;
- a second release after 1% new rows in one month;
- ``verify``.

CPU seconds are user and system time of the process; memory is its peak resident set (VmHWM).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))
from made_up_store import add_rows, make_store

from tasks.release import ReleaseFacts, verify_release, write_release
from tasks.release.manifest import entries_of, read_manifest
from tasks.release.parquet import ROW_GROUP_ROWS, writer_options
from tasks.release.tables import SORTED_BY


def publish(folder: Path, version: str) -> float:
    facts = ReleaseFacts(store_version=1, published_on=date(2026, 11, 23))
    documents = pl.scan_parquet(folder / "documents" / "*.parquet")
    rejects = pl.scan_parquet(folder / "rejects.parquet")
    before = _cpu()
    write_release(
        documents, folder / "placements.parquet", rejects, releases=folder / "releases", version=version, facts=facts
    )
    return _cpu() - before


def peer(folder: Path, version: str) -> float:
    """CPU seconds inside ``pq.write_table`` alone, over all files of the release."""
    release, spent = folder / "releases" / version, 0.0
    for entry in entries_of(read_manifest(release)):
        if entry.table in SORTED_BY:
            table = pq.read_table(release / entry.path).combine_chunks()
            options = writer_options(table.schema, table.num_rows, SORTED_BY[entry.table])
            before = _cpu()
            pq.write_table(table, folder / "peer.parquet", row_group_size=ROW_GROUP_ROWS, **options)
            spent += _cpu() - before
            del table
            pa.default_memory_pool().release_unused()
    (folder / "peer.parquet").unlink()
    return spent


def verify(folder: Path, version: str) -> float:
    before = _cpu()
    assert verify_release(folder / "releases" / version) == []
    return _cpu() - before


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak() -> float:
    """GiB. Not ru_maxrss: that of a new process begins with its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024**2


PARTS = {"publish": publish, "peer": peer, "verify": verify}


def measured(part: str, folder: Path, version: str) -> dict[str, float]:
    """Run a part in a process of its own."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, __file__, "--part", part, "--folder", str(folder), "--version", version],
        check=True,
        capture_output=True,
        text=True,
    )
    return {**json.loads(done.stdout), "wall": time.monotonic() - start}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--version", default="1")
    words = parser.parse_args()
    if words.part:
        cpu = PARTS[words.part](words.folder, words.version)
        print(json.dumps({"cpu": cpu, "peak": _peak()}))
        return
    with tempfile.TemporaryDirectory(dir=words.folder) as held:
        folder = Path(held)
        make_store(folder, words.documents)
        first = measured("publish", folder, "1")
        alone = measured("peer", folder, "1")
        checked = measured("verify", folder, "1")
        add_rows(folder, words.documents)
        second = measured("publish", folder, "2")
        size = sum(entry.bytes for entry in entries_of(read_manifest(folder / "releases" / "1")))
    print(f"{words.documents:,} documents of 570 words; the release holds {size / 1e6:,.0f} MB\n")
    print(f"{'':44}{'CPU s':>8}{'wall s':>8}{'peak GiB':>10}")
    for name, part in (
        ("first release", first),
        ("pq.write_table alone, same rows and settings", alone),
        ("second release, 1% new rows in one month", second),
        ("verify", checked),
    ):
        print(f"{name:44}{part['cpu']:8.1f}{part['wall']:8.1f}{part['peak']:10.2f}")
    print(f"\nspeed of a release, of pq.write_table alone: {alone['cpu'] / first['cpu']:.0%} (wanted: at least 60%)")
    print(f"second release, of the first: {second['cpu'] / first['cpu']:.0%} (wanted: at most 15%)")


if __name__ == "__main__":
    main()
