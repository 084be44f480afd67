"""Kills runs at random moments, has the next run finish, and compares with a run that nobody disturbed.

    nice -n 10 python bench/crashes.py --pages 200          (50 kills; about a quarter of an hour on two busy cores)
    python bench/crashes.py [WARC] [--kills 50] [--seed 1]  (default: ../shared/eval/dev/pages.warc.gz, all its pages)

``kill -9`` goes to the run's own process, to one of its workers, or to the engine's embedded server: a third of the
kills each, at a random moment of a random step (a worker lives during one step alone). A kill that came too late, when
its victim had ended by itself, is no kill, and is dealt again. Up to four kills hit the same data folder: several
workers of one run, one run after another. Whatever is left of a killed run must end by itself. Then, after a run left
in peace, the store and the release must equal those of the undisturbed run:

* the store: every row of documents and rejects, all columns, whatever their order;
* the release: every file, byte for byte.

Data folders in which the server is killed have an embedded one in each run; the others use one Prefect server, as a
team would. So that even ``run_id`` and ``ingested_at`` can be compared, each disturbed run is begun under the identity
of the undisturbed one (its ``run.json`` is laid into the new data folder, as if that run had died at once).
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PAGES = ROOT / "../shared/eval/dev/pages.warc.gz"
PR_SET_CHILD_SUBREAPER = 36
STEPS = ("Start the engine", "Plan", "Read and extract", "Deduplicate", "Commit", "Cluster", "Publish")
VICTIMS = ("flow", "worker", "server")
KILLS_A_FOLDER = 4
PATIENCE = 600.0  # seconds that a run may take after its worker or its server was killed
END_BY_ITSELF = 60.0  # seconds that what is left of a killed run may take to notice it
READING = "Read and extract"


@dataclass
class Run:
    """A run under way: its process, and when each step ended (seconds from the start)."""

    words: list[str]
    environment: dict[str, str]
    ended: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it, and listen to what it says of its steps."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.words, cwd=ROOT, env=self.environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            step = next((name for name in STEPS if line.startswith(f"{name} done")), None)
            if step:
                self.ended[step] = time.monotonic() - self.began
            elif not line.startswith((*STEPS, "Wait for the store")):  # a step that goes on, or failed
                self.errors.append(line.strip())

    def wait_for(self, step: str | None) -> bool:
        """Wait until a step has ended; false where the run ended before."""
        while step is not None and step not in self.ended:
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return True


def descendants(pid: int) -> dict[int, str]:
    """The processes that a process started, and theirs: number and command line."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            waiting.append(child)
            try:
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return found


def victims(run: Run, wanted: str) -> list[int]:
    """The processes of a kind that the run has now."""
    if run.process.poll() is not None:
        return []
    if wanted == "flow":
        return [run.process.pid]
    below = descendants(run.process.pid)
    if wanted == "worker":
        return [pid for pid in below if name_of(pid) == "shard-worker"]
    # The embedded server is forked from the run, as the fork server is, so it has the run's own command line.
    own = Path(f"/proc/{run.process.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return [pid for pid, words in below.items() if words == own and name_of(pid) not in {"fork-server", "shard-worker"}]


def name_of(pid: int) -> str:
    """What a process calls itself."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def some_records(warc: Path, count: int, folder: Path) -> Path:
    """A WARC of ``count`` records, evenly taken from another."""
    from fastwarc.warc import ArchiveIterator

    with warc.open("rb") as file:
        starts = [record.stream_pos for record in ArchiveIterator(file, parse_http=False)]
    data = warc.read_bytes()
    ends = [*starts[1:], len(data)]
    chosen = range(0, len(starts), max(len(starts) // count, 1))
    smaller = folder / warc.name
    smaller.write_bytes(b"".join(data[starts[place] : ends[place]] for place in chosen))
    return smaller


def outliving(known: set[int]) -> list[str]:
    """Wait until all that a killed run left has ended; the command lines of what did not, and is ended now.

    It became ours (see ``main``), so that its end can be seen here.
    """
    deadline = time.monotonic() + END_BY_ITSELF
    while left := {pid: words for pid, words in descendants(os.getpid()).items() if pid not in known}:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if time.monotonic() > deadline:
            for pid in left:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            found = [words for words in left.values() if words]  # a zombie has none
            deadline += END_BY_ITSELF
            if found:
                return found
        time.sleep(0.05)
    return []


def sums(release: Path) -> dict[str, str]:
    """SHA-256 of every file of a release."""
    return {
        str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.rglob("*"))
        if path.is_file()
    }


def differences(data: Path, reference: Path) -> list[str]:
    """What a data folder has otherwise than the reference; nothing is what it should be."""
    from polars.testing import assert_frame_equal

    from tasks.store import Store

    found = []
    ours, theirs = Store(data / "store"), Store(reference / "store")
    for name, key in (("documents", ["document_id"]), ("rejects", ["input", "record_offset", "reason"])):
        frames = [getattr(store, name)(store.version()).sort(key).collect() for store in (ours, theirs)]
        lost = len(frames[1].join(frames[0], on=key, how="anti", nulls_equal=True))
        twice = len(frames[0]) - frames[0].select(key).n_unique()
        if lost or twice:
            found.append(f"{name}: {lost} rows lost, {twice} twice")
            continue
        try:
            assert_frame_equal(*frames)
        except AssertionError as error:
            found.append(f"{name}: {str(error).splitlines()[0]}")
    releases = [sorted((folder / "releases").glob("2*")) for folder in (data, reference)]
    if [path.name for path in releases[0]] != [path.name for path in releases[1]]:
        return [*found, f"releases {[path.name for path in releases[0]]}, not {[path.name for path in releases[1]]}"]
    for mine, other in zip(*releases, strict=True):
        one, two = sums(mine), sums(other)
        found += [f"{mine.name}/{name} differs" for name in sorted({*one, *two}) if one.get(name) != two.get(name)]
    found += [f"left behind: {path.name}" for path in (data / "work").iterdir()]
    found += [f"left behind: {path.name}" for path in (data / "releases").glob(".building*")]
    return found


class Trial:
    """The runs of one benchmark, and what came of them."""

    def __init__(self, warc: Path, folder: Path, dice: random.Random) -> None:
        self.warc, self.folder, self.dice = warc, folder, dice
        self.kills: Counter[str] = Counter()
        self.moments: Counter[str] = Counter()
        self.went_on = 0
        self.bad: list[str] = []
        self.lengths: dict[str, float] = {}
        self.known = set(descendants(os.getpid()))
        self.embedded = {**os.environ, "PREFECT_HOME": str(folder / "engine"), "COLUMNS": "200"}
        self.reference = folder / "reference"

    @contextmanager
    def server(self) -> Iterator[None]:
        """A Prefect server of the trial's own, on this machine alone."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}/api"
        self.shared = {**self.embedded, "PREFECT_HOME": str(self.folder / "server"), "PREFECT_API_URL": url}
        words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        environment = {**self.shared, "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(words, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
        try:
            for _ in range(600):
                with suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):
                    break
                time.sleep(0.5)
            self.known = {server.pid, *descendants(os.getpid())}
            yield
        finally:
            for pid in descendants(os.getpid()):  # the server, and the runs of a benchmark that is ended before its end
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            server.wait()

    def run(self, data: Path, *, embedded: bool = False) -> Run:
        """A run on the pages into a data folder, not yet started."""
        words = [sys.executable, "-m", "flows", "run", str(self.warc), "--data", str(data)]
        return Run(words, self.embedded if embedded else self.shared)

    def undisturbed(self) -> None:
        """The reference, the identity it ran under, and how long its steps took."""
        run = self.run(self.reference)
        run.start()
        identity = None
        while run.process.poll() is None:
            for file in self.reference.glob("work/*/run.json"):
                if identity is None:
                    identity = (file.parent.name, file.read_bytes())
            time.sleep(0.05)
        run.listener.join()
        if run.process.returncode or identity is None:
            sys.exit("the undisturbed run failed: " + "\n".join(run.errors))
        self.identity = identity
        self.measure(run)
        self.seconds = run.ended[STEPS[-1]]

    def measure(self, run: Run) -> None:
        """How long the steps take at present, by a run that began with nothing done: the machine may be shared."""
        ends = [0.0, *(run.ended[step] for step in STEPS if step in run.ended)]
        self.lengths |= {step: end - start for step, start, end in zip(STEPS, ends, ends[1:], strict=False)}

    def disturbed(self, number: int, wanted: list[str]) -> list[str]:
        """One data folder: some kills, then a run in peace, then the comparison. Returns the kills that came too late.

        Workers are killed in the order of their moments and their run goes on; a flow or a server ends it.
        """
        data = self.folder / f"case-{number}"
        work = data / "work" / self.identity[0]
        work.mkdir(parents=True)
        (work / "run.json").write_bytes(self.identity[1])
        self.said: list[str] = []
        wrong: list[str] = []
        late, embedded, waiting = [], "server" in wanted, list(wanted)
        status: int | None = None
        while waiting:
            run = self.run(data, embedded=embedded)
            run.start()
            began_with = len(self.said)
            while waiting and (victim := waiting.pop(0)):
                if not self.kill(run, victim):
                    late.append(victim)
                elif victim != "worker":
                    break
            try:
                status = run.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                wrong.append(f"hung after {self.said[-1:]}")
                run.process.kill()
                status = run.process.wait()
            run.listener.join()
            if not began_with:
                self.measure(run)
            if status and len(self.said) > began_with and status != -signal.SIGKILL:
                self.said[-1] += f" (status {status}: {(run.errors or ['no word'])[-1].replace(str(data), 'data')})"
                if len(run.errors) != 1:
                    wrong.append(f"{len(run.errors)} lines of errors, not one, after {self.said[-1]}: {run.errors[:3]}")
            elif status == 0 and len(self.said) > began_with:
                self.went_on += 1
            wrong += [f"outlived {self.said[-1:]}: {words}" for words in outliving(self.known)]
        if status != 0:
            last = self.run(data, embedded=embedded)
            last.start()
            status = last.process.wait()
            last.listener.join()
            outliving(self.known)
            wrong += [f"the next run ended with status {status}: {last.errors[-1:]}"] if status else []
        wrong += [] if status else differences(data, self.reference)
        self.bad += [f"case {number} ({', '.join(self.said)}): {what}" for what in wrong]
        print(f"case {number}: {', '.join(self.said) or 'nothing killed'}: {'; '.join(wrong) or 'equal'}", flush=True)
        shutil.rmtree(data)
        return late

    def kill(self, run: Run, victim: str) -> bool:
        """Kill one process of a run at some moment that is still to come; false where it ended before that."""
        ahead = [name for name in STEPS if name not in run.ended] or STEPS[-1:]
        step = READING if victim == "worker" else self.dice.choice(ahead)
        if not run.wait_for(STEPS[STEPS.index(step) - 1] if step != STEPS[0] else None):
            return False
        moment = time.monotonic() + self.dice.random() * self.lengths[step]
        while time.monotonic() < moment and not (victim == "worker" and step in run.ended):
            time.sleep(0.02)
        while not (found := victims(run, victim)):  # a worker or a server may not be there yet
            if run.process.poll() is not None or (victim == "worker" and step in run.ended):
                return False
            time.sleep(0.02)
        struck = next((name for name in STEPS if name not in run.ended), STEPS[-1])
        os.kill(self.dice.choice(found), signal.SIGKILL)
        self.kills[victim] += 1
        self.moments[struck] += 1
        self.said.append(f"{victim} in {struck}")
        return True


def main() -> int:
    """Kill, run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", nargs="?", type=Path, default=PAGES)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--pages", type=int, help="only so many records of the WARC, evenly taken")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    if not words.warc.exists():
        sys.exit(f"{words.warc} is not here: name a WARC of pages to run on")
    # What a killed run leaves behind becomes ours, so that it can be ended by its number.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what it started, too
    with tempfile.TemporaryDirectory() as folder:
        warc = words.warc.resolve()
        if words.pages:
            warc = some_records(warc, words.pages, Path(folder))
        trial = Trial(warc, Path(folder), random.Random(words.seed))
        deck = [VICTIMS[number % len(VICTIMS)] for number in range(words.kills)]
        trial.dice.shuffle(deck)
        number = 0
        with trial.server():
            trial.undisturbed()
            print(f"undisturbed: {trial.seconds:.0f} s, {words.pages or 'all'} pages of {warc.name}", flush=True)
            while deck and number < 2 * words.kills:
                number += 1
                hand = trial.dice.randint(1, KILLS_A_FOLDER)
                drawn, deck = deck[:hand], deck[hand:]
                deck += trial.disturbed(number, drawn)
    print(f"{sum(trial.kills.values())} kills in {number} data folders: {dict(trial.kills)}")
    print("in step: " + ", ".join(f"{step} {trial.moments[step]}" for step in STEPS))
    print(f"runs that came to their end by themselves after their workers were killed: {trial.went_on}")
    print("\n".join(trial.bad) or "0 rows lost, 0 rows twice, 0 files that differ")
    return 1 if trial.bad else 0


if __name__ == "__main__":
    sys.exit(main())
