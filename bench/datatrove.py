"""WARC to deduplicated Parquet on two workers: Broadsheet and datatrove on the same files, one after the other.

    python bench/datatrove.py [--pages 2800] [--peer-python PATH]

datatrove's road is the one of its own examples: WarcReader, Trafilatura, ParquetWriter, then MinHash signatures
(5-grams, 14 buckets of 8), buckets, clusters and filter, and a ParquetWriter again. Two settings differ from its
defaults, in its favour: a page has 20 seconds, as with us (its default drops what takes longer than one), and
trafilatura's own ``deduplicate`` is off, which remembers earlier pages. Ours writes the metadata, the rejects, the
store and a documented release besides.

The peer has an environment of its own (.venv-datatrove, made on the first run), since what it asks for would not fit
ours: datatrove 0.10.1, with the trafilatura that we use.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from compiled import compiled_in_words
from many_pages import PAGES, write_pages
from processes import Cost, adopt_orphans, cost_of

PEER = ["datatrove[io,processing]==0.10.1", "spacy>=3.8"]
TRAFILATURA = "trafilatura==2.3.1"
WORKERS = 2

ROAD = """
import sys
from datatrove.executor import LocalPipelineExecutor as Executor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.readers import ParquetReader, WarcReader
from datatrove.pipeline.writers import ParquetWriter

def main(warcs, out, workers):
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    def run(name, steps, tasks):
        Executor(steps, tasks=tasks, workers=min(tasks, workers), logging_dir=f"{out}/logs/{name}").run()
    run("extract", [WarcReader(warcs), Trafilatura(favour_precision=False, deduplicate=False, timeout=20),
                    ParquetWriter(f"{out}/extracted")], workers)
    run("sign", [ParquetReader(f"{out}/extracted"), MinhashDedupSignature(f"{out}/signatures", config=config)], workers)
    run("buckets", [MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=config)], 14)
    run("cluster", [MinhashDedupCluster(f"{out}/buckets", f"{out}/remove", config=config)], 1)
    run("filter", [ParquetReader(f"{out}/extracted"), MinhashDedupFilter(f"{out}/remove"),
                   ParquetWriter(f"{out}/deduplicated")], workers)

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
"""


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2800)
    parser.add_argument("--peer-python", type=Path, help="a Python that has datatrove; default: made on the first run")
    words = parser.parse_args()
    if not PAGES.exists():
        sys.exit(f"{PAGES} is not here: this benchmark needs the evaluation pages")
    peer = words.peer_python or made_peer()
    adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        warcs = work / "warcs"
        write_pages(words.pages, warcs)
        road = work / "road.py"
        road.write_text(ROAD)
        theirs = cost_of([str(peer), str(road), str(warcs), str(work / "theirs"), str(WORKERS)])
        data = work / "ours"
        ours = cost_of(
            [
                sys.executable,
                "-m",
                "flows",
                "run",
                str(warcs),
                "--data",
                str(data),
                "--workers",
                str(WORKERS),
                "--quiet",
            ]
        )
        report(words.pages, ours, theirs, _rows(work / "theirs" / "deduplicated"), _articles(data))


def made_peer() -> Path:
    """The peer's Python; its environment is made where it is missing."""
    python = ROOT / ".venv-datatrove" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *PEER], check=True)
        subprocess.run([*install, "--no-deps", TRAFILATURA], check=True)
    return python


def _rows(folder: Path) -> int:
    import pyarrow.dataset as ds

    return int(ds.dataset(folder, format="parquet").count_rows())


def _articles(data: Path) -> int:
    manifest = next((data / "releases").glob("*/manifest.json"))
    return int(json.loads(manifest.read_text())["funnel"]["articles"])


def report(pages: int, ours: Cost, theirs: Cost, their_rows: int, our_rows: int) -> None:
    """The table."""
    print(f"{pages:,} pages, {WORKERS} workers, WARC to deduplicated Parquet; {compiled_in_words()}")
    print(f"{'':44s}{'wall s':>8s}{'CPU-s':>8s}{'pages/CPU-s':>13s}{'peak MB':>9s}{'rows':>8s}")
    for name, cost, rows in (
        ("datatrove 0.10.1, texts alone", theirs, their_rows),
        ("broadsheet run, every column and a release", ours, our_rows),
    ):
        print(
            f"{name:44s}{cost.seconds:8.1f}{cost.cpu_seconds:8.1f}{pages / cost.cpu_seconds:13.1f}"
            f"{cost.peak_bytes / 1e6:9,.0f}{rows:8,d}"
        )
    wall, cpu = theirs.seconds / ours.seconds, theirs.cpu_seconds / ours.cpu_seconds
    print(f"pages a second, of datatrove's: {wall:.2f}x by the clock, {cpu:.2f}x by CPU time (wanted: at least 3x)")


if __name__ == "__main__":
    main()
