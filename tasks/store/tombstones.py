"""What keeps a removed page out: the digests of its URLs, or of its domain.

What belongs here: making tombstones and asking them. What does not: taking the rows out (``erasure``), and finding
what to take out (``tasks.removal``). A URL can itself be personal data, so none is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import polars as pl

from tasks.schema import Tombstones
from tasks.values.urls import domain_of, host_of, normalise_url


def digest(value: str) -> str:
    """SHA-256 of a URL in normal form, or of a domain, in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()


def tombstones_of(
    urls: Iterable[tuple[str, str]], domains: Iterable[str], *, reason: str, removal_id: str, removed_at: datetime
) -> pl.DataFrame:
    """One row a URL and one a domain. ``urls`` are pairs of article_id and URL, as fetched or canonical."""
    shared = {"reason": reason, "removal_id": removal_id, "removed_at": removed_at}
    normal = {(article_id, normalise_url(url) or url) for article_id, url in urls}
    rows: list[dict[str, Any]] = [
        {"article_id": article_id, "url_sha256": digest(url), "domain_sha256": None, **shared}
        for article_id, url in sorted(normal)
    ]
    rows += [
        {"article_id": None, "url_sha256": None, "domain_sha256": digest(domain), **shared}
        for domain in sorted(set(domains))
    ]
    schema = {name: column.dtype for name, column in Tombstones.columns().items()}
    return Tombstones.validate(pl.DataFrame(rows, schema=schema))


def digests_in(tombstones: pl.DataFrame) -> set[str]:
    """Everything that keeps a page out."""
    held = pl.concat([tombstones["url_sha256"], tombstones["domain_sha256"]])
    return set(held.drop_nulls())


def digests_of(url: str) -> tuple[str, ...]:
    """What a tombstone for this page would hold: of the URL and of its domain; nothing where it is no URL."""
    normal = normalise_url(url)
    return (digest(normal), digest(domain_of(host_of(normal)))) if normal else ()


def is_removed_by(tombstones: pl.DataFrame) -> Callable[[str], bool] | None:
    """Tells of a URL whether a tombstone keeps its page, or its domain, out; null where there is none."""
    held = frozenset(digests_in(tombstones))
    return (lambda url: not held.isdisjoint(digests_of(url))) if held else None
