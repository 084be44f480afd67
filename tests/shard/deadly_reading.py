"""The real work of a shard, but that reading some records kills the process: the supervisor is tested with it.

A record with ``DEADLY`` in it kills each time, one with ``UNLUCKY`` the first time alone, one with ``SLOW`` hangs,
and its clock is put back so that nobody needs to wait for it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasks.shard.job import ShardJob
from tasks.shard.progress import Progress
from tasks.shard.work import work_shard


def work(job: ShardJob, progress: Progress, alive: Callable[[], None]) -> None:
    import tasks.sources.jsonl
    import tasks.sources.pages
    import tasks.sources.tables
    import tasks.sources.warc

    def deadly(function: Callable[..., Any], seen: Callable[[Any], object]) -> Callable[..., Any]:
        def either(first: Any, *more: Any) -> Any:
            _die_of(str(seen(first)), job.folder, progress)
            return function(first, *more)

        return either

    tasks.sources.warc._page_of = deadly(tasks.sources.warc._page_of, lambda frame: frame.block)
    tasks.sources.jsonl._page_of = deadly(tasks.sources.jsonl._page_of, lambda line: line.data)
    tasks.sources.tables.page_of_row = deadly(tasks.sources.tables.page_of_row, lambda row: row)
    tasks.sources.pages.read_html_file = deadly(
        tasks.sources.pages.read_html_file, lambda path: Path(path).read_bytes()
    )
    work_shard(job, progress, alive)


def _die_of(content: str, folder: Path, progress: Progress) -> None:
    once = folder / "died.once"
    if "DEADLY" in content or ("UNLUCKY" in content and not once.exists()):
        once.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    if "SLOW" in content:
        progress._slots[2] -= 3600
        time.sleep(3600)
