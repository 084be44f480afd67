"""The whole run, from WARC to release, against bare trafilatura on the same pages: CPU seconds of all processes.

    python bench/run.py [WARC]          (default: ../shared/eval/dev/pages.warc.gz)

Three processes are timed one after the other, with everything they start: ``broadsheet run`` on the pages, the same
again (nothing is new: what a run costs without pages, the flow engine's start above all), and
``trafilatura.bare_extraction(html, url=url, with_metadata=True)`` in one process, which reads the WARC with fastwarc
as we do and writes nothing. CPU seconds, because wall-clock time says more of the machine's other guests.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from compiled import compiled_in_words
from processes import ROOT, adopt_orphans, cost_of

PAGES = ROOT / "../shared/eval/dev/pages.warc.gz"

BARE = """
import sys
from fastwarc.warc import ArchiveIterator, WarcRecordType
import trafilatura
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file, record_types=WarcRecordType.response):
        trafilatura.bare_extraction(record.reader.read(), url=record.headers["WARC-Target-URI"], with_metadata=True)
"""


def main() -> None:
    """Time the three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", nargs="?", type=Path, default=PAGES)
    warc = parser.parse_args().warc
    if not warc.exists():
        sys.exit(f"{warc} is not here: name a WARC of pages to run on")
    adopt_orphans()
    with tempfile.TemporaryDirectory() as data:
        ours = [sys.executable, "-m", "flows", "run", str(warc), "--data", data, "--quiet"]
        whole, nothing_new = cost_of(ours).cpu_seconds, cost_of(ours).cpu_seconds
        read = [sys.executable, "-m", "flows", "status", "--data", data, "--json"]
        pages = _pages(subprocess.run(read, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    bare = cost_of([sys.executable, "-c", BARE, str(warc)]).cpu_seconds
    print(f"{pages} pages of {warc.name}; {compiled_in_words()}")
    print(f"{'':44s}{'CPU-s':>8s}{'pages/CPU-s':>13s}{'against bare':>14s}")
    for name, cost in (
        ("bare trafilatura, with metadata", bare),
        ("broadsheet run, input to release", whole),
        ("  of which a run without anything new", nothing_new),
        ("  of which the pages", whole - nothing_new),
    ):
        print(f"{name:44s}{cost:8.1f}{pages / cost:13.1f}{bare / cost:13.2f}x")


def _pages(status: str) -> int:
    return max(int(run["funnel"]["read"]) for run in json.loads(status)["runs"])  # the second run opened nothing


if __name__ == "__main__":
    main()
