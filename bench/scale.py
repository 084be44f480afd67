"""How a run grows: with workers, with pages, with the store it is added to, and with nothing new at all.

    python bench/scale.py [workers] [memory] [store] [nothing] [--pages FOLDER]     (default: all four)

``memory`` takes half an hour, half of it to make the pages: ``--pages`` keeps them for the next time.

Pages are the evaluation's few hundred, made many in other words (``many_pages``). Times by the clock are of a machine
that should have nothing else to do; each figure stands beside its bound.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT))

from many_pages import PAGES, write_pages
from processes import Cost, adopt_orphans, cost_of

PARTS = ("workers", "memory", "store", "nothing")
FEW, MANY = 5_000, 50_000
KNOWN = 1_000_000
TURNS = 3
A_RUN = 50_000  # documents that one run of the made-up store brought


def main() -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--pages", type=Path, help="where the pages are kept, or were by an earlier call")
    words = parser.parse_args()
    if not PAGES.exists():
        sys.exit(f"{PAGES} is not here: this benchmark needs the evaluation pages")
    adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pages = words.pages or work / "pages"
        for part in words.parts:
            {"workers": workers, "memory": memory, "store": store, "nothing": nothing}[part](work, pages)
            sys.stdout.flush()


def made(count: int, pages: Path) -> Path:
    """The folder below ``pages`` with so many pages; they are made where they are not all there."""
    folder = pages / str(count)
    if not folder.exists():
        beside = pages / f"{count}.new"
        shutil.rmtree(beside, ignore_errors=True)
        write_pages(count, beside)
        beside.rename(folder)
    return folder


def ingest(pages: Path, data: Path, *more: str, command: str = "ingest") -> Cost:
    """The cost of one run over the pages."""
    return cost_of([sys.executable, "-m", "flows", command, str(pages), "--data", str(data), "--quiet", *more])


def workers(work: Path, pages: Path) -> None:
    """Two workers against one, by the clock; the engine's start, which is the same for both, taken off.

    In turn and more than once: shared processors are a third faster or slower from one minute to the next.
    """
    start, few = engine(work), made(FEW, pages)
    ratios = []
    for turn in range(TURNS):
        one, two = (ingest(few, work / f"{turn}-{count}", "--workers", str(count)) for count in (1, 2))
        ratios.append((one.seconds - start) / (two.seconds - start))
        print(
            f"{FEW:,} pages ingested: one worker {one.seconds - start:.0f} s, two {two.seconds - start:.0f} s: "
            f"{ratios[-1]:.2f}x; processor seconds {one.cpu_seconds:.0f} and {two.cpu_seconds:.0f}",
            flush=True,
        )
    print(f"two workers against one, the middle of {TURNS}: {median(ratios):.2f}x (wanted: at least 1.85x)")


def memory(work: Path, pages: Path) -> None:
    """Peak memory of all processes of a whole run, ten times the pages."""
    small = ingest(made(FEW, pages), work / "small", command="run").peak_bytes
    large = ingest(made(MANY, pages), work / "large", command="run").peak_bytes
    print(
        f"peak memory of a run, all processes: {small / 1e6:,.0f} MB for {FEW:,} pages, {large / 1e6:,.0f} MB for "
        f"{MANY:,}: {large / small - 1:+.0%} (wanted: at most +10% and 2,500 MB)"
    )


def store(work: Path, pages: Path) -> None:
    """The same pages into an empty store and into one of a million documents."""
    start, few = engine(work), made(FEW, pages)
    empty = ingest(few, work / "empty")
    fill_store(work / "full" / "store", KNOWN)
    full = ingest(few, work / "full")
    ratio, cpu = (full.seconds - start) / (empty.seconds - start), full.cpu_seconds / empty.cpu_seconds
    print(
        f"{FEW:,} pages ingested: {empty.seconds - start:.0f} s into an empty store, {full.seconds - start:.0f} s into "
        f"one of {KNOWN:,} documents: {ratio:.2f}x, CPU {cpu:.2f}x (wanted: at most 1.3x)"
    )


def fill_store(folder: Path, total: int) -> None:
    """A store of made-up documents whose fingerprints are drawn at random: a tenth of the time of real ones."""
    import crowd
    import families
    import numpy as np

    from tasks.deduplication import fingerprint
    from tasks.store import Store

    some = np.arange(2_000) + 10**9
    pool = fingerprint(crowd.documents(crowd.Prose(families.prose()), some, some, 0))
    folder.mkdir(parents=True)
    part = folder.parent / "part.parquet"
    for run, start in enumerate(range(0, total, A_RUN)):
        rows = crowd.filler(pool, np.arange(start, min(start + A_RUN, total)), run)
        rows.select(list(crowd.DOCUMENTS)).write_parquet(part, compression="lz4", row_group_size=10_000)
        Store(folder).append(f"run-{run}", [part], [], {"funnel": {"read": len(rows), "unchanged": 0}})
    part.unlink()


def nothing(work: Path, pages: Path) -> None:
    """A run that finds nothing new, and the engine's start alone."""
    few = made(FEW, pages)
    ingest(few, work / "again", command="run")
    again = min(ingest(few, work / "again", command="run").seconds for _ in range(3))
    start = min(engine(work) for _ in range(3))
    print(
        f"a run over {FEW:,} known pages {again:.1f} s, the engine's start alone {start:.1f} s: "
        f"{again - start:.1f} s beyond it (wanted: at most 3 s)"
    )


def engine(work: Path) -> float:
    """Seconds that the flow engine takes to start for an empty flow."""
    code = (
        "from pathlib import Path; from flows.engine import start_engine; import sys;"
        "data = Path(sys.argv[1]); start_engine(data, data / 'broadsheet.log', lambda: None)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return cost_of([sys.executable, "-c", code, str(work / "engine")], env=environment).seconds


if __name__ == "__main__":
    main()
