"""Valid rows of the store's tables, for tests that only care about a few columns."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.schema import Documents, Rejects

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def document(url: str = "https://example.com/a", text: str = "One text.", **values: Any) -> dict[str, Any]:
    """One row of ``Documents``; everything not given is null, empty or derived from the URL and the text."""
    article_id = uuid.uuid5(uuid.NAMESPACE_URL, url)
    text_sha256 = hashlib.sha256(text.encode()).hexdigest()
    row: dict[str, Any] = {
        name: [] if isinstance(column.dtype, pl.List) and not column.nullable else None
        for name, column in Documents.columns().items()
    }
    row |= {
        "document_id": str(uuid.uuid5(article_id, text_sha256)),
        "article_id": str(article_id),
        "url": url,
        "canonical_url": url,
        "host": "example.com",
        "domain": "example.com",
        "text": text,
        "word_count": len(text.split()),
        "page_type": "article",
        "ingested_at": NOON,
        "run_id": "run-1",
        "input": "pages.warc.gz",
        "payload_sha256": hashlib.sha256(f"<p>{text}".encode()).hexdigest(),
        "extractor": "broadsheet 0",
        "text_sha256": text_sha256,
        "fingerprint_version": 1,
        "text_key": int(text_sha256[:15], 16),
        "shingle_count": 0,
        "ingest_month": "2026-03",
    }
    return row | values


def reject(reason: str = "not_an_article", **values: Any) -> dict[str, Any]:
    """One row of ``Rejects``."""
    row: dict[str, Any] = dict.fromkeys(Rejects.column_names())
    row |= {
        "url": "https://example.com/section/",
        "input": "pages.warc.gz",
        "stage": "classify",
        "reason": reason,
        "payload_sha256": hashlib.sha256(b"<ul>").hexdigest(),
        "ingested_at": NOON,
        "run_id": "run-1",
        "extractor": "broadsheet 0",
    }
    return row | values


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    """A validated frame of ``Documents``."""
    return Documents.validate(pl.DataFrame(list(rows), schema=_schema(Documents)))


def rejects(*rows: dict[str, Any]) -> pl.DataFrame:
    """A validated frame of ``Rejects``."""
    return Rejects.validate(pl.DataFrame(list(rows), schema=_schema(Rejects)))


def file_of(frame: pl.DataFrame, path: Path) -> Path:
    """The frame as a Parquet file."""
    frame.write_parquet(path)
    return path


def _schema(table: Any) -> dict[str, Any]:
    return {name: column.dtype for name, column in table.columns().items()}
