"""A data folder with a store and releases in it, made without the flows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from tasks.deduplication import place
from tasks.release import ReleaseFacts, write_release
from tasks.removal.carrying_out import Places, carry_out
from tasks.removal.harvested import Harvested
from tasks.removal.search import order_of, search
from tasks.removal.targets import read_targets
from tasks.schema import Documents
from tasks.storage import Location
from tasks.store import Store
from tests.rows import document, documents, file_of, reject, rejects


@dataclass
class DataFolder:
    """``data/`` of a test."""

    root: Path

    @property
    def store(self) -> Store:
        return Store(self.root / "store")

    @property
    def places(self) -> Places:
        names = ("store", "releases", "work", "broadsheet.log")
        return Places(*(self.root / name for name in names), Harvested(self.root / "harvest"))

    def ingest(self, run_id: str, rows: list[dict[str, Any]], rejected: list[dict[str, Any]] | None = None) -> None:
        folder = self.root.parent / run_id
        folder.mkdir()
        made = [row | {"run_id": run_id} for row in rows]
        refused = [row | {"run_id": run_id} for row in rejected or []]
        funnel = {"read": len(made) + len(refused), "unchanged": 0}
        self.store.append(
            run_id,
            [file_of(documents(*made), folder / "documents.parquet")],
            [file_of(rejects(*refused), folder / "rejects.parquet")],
            {"funnel": funnel},
        )

    def publish(self, version: str, **kwargs: Any) -> Location:
        store, placements = self.store, self.root.parent / f"placements-{version}.parquet"
        held = store.version()
        assert held is not None
        place(store.documents(held)).write_parquet(placements)
        runs = [run.facts["funnel"] for run in store.versions() if run.number <= held.number]
        gone = [removal.facts["removal"] for removal in store.removals()]
        facts = ReleaseFacts(
            store_version=held.number,
            rejects_version=held.rejects,
            published_on=date(2026, 11, 23),
            pages_read=sum(funnel["read"] for funnel in runs),
            pages_removed=sum(removal["documents"] + removal["rejects"] for removal in gone),
        )
        where: dict[str, Any] = {"releases": self.places.releases, "version": version, "facts": facts}
        return write_release(store.documents(held), placements, store.rejects(held), **where, **kwargs)

    def remove(self, *words: str, with_copies: bool = False) -> list[str]:
        """Remove for good; returns what was said."""
        targets = read_targets(words)
        found = search(targets, self.store, self.places.releases, with_copies=with_copies)
        said: list[str] = []
        carry_out(order_of(targets, found, "rights"), self.places, said.append)
        return said

    def holding(self, *words: str) -> list[str]:
        """The files below the folder in which one of the words stands: in their bytes, or in any value of Parquet."""
        return sorted(
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_file() and any(word in everything_in(path) for word in words)
        )


SECRET = "zebrafinch"


def fill(made: DataFolder) -> None:
    """Two runs, a release after each. ``secret`` has two texts; ``original`` two copies elsewhere."""
    original = page("original", "The ferry runs again.", 2)
    made.ingest(
        "run-1",
        [
            page(f"{SECRET}-1", f"A {SECRET} sang.", 2),
            original,
            copy_of(original, "copy-1"),
            page("other", "Snow fell."),
        ],
        [reject(url="https://example.com/list"), reject(url=f"https://example.com/{SECRET}-1?utm_source=x")],
    )
    made.publish("1")
    made.ingest(
        "run-2",
        [
            page(f"{SECRET}-1", f"Another {SECRET} sang.", 2),
            copy_of(original, "copy-2", "example.net", 5),
            page("plain", "A quiet day.", 6, "example.net"),
        ],
    )
    made.publish("2")


def everything_in(path: Path) -> str:
    """A file's bytes as text; of Parquet also its footer, statistics, and every value unpacked."""
    found = path.read_bytes().decode("utf-8", errors="replace")
    if path.suffix == ".parquet":
        file = pq.ParquetFile(path)
        found += str(file.metadata.to_dict()) + str(file.schema_arrow) + str(file.read().to_pylist())
    return found


def page(name: str, text: str, month: int = 3, domain: str = "example.com", **values: Any) -> dict[str, Any]:
    """A document of ``https://www.DOMAIN/NAME``, published in 2026."""
    url = f"https://{domain}/{name}"
    row = document(url, text, host=domain, domain=domain, headline=f"Headline {name}", ingest_month="2026-03")
    moment = pl.Series(["2026-01-05T08:00:00Z"]).str.to_datetime(time_zone="UTC")[0].replace(month=month)
    return row | {"published_at": moment} | values


def copy_of(row: dict[str, Any], name: str, domain: str = "example.org", month: int = 4) -> dict[str, Any]:
    """The same text at another URL."""
    made = page(name, row["text"], month, domain)
    edge = {
        "document_id": row["document_id"],
        "match": "exact",
        "similarity": 1.0,
        "containment": 1.0,
        "containment_of_other": 1.0,
        "recomputed": True,
    }
    payload = hashlib.sha256(name.encode()).hexdigest()
    return made | {"match_edges": [edge], "payload_sha256": payload}


__all__ = ["SECRET", "DataFolder", "Documents", "copy_of", "everything_in", "page", "reject"]
