"""Which inputs a run read whole into the store: they need not be opened again for as long as they are as they were.

What belongs here: that ledger. What does not: finding inputs (``flows.ingesting.inputs``), and the comparison page by
page of what is opened (``tasks.shard.known_pages``).

An input is known by its path, size and time of change (in object storage by its tag), by how it is read, and by what
decides which of its pages become documents. A file that was changed without changing its size and its time is not
seen; ``--reread`` opens it. The ledger is void with another store or extractor, and where the store was set back; it
may be deleted at any time: then all is opened once more, and its pages are known.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from flows.options import DataFolder, IngestOptions
from tasks.sources import Input
from tasks.sources.locations import is_remote, local_path
from tasks.sources.strings import input_name
from tasks.store import Store
from tasks.version import EXTRACTOR

logger = logging.getLogger("broadsheet.ledger")
_DIGEST_DIGITS = 32  # of a SHA-256: 128 bits


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a store, for runs with the same options. ``known`` are digests of inputs."""

    file: Path
    store: Store
    options: IngestOptions
    known: frozenset[str]

    @classmethod
    def of(cls, data: DataFolder, options: IngestOptions) -> Ledger:
        """The ledger as it is now; empty where there is none, or none that counts."""
        file, store = _file(data), Store(data.store)
        try:
            held = json.loads(file.read_text())
            counts = held["extractor"] == EXTRACTOR and _is_later(store, held["store"], held["version"])
            return cls(file, store, options, frozenset(held["inputs"] if counts else ()))
        except (OSError, ValueError, KeyError, TypeError):
            return cls(file, store, options, frozenset())

    @classmethod
    def lacks(cls, data: DataFolder, options: IngestOptions, inputs: Sequence[Input]) -> bool:
        """Whether something is unread whatever the store says, which is not opened."""
        file = _file(data)
        try:
            noted = frozenset(json.loads(file.read_text())["inputs"])
        except (OSError, ValueError, KeyError, TypeError):
            noted = frozenset()
        return bool(cls(file, Store(data.store), options, noted).unread(inputs))

    def unread(self, inputs: Sequence[Input]) -> list[Input]:
        """Those that must be opened, in their order."""
        if self.options.reread:
            return list(inputs)
        return [one for one in inputs if not one.stamp or self._digest(one) not in self.known]

    def add(self, inputs: Iterable[Input], *, but: Set[str] = frozenset()) -> None:
        """Note inputs whose pages are all in the store: as they were before they were read.

        ``but``: those that were not read whole, as rejects name them. A ledger that cannot be written fails no run:
        without it, all is opened once more.
        """
        read = [one for one in inputs if one.stamp and input_name(one.path) not in but]
        new = {self._digest(one) for one in read} - self.known
        if not new:
            return
        try:
            with self.store.writing():
                self._write(new)
        except OSError as error:
            logger.warning("the ledger of inputs could not be written, all are opened by the next run: %s", error)

    def _write(self, new: Set[str]) -> None:
        identity, version = self.store.identity(), self.store.version()
        if identity is None or version is None:
            return
        # Another run may have noted some meanwhile.
        known = Ledger.of(self.options.folder, self.options).known | new
        said = {"extractor": EXTRACTOR, "store": identity, "version": version.number, "inputs": sorted(known)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(f".{os.getpid()}.new")
        try:
            beside.write_text(json.dumps(said, indent=0))
            beside.replace(self.file)
        finally:
            beside.unlink(missing_ok=True)

    def _digest(self, one: Input) -> str:
        path = one.path if is_remote(one.path) else str(Path(local_path(one.path)).absolute())
        options = self.options
        # Pages that were over a limit which is not the default are looked at again where it is another one.
        limits = [options.page_seconds, options.page_memory, options.memory_per_worker] if options.second_look else []
        decides = [replace(one, path=path).fingerprint, options.keep_all_pages, sorted(options.second_look), limits]
        return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:_DIGEST_DIGITS]


def _is_later(store: Store, identity: str, version: int) -> bool:
    """Whether the store is the one that was noted, no older than then."""
    if store.identity() != identity:
        return False
    now = store.version()
    return now is not None and now.number >= version


def _file(data: DataFolder) -> Path:
    if isinstance(data.store, Path):
        return data.store / "inputs.json"
    # A store in object storage takes in what several machines have, each under paths of its own.
    return data.root / f"inputs-{hashlib.sha256(str(data.store).encode()).hexdigest()[:16]}.json"
