"""Small stores to make releases from: documents, placements and rejects with the least written out."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.release import ReleaseFacts, Selection, write_release
from tasks.schema import Documents, Placements, Rejects

DAY = date(2026, 11, 23)
FACTS = ReleaseFacts(store_version=7, rejects_version=3, code_version="0.1.0", published_on=DAY)


def article_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://news.example.com/{name}"))


def document(
    name: str, published: str | None = "2022-02-02T18:14:00", revision: int = 1, **values: Any
) -> dict[str, Any]:
    """One row of the store; ``name`` stands for its URL, ``revision`` for which text it is."""
    text = values.pop("text", f"The harbour reopened: {name}, text {revision}.")
    url = f"https://news.example.com/{name}"
    row: dict[str, Any] = dict.fromkeys(Documents.column_names())
    row |= {
        "document_id": str(uuid.uuid5(uuid.UUID(article_id(name)), text)),
        "article_id": article_id(name),
        "url": url,
        "canonical_url": url,
        "host": "news.example.com",
        "domain": "example.com",
        "headline": f"Headline of {name}",
        "alternative_headlines": [],
        "text": text,
        "word_count": len(text.split()),
        "language": "en",
        "keywords": ["harbour"],
        "page_type": "article",
        "authors": ["Ada Marlow"],
        "author_details": [{"name": "Ada Marlow", "type": "Person", "url": None, "image_url": None}],
        "published_at": datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None,
        "images": [],
        "publisher": {"name": "Example News"},
        "field_sources": [{"field": "headline", "source": "json-ld"}],
        "ingested_at": datetime(2026, 11, 22, 2, tzinfo=UTC),
        "run_id": "20261122T020000Z-5f3a9c",
        "input": "pages.warc.gz",
        "payload_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "extractor": "broadsheet 0.1.0",
        "text_sha256": hashlib.sha256(text.lower().encode()).hexdigest(),
        "fingerprint_version": 1,
        "shingle_count": 2,
        "signature": None,
        "bands": None,
        "match_edges": [],
        "ingest_month": "2026-11",
    }
    return row | values


def reject(url: str, reason: str = "not_an_article", stage: str = "classify", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(Rejects.column_names())
    row |= {
        "url": url,
        "input": "pages.warc.gz",
        "stage": stage,
        "reason": reason,
        "ingested_at": datetime(2026, 11, 22, 2, tzinfo=UTC),
        "run_id": "20261122T020000Z-5f3a9c",
        "extractor": "broadsheet 0.1.0",
    }
    return row | values


@dataclass
class Store:
    """What a store version hands to ``write_release``."""

    folder: Path
    documents: list[dict[str, Any]] = field(default_factory=list)
    placements: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def article(self, name: str, *args: Any, cluster_size: int = 1, table: str = "articles", **values: Any) -> None:
        row = document(name, *args, **values)
        self.documents.append(row)
        self.placements.append(
            dict.fromkeys(Placements.column_names())
            | {"document_id": row["document_id"], "article_id": row["article_id"], "table": table, "revision": 1}
            | {"cluster_id": row["article_id"], "cluster_size": cluster_size}
            | {"revision": args[1] if len(args) > 1 else values.get("revision", 1)}
        )

    def copy(self, name: str, of: str, *args: Any, **values: Any) -> None:
        self.article(name, *args, table="copies", cluster_size=2, **values)
        self.placements[-1] |= {"cluster_id": article_id(of), "copy_of": article_id(of), "match": "near"}
        self.placements[-1] |= {"similarity": 0.83, "containment": 0.97}

    def publish(self, version: str | None = None, **kwargs: Any) -> Path:
        """A release of the store as it is now, in ``folder/releases``."""
        paths = {name: self.folder / f"{name}.parquet" for name in ("documents", "placements", "rejects")}
        tables = {"documents": Documents, "placements": Placements, "rejects": Rejects}
        for name, table in tables.items():
            rows = pl.DataFrame(getattr(self, name), schema=table.create_empty().schema)
            rows.write_parquet(paths[name], row_group_size=7)
        settings: dict[str, Any] = {"releases": self.folder / "releases", "facts": FACTS, "selection": Selection()}
        return write_release(
            pl.scan_parquet(paths["documents"]),
            paths["placements"],
            pl.scan_parquet(paths["rejects"]),
            version=version,
            **(settings | kwargs),
        )


def small_store(folder: Path) -> Store:
    """Three articles in two months and without a date, one copy, one earlier revision, two rejects."""
    store = Store(folder)
    store.article("storm", "2022-02-02T18:14:00", 2)
    store.article("storm", "2022-02-02T18:14:00", 1, table="revisions")
    store.article("harbour", "2022-03-01T08:00:00", cluster_size=2, language="fr")
    store.copy("harbour-again", "harbour", "2022-03-01T09:00:00", language="fr", domain="example.org")
    store.article("undated", None)
    store.rejects = [
        reject("https://example.com/"),
        reject("https://example.com/cart", reason="no_content", stage="extract"),
    ]
    return store
