"""Harvest against a server on this machine: pages a second and memory, delays kept, nothing lost after kill -9.

    python bench/harvest.py [--quick] [--part speed|delays|kills]

1. 20 hosts with 500 pages of 30 kB each, every answer 50 ms late, no delay between requests, four at once to a host.
   The peer in the same run is bare aiohttp: the same URLs, as many at once, bodies read and thrown away; no robots.txt,
   no feed, no WARC, no state. Both share the two cores with the server, whose CPU seconds are told too.
2. The same hosts with a delay of 0.2 s: the smallest gap between two requests to one host, from the server's log.
3. 20 harvests of 20 hosts with 100 pages killed (-9) at random moments, then one to the end: each page must be in the
   finished WARCs once.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
AGENT = "broadsheet-bench/1 (+mailto:bench@example.org)"
AT_ONCE = 4

HARVEST = """
import json, sys
from pathlib import Path
from tasks.harvest import HarvestSettings, HarvestSource, harvest
hosts, port, delay, folder = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])
names = [f"h{number}.example.org" for number in range(hosts)]
sources = [
    HarvestSource(name.partition(".")[0], "feed", (f"http://{name}:{port}/feed.xml",), sys.argv[5], delay=delay,
                  concurrency=int(sys.argv[6]), allow_hosts=frozenset([name]))
    for name in names
]
settings = HarvestSettings(connections=200, hosts=dict.fromkeys(names, "127.0.0.1"), patience=0)
print(json.dumps(harvest(sources, folder, settings).as_dict()))
"""

BARE = """
import asyncio, aiohttp, sys
hosts, port, pages, at_once = (int(word) for word in sys.argv[1:])
async def main():
    class Names(aiohttp.abc.AbstractResolver):
        async def resolve(self, host, port=0, family=0):
            return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]
        async def close(self): pass
    connector = aiohttp.TCPConnector(limit=0, resolver=Names())
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        async def work(host, numbers):
            for number in numbers:
                async with session.get(f"http://h{host}.example.org:{port}/{number}") as answer:
                    await answer.read()
        await asyncio.gather(*(work(host, iter(range(start, pages, at_once)))
                               for host in range(hosts) for start in range(at_once)))
asyncio.run(main())
"""


@dataclass(frozen=True)
class Measured:
    """One process: wall seconds, CPU seconds, the largest memory (MB) in each fifth of its time, what it printed."""

    seconds: float
    cpu: float
    memory: list[float]
    out: str


@contextmanager
def server(hosts: int, pages: int, folder: Path) -> Iterator[tuple[int, Path, subprocess.Popen[str]]]:
    log = folder / f"server-{hosts}-{pages}-{time.monotonic_ns()}.log"
    words = [sys.executable, str(ROOT / "bench/news_hosts.py"), str(hosts), str(pages), "50", str(log)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), log, process
    finally:
        process.kill()
        process.wait()


def start(code: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def memory_of(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(found[0]) / 1000 if found else 0.0


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def measure(process: subprocess.Popen[str]) -> Measured:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    samples: list[float] = []
    while process.poll() is None:
        samples.append(memory_of(process.pid))
        time.sleep(0.05)
    seconds = time.monotonic() - began
    out, err = process.communicate()
    if process.returncode:
        sys.exit(err)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    fifth = max(len(samples) // 5, 1)
    return Measured(seconds, cpu, [max(samples[at : at + fifth]) for at in range(0, fifth * 5, fifth)], out)


def speed(hosts: int, pages: int, folder: Path) -> None:
    whole = hosts * pages
    load = os.getloadavg()[0]
    with server(hosts, pages, folder) as (port, _, process):
        ours = measure(start(HARVEST, hosts, port, 0, folder / "speed", AGENT, AT_ONCE))
        server_cpu = cpu_of(process.pid)
        bare = measure(start(BARE, hosts, port, pages, AT_ONCE))
    report = json.loads(ours.out)
    assert report["total"]["fetched"] == whole, report["total"]
    warcs = sum(path.stat().st_size for path in (folder / "speed").glob("*.warc.gz"))
    print(f"{hosts} hosts x {pages} pages of 30 kB, 50 ms latency, {AT_ONCE} at once to a host")
    print(f"others' load on the machine's {os.cpu_count()} cores when it began: {load:.1f}")
    print(f"{'':28}{'pages/s':>9}{'CPU-s':>8}{'pages/CPU-s':>13}{'peak MB':>9}")
    print(
        f"{'broadsheet harvest, to WARC':28}{whole / ours.seconds:9.0f}{ours.cpu:8.1f}{whole / ours.cpu:13.0f}"
        f"{max(ours.memory):9.0f}"
    )
    print(
        f"{'bare aiohttp, thrown away':28}{whole / bare.seconds:9.0f}{bare.cpu:8.1f}{whole / bare.cpu:13.0f}"
        f"{max(bare.memory):9.0f}"
    )
    print(f"the process's start is in the figures; without it {whole / report['seconds']:.0f} pages/s")
    print(f"memory by fifths of the time, MB: {', '.join(f'{value:.0f}' for value in ours.memory)}")
    print(f"the server took {server_cpu:.1f} CPU-s beside ours; the WARCs have {warcs / 1e6:.0f} MB")


def delays(hosts: int, pages: int, delay: float, folder: Path) -> None:
    with server(hosts, pages, folder) as (port, log, _):
        measure(start(HARVEST, hosts, port, delay, folder / "delays", AGENT, 1))
        time.sleep(0.2)
        came = defaultdict(list)
        for line in log.read_text().splitlines():
            at, left, host, _ = line.split()
            came[host].append((float(at), float(left)))
    gaps = [later[0] - earlier[0] for hits in came.values() for earlier, later in itertools.pairwise(sorted(hits))]
    assert len(gaps) == hosts * (pages + 1)  # robots.txt, the feed, the pages
    print(
        f"\ndelay of {delay:.1f} s, {hosts} hosts: {len(gaps)} gaps between requests to one host, by the server's log"
    )
    print(
        f"smallest {min(gaps):.3f} s, largest {max(gaps):.3f} s, closer than the delay: {sum(g < delay for g in gaps)}"
    )


def kills(hosts: int, pages: int, times: int, folder: Path) -> None:
    moments = random.Random(20)
    killed = 0
    with server(hosts, pages, folder) as (port, log, _):
        for _ in range(times):
            process = start(HARVEST, hosts, port, 0, folder / "kills", AGENT, AT_ONCE)
            lines = len(log.read_text().splitlines())
            until, patience = lines + moments.randint(0, 2 * hosts * pages // times), time.monotonic() + 30
            while process.poll() is None and time.monotonic() < patience:
                if len(log.read_text().splitlines()) >= until:
                    break
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.1))
            killed += process.poll() is None
            process.kill()
            process.communicate()
        before = len(list((folder / "kills").glob("*.warc.gz")))
        measure(start(HARVEST, hosts, port, 0, folder / "kills", AGENT, AT_ONCE))
        time.sleep(0.2)
        asked = Counter(tuple(line.split()[2:]) for line in log.read_text().splitlines())
    kept = Counter(pages_in(folder / "kills"))
    wanted = {f"http://h{host}.example.org:{port}/{number}" for host in range(hosts) for number in range(pages)}
    print(
        f"\n{times} harvests of {hosts} x {pages} pages killed at random moments ({killed} of them while they worked)"
    )
    print(
        f"pages in no WARC: {len(wanted - set(kept))}, in two: {sum(count > 1 for count in kept.values())}, "
        f"in one: {sum(count == 1 for count in kept.values())} of {len(wanted)}; "
        f"asked for more than once: {sum(count > 1 for (_, path), count in asked.items() if path[1:].isdigit())}"
    )
    print(f"WARCs taken over from the dead: {before} before the last harvest began")
    assert set(kept) == wanted
    assert max(kept.values()) == 1


def pages_in(folder: Path) -> Iterator[str]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                url = record.headers["WARC-Target-URI"]
                if url.rpartition("/")[2].isdigit():
                    yield url


def main() -> None:
    """Run the three and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the pages, five kills")
    parser.add_argument("--part", choices=("speed", "delays", "kills"), help="only this one")
    words = parser.parse_args()
    quick, wanted = words.quick, (words.part,) if words.part else ("speed", "delays", "kills")
    with tempfile.TemporaryDirectory(prefix="bench-harvest-") as name:
        folder = Path(name)
        if "speed" in wanted:
            speed(20, 50 if quick else 500, folder)
        if "delays" in wanted:
            delays(20, 5 if quick else 20, 0.2, folder)
        if "kills" in wanted:
            kills(20, 20 if quick else 100, 5 if quick else 20, folder)


if __name__ == "__main__":
    main()
