"""Keeps what was fetched: first the WARC, durable, then the state, in batches, in one thread.

What belongs here: the order of the two, and rotation. What does not: what follows from an answer (``outcomes``).

A page counts as fetched when the state says so, and the state says so only of what is safe in a file, in the same
transaction as the file's length up to there. A harvester that dies between the two leaves records beyond that
length: the next one reads them back (``replay``), so that none is fetched again.

What was fetched under a lease that another harvester has now is not kept: that one fetches it, or did. It is cut off
the file again, whose state does not know of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tasks.harvest.client import Response
from tasks.harvest.counts import HarvestCounts
from tasks.harvest.outcomes import after_response
from tasks.harvest.records import Context, Written, write_exchange
from tasks.harvest.screening import IsRemoved, answer_names, nothing_is, screened
from tasks.harvest.source import HarvestError, HarvestSource
from tasks.harvest.state import LeaseLostError, Outcome, Page, State
from tasks.harvest.state.rows import REMOVED
from tasks.harvest.warc_file import ROTATE_BYTES, Shelf, WarcFile

_BATCH = 32
_WAITING = 32
"""Exchanges that may wait for the disk; then the requests wait."""
_BATCH_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A response to keep; of a page or listing, or of a robots.txt (no page)."""

    source: HarvestSource
    response: Response
    context: Context
    page: Page | None = None


class Keeper:
    """Takes exchanges and outcomes from the event loop. ``on_done`` is called there with each page, and whether it is
    kept; where not, its host is another harvester's now. ``is_removed`` tells what was taken out for good.
    """

    def __init__(
        self,
        state: State,
        shelf: Shelf,
        counts: HarvestCounts,
        on_done: Callable[[Page, bool], None],
        is_removed: IsRemoved = nothing_is,
    ) -> None:
        self._state, self._shelf, self._counts, self._on_done = state, shelf, counts, on_done
        self._is_removed = is_removed
        self._queue: asyncio.Queue[Exchange | Outcome] = asyncio.Queue(_WAITING)
        self._thread = ThreadPoolExecutor(1, "keeper")
        self._file: WarcFile | None = None
        self._serial = 0
        self._failure: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to keep, with a file under way from the first moment: were we to die, it tells whose leases are void.

        Raises ``HarvestError`` where none can be made.
        """
        try:
            self._file = await asyncio.get_running_loop().run_in_executor(self._thread, self._next_file)
        except OSError as error:
            self._failure = error
            self.check()
        self._task = asyncio.create_task(self._run())

    async def put(self, item: Exchange | Outcome) -> None:
        """Hand something over; waits while the disk is behind. Raises what keeping failed with."""
        self.check()
        await self._queue.put(item)

    def check(self) -> None:
        """Raise what keeping failed with, if it did."""
        if isinstance(self._failure, OSError):
            raise HarvestError(
                f"what was fetched cannot be kept in {self._shelf.folder}: {self._failure.strerror or self._failure}"
            ) from self._failure
        if self._failure is not None:
            raise self._failure

    async def drain(self) -> None:
        """Wait until everything handed over is kept. Raises what keeping failed with."""
        await self._queue.join()
        self.check()

    async def close(self) -> None:
        """Keep what is left and move the file into place; after a failure, leave it for the next harvest."""
        try:
            await self._queue.join()
        finally:
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
            if self._file is not None and self._failure is not None:
                self._file.abandon()
            elif self._file is not None:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._finish)
            self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._queue.get()]
            size = _size(batch[0])
            while len(batch) < _BATCH and size < _BATCH_BYTES and not self._queue.empty():
                batch.append(self._queue.get_nowait())
                size += _size(batch[-1])
            try:
                if self._failure is None:
                    for page, is_kept in await loop.run_in_executor(self._thread, self._keep, batch):
                        self._on_done(page, is_kept)
            except Exception as error:  # noqa: BLE001  (told by the next put)
                self._failure = error
            finally:
                for _ in batch:
                    self._queue.task_done()

    def _keep(self, batch: list[Exchange | Outcome]) -> list[tuple[Page, bool]]:
        """Keep a batch; its pages, and whether each is kept."""
        lost: list[Page] = []
        while True:
            try:
                return [(page, True) for page in self._note(batch)] + [(page, False) for page in lost]
            except LeaseLostError as error:
                if self._file is not None:
                    self._file.cut_back()
                lost += [page for page in _pages(batch) if (page.host, page.lease) in error.leases]
                kept = [page for page in _pages(batch) if page not in lost]
                batch = [item for item in batch if item.page is None or item.page in kept]
                for host, _ in sorted(error.leases):
                    self._counts.problem(f"{host}: another harvester took over, for this one stood still too long")

    def _note(self, batch: list[Exchange | Outcome]) -> list[Page]:
        records = bytearray()
        outcomes: list[Outcome] = []
        for item in batch:
            if isinstance(item, Outcome):
                outcomes.append(screened(item, self._is_removed))
                continue
            if item.page is None:
                records += write_exchange(item.response, item.context).data
                continue
            written, outcome = self._written(item, item.page)
            outcomes.append(outcome)
            if outcome.reason != REMOVED:  # else it leads to a page that was taken out, and would name it
                records += written.data
        if records:
            self._file = self._file or self._next_file()
            end = self._file.append(bytes(records))
            discovered = self._state.record(outcomes, self._file.name, end)
            self._file.committed = end
            if end >= ROTATE_BYTES:
                self._finish()
                self._file = self._next_file()
        else:
            discovered = self._state.record(outcomes)
        for outcome, new in zip(outcomes, discovered, strict=True):
            self._counts.note(outcome, new)
        return [outcome.page for outcome in outcomes]

    def _written(self, item: Exchange, page: Page) -> tuple[Written, Outcome]:
        names = page.role == "listing" and answer_names(item.response, self._is_removed)
        while True:
            context = replace(item.context, removed=names)
            written = write_exchange(item.response, context, page.earlier)
            outcome = screened(after_response(page, item.source, item.response, written), self._is_removed)
            if names or outcome.reason == REMOVED or not outcome.removed:
                return written, outcome
            names = True  # by a link that is relative, in an encoding of its own or the like

    def _next_file(self) -> WarcFile:
        self._serial += 1
        return WarcFile(self._shelf, self._serial)

    def _finish(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        if file.close() is not None:
            self._counts.files.append(file.name)
        self._state.forget_file(file.name)


def _pages(batch: list[Exchange | Outcome]) -> list[Page]:
    return [item.page for item in batch if item.page is not None]


def _size(item: Exchange | Outcome) -> int:
    return len(item.response.body) if isinstance(item, Exchange) else 0
