"""Work that kills its process in the ways a page can: what the supervisor is tested with.

A record's page says what it does. Records are the lines of the shard's one file.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tasks.shard.job import Counts, Journal, ShardJob
from tasks.shard.progress import Phase, Progress


def work(job: ShardJob, progress: Progress, _alive: Callable[[], None]) -> None:
    journal = Journal.read(job.folder)
    lines = Path(job.shard.paths[0]).read_text().split()
    size = 4
    first = journal.next_record
    while first < len(lines):
        end = first + (1 if first < journal.careful_until else size)
        batch = lines[first : journal.begin_at if first < journal.begin_at < end else end]
        for number, line in enumerate(batch, first):
            progress.enter(Phase.EXTRACTING, number)
            if number not in journal.culprits:
                _do(line, "extract", job.folder)
        progress.enter(Phase.WRITING, first)
        for number, line in enumerate(batch, first):
            if number not in journal.culprits:
                _do(line, "write", job.folder)
        with (job.folder / "done.txt").open("a") as file:
            file.writelines(f"{journal.culprits.get(n, [line])[0]}\n" for n, line in enumerate(batch, first))
        first += len(batch)
        journal.next_record = first
        journal.counts += Counts(read=len(batch), documents=len(batch))
        journal.write(job.folder)
        progress.count(journal.counts)
    journal.done = True
    journal.write(job.folder)


_held: list[bytes] = []


def _do(line: str, phase: str, folder: Path) -> None:
    once = folder / f"{line}.once"
    if line == ("killed-once" if phase == "extract" else "killed-once-in-write") and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if line == f"segfault-in-{phase}":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif line == f"hang-in-{phase}":
        while True:
            pass
    elif line == f"wait-in-{phase}":
        time.sleep(3600)
    elif line == "waits-for-a-processor":
        time.sleep(2)
    elif line == f"eat-in-{phase}":
        eaten = []
        while True:
            # At leisure: whoever watches it may be kept waiting by other processes, and this machine has other uses.
            eaten.append(b"x" * (20_000_000 + len(eaten)))
            time.sleep(0.05)
    elif line == "holds-on":
        _held.append(b"x" * 50_000_000)
        time.sleep(0.3)  # so that whoever watches sees it
    elif line == "full-disk":
        raise OSError(28, "No space left on device")
