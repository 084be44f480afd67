"""The hunt: real pages, broken by dice, through extraction, normalisation and fingerprints in killable workers.

    python bench/fuzz.py [WARC] [--cases 500] [--first 0] [--keep FOLDER]
    python bench/fuzz.py --guided TARGET [--seconds 60]        (needs the extra `fuzz`: atheris)

Without a WARC it reads ../shared/eval/dev/pages.warc.gz, else the seeds. A finding is a case that raises anything but
a reject, needs more than 5 CPU-seconds, or more than 500 MB beyond what the worker had. Cases are numbered: number N
is the same bytes each time, with the same input. ``--keep`` saves the bytes of what was found.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import wait
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from mutations import broken_page

PAGES = ROOT / "../shared/eval/dev/pages.warc.gz"
SEEDS = ROOT / "seeds/documents/pages.warc.gz"
CPU_SECONDS = 5.0
MEGABYTES = 500.0
SAY_SECONDS = 10.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Finding:
    """A case that broke a limit, and how."""

    case: int
    mutations: list[str]
    what: str


def pages_of(warc: Path) -> list[bytes]:
    """The payloads of a WARC."""
    from tasks.page import Page
    from tasks.sources import Shard, read_pages

    return [item.payload for item in read_pages(Shard("warc", (str(warc),))) if isinstance(item, Page)]


def take(payload: bytes) -> str:
    """One page down the road of a worker: ``kept``, or the reason why not. Anything raised is a finding."""
    from tasks.deduplication import fingerprint
    from tasks.extraction import extract
    from tasks.normalisation import normalise, records_frame
    from tasks.page import Origin, Page, RejectError

    page = Page("https://example.com/2026/03/harbour-reopens.html", payload, Origin("fuzz"))
    try:
        record = extract(page)
    except RejectError as reject:
        return reject.reason
    frame = records_frame([(page, record, "0" * 64)])
    now = datetime(2026, 3, 1, tzinfo=UTC)
    kept, rejected = normalise(frame, source=None, run_id="fuzz", ingested_at=now, extractor="fuzz")
    if len(rejected):
        return f"{rejected['reason'][0]}: {rejected['detail'][0]}"
    fingerprint(kept)
    return "kept"


def work(pages: list[bytes], cases: range, slots: Sequence[float], pipe: object) -> None:
    """The child: case after case; says what came of each."""
    take(pages[0])
    for case in cases:
        payload, names = broken_page(pages, case)
        slots[1], slots[2] = _cpu_seconds(os.getpid()), _megabytes(os.getpid())
        slots[0] = case
        try:
            outcome = take(payload)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is what we hunt)
            frame = error.__traceback__
            while frame and frame.tb_next:
                frame = frame.tb_next
            where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else "?"
            outcome = f"raised {type(error).__name__} at {where}: {error}"[:300]
        seconds = _cpu_seconds(os.getpid()) - slots[1]
        slots[3] = _megabytes(os.getpid())
        pipe.send((case, names, outcome, seconds))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _megabytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def hunt(pages: list[bytes], first: int, count: int) -> tuple[list[Finding], collections.Counter[str], float, float]:
    """Run the cases; return what was found, how all ended, the CPU seconds of the slowest that ended, and the
    most megabytes that a worker held after a case."""
    context = multiprocessing.get_context("fork")
    found: list[Finding] = []
    outcomes: collections.Counter[str] = collections.Counter()
    slowest, largest = 0.0, 0.0
    said = time.monotonic()
    at, end = first, first + count
    while at < end:
        slots = context.RawArray("d", [-1.0, 0.0, 0.0, 0.0])
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=work, args=(pages, range(at, end), slots, theirs), daemon=True)
        child.start()
        theirs.close()
        what = None
        while what is None:
            ready = wait([ours, child.sentinel], timeout=0.2)
            if ours in ready:
                try:
                    case, names, outcome, seconds = ours.recv()
                except EOFError:
                    child.join()
                    what = f"ended with status {child.exitcode}" if child.exitcode else ""
                    continue
                slowest, largest = max(slowest, seconds), max(largest, slots[3])
                at = case + 1
                if time.monotonic() - said > SAY_SECONDS:
                    said = time.monotonic()
                    print(f"case {case}: {len(found)} findings, worker at {slots[3]:.0f} MB", flush=True)
                outcomes[outcome.partition(":")[0] if not outcome.startswith("raised") else "raised"] += 1
                if outcome.startswith(("raised", "invalid_row")) or seconds > CPU_SECONDS:
                    found.append(Finding(case, names, f"{outcome} ({seconds:.1f} CPU-s)"))
                    print(found[-1], flush=True)
            elif child.sentinel not in ready and slots[0] >= 0:
                try:
                    if _cpu_seconds(child.pid or 0) - slots[1] > 4 * CPU_SECONDS:
                        what = f"still busy after {4 * CPU_SECONDS:.0f} CPU-s"
                    elif _megabytes(child.pid or 0) - slots[2] > MEGABYTES:
                        what = f"needed more than {MEGABYTES:.0f} MB"
                except OSError:
                    pass
        if what:
            case = int(slots[0])
            found.append(Finding(case, broken_page(pages, case)[1], what))
            print(found[-1], flush=True)
            outcomes["killed"] += 1
            at = case + 1
        child.kill()
        child.join()
        if not what:
            break
    return found, outcomes, slowest, largest


def main() -> int:
    """Hunt, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", nargs="?", type=Path)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument(
        "--guided", metavar="TARGET", help="html, text, json-ld, values, normalise, listing, warc or row"
    )
    parser.add_argument("--seconds", type=int, default=60)
    words = parser.parse_args()
    if words.guided:
        from guided import guided

        return guided(words.guided, words.seconds, words.keep)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    warc = words.warc or (PAGES if PAGES.exists() else SEEDS)
    pages = pages_of(warc)
    found, outcomes, slowest, largest = hunt(pages, words.first, words.cases)
    print(f"{words.cases} cases from number {words.first}, made from {len(pages)} pages of {warc.name}")
    print("  ".join(f"{name} {count}" for name, count in outcomes.most_common()))
    print(f"slowest {slowest:.1f} CPU-s; worker at most {largest:.0f} MB; {len(found)} findings")
    if words.keep:
        words.keep.mkdir(parents=True, exist_ok=True)
        for finding in found:
            (words.keep / f"{finding.case}.html").write_bytes(broken_page(pages, finding.case)[0])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
