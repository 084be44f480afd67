"""Which inputs a run read whole into the store: they need not be opened again for as long as they are as they were.

What belongs here: that ledger. What does not: finding inputs (``flows.inputs``), and the comparison page by page of
what is opened (``tasks.shard.known_pages``).

An input is known by its path, size and time of change (in object storage by its tag), by how it is read, and by what
decides which of its pages become documents. A file that was changed without changing its size and its time is not
seen; ``--reread`` opens it. The ledger is void with another store or extractor, and where the store was set back; it
may be deleted at any time: then all is opened once more, and its pages are known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.options import DataFolder, IngestOptions
from tasks.sources import Input
from tasks.store import Store
from tasks.version import EXTRACTOR

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

    def unread(self, inputs: Sequence[Input]) -> list[Input]:
        """Those that must be opened, in their order."""
        if self.options.reread:
            return list(inputs)
        return [one for one in inputs if not one.stamp or self._digest(one) not in self.known]

    def add(self, inputs: Iterable[Input]) -> None:
        """Note inputs whose pages are all in the store: as they were before they were read."""
        identity, version = self.store.identity(), self.store.version()
        new = {self._digest(one) for one in inputs if one.stamp} - self.known
        if not new or identity is None or version is None:
            return
        # Another run may have noted some meanwhile.
        known = self.of_same_store().known | new
        said = {"extractor": EXTRACTOR, "store": identity, "version": version.number, "inputs": sorted(known)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(said, indent=0))
        beside.replace(self.file)

    def of_same_store(self) -> Ledger:
        """This ledger as it is on disk now."""
        return type(self).of(self.options.folder, self.options)

    def _digest(self, one: Input) -> str:
        decides = [one.fingerprint, self.options.keep_all_pages, sorted(self.options.second_look)]
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
