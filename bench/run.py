"""The whole run, from WARC to release, against bare trafilatura on the same pages: CPU seconds of all processes.

    python bench/run.py [WARC]          (default: ../shared/eval/dev/pages.warc.gz)

Three processes are timed one after the other, with everything they start: ``broadsheet run`` on the pages, the same
again (nothing is new: what a run costs without pages, the flow engine's start above all), and
``trafilatura.bare_extraction(html, url=url, with_metadata=True)`` in one process, which reads the WARC with fastwarc
as we do and writes nothing. CPU seconds, because wall-clock time says more of the machine's other guests.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "../shared/eval/dev/pages.warc.gz"
PR_SET_CHILD_SUBREAPER = 36

BARE = """
import sys
from fastwarc.warc import ArchiveIterator, WarcRecordType
import trafilatura
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file, record_types=WarcRecordType.response):
        trafilatura.bare_extraction(record.reader.read(), url=record.headers["WARC-Target-URI"], with_metadata=True)
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system) of a command and all it started."""

    cpu_seconds: float


def cost_of(words: list[str]) -> Cost:
    """Run a command to its end, and the end of every process it left behind."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with status {done.returncode}:\n{done.stderr}")
    while True:  # orphans (the fork server and its workers) are ours now: see main
        try:
            os.wait()
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Time the three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", nargs="?", type=Path, default=PAGES)
    warc = parser.parse_args().warc
    if not warc.exists():
        sys.exit(f"{warc} is not here: name a WARC of pages to run on")
    # Processes whose parent ends become ours, so that their CPU time is counted when they end.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as data:
        ours = [sys.executable, "-m", "flows", "run", str(warc), "--data", data, "--quiet"]
        whole, nothing_new = cost_of(ours), cost_of(ours)
        read = [sys.executable, "-m", "flows", "status", "--data", data, "--json"]
        pages = _pages(subprocess.run(read, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    bare = cost_of([sys.executable, "-c", BARE, str(warc)])
    work = Cost(whole.cpu_seconds - nothing_new.cpu_seconds)
    print(f"{pages} pages of {warc.name}")
    print(f"{'':44s}{'CPU-s':>8s}{'pages/CPU-s':>13s}{'against bare':>14s}")
    for name, cost in (
        ("bare trafilatura, with metadata", bare),
        ("broadsheet run, input to release", whole),
        ("  of which a run without anything new", nothing_new),
        ("  of which the pages", work),
    ):
        rate = pages / cost.cpu_seconds
        print(f"{name:44s}{cost.cpu_seconds:8.1f}{rate:13.1f}{bare.cpu_seconds / cost.cpu_seconds:13.2f}x")


def _pages(status: str) -> int:
    import json

    return int(json.loads(status)["runs"][0]["funnel"]["read"])


if __name__ == "__main__":
    main()
