"""What the store and the releases hold of what is to be removed: the preview, and the order to remove it.

What belongs here: the search. What does not: any change (``carrying_out``).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import polars as pl

from tasks.deduplication import place
from tasks.release.removal import Removal
from tasks.release.rewriting import find_in_releases
from tasks.removal.harvested import Harvested, known_to_harvest
from tasks.removal.journal import Order
from tasks.removal.targets import RemovalError, Targets
from tasks.storage import Location
from tasks.store import Store
from tasks.store.tombstones import digest, digests_in
from tasks.values.urls import host_of, normalise_url

_SMALL = ("document_id", "article_id", "url", "canonical_url", "domain", "headline", "input", "published_at")


@dataclass(frozen=True, slots=True)
class Finding:
    """What would go: a row a document, and a row a reject (``url``, ``input``).

    ``article_ids`` are those of the documents and those named. ``copies_staying`` counts documents elsewhere that are
    near-identical to one that goes; ``releases`` the rows of each release that holds some, by table, all 0 where only
    its change tables name them; ``removed_before`` is the day of an earlier removal of all that is named;
    ``harvested`` are the URLs that harvest's state knows.
    """

    documents: pl.DataFrame
    rejects: pl.DataFrame
    article_ids: frozenset[str]
    domains: frozenset[str]
    copies_staying: int
    releases: dict[str, dict[str, int]]
    removed_before: str | None = None
    harvested: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to remove in the store and the releases."""
        return not (self.documents.height or self.rejects.height or self.releases)

    def inputs(self) -> list[tuple[str, int]]:
        """The input files that hold the pages still, most pages first: they are the user's and stay as they are."""
        read = pl.concat([self.documents.select("input"), self.rejects.select("input")])
        counted = read.group_by("input").len().sort("len", "input", descending=[True, False])
        return [(str(name), int(pages)) for name, pages in counted.iter_rows()]


def search(
    targets: Targets, store: Store, releases: Location, harvested: Harvested | None = None, *, with_copies: bool
) -> Finding:
    """Find all of it. Raises :class:`RemovalError` where there is nothing and never was."""
    version = store.version()
    documents = store.documents(version)
    named = (
        pl.col("article_id").is_in(sorted(targets.ids))
        | pl.col("document_id").is_in(sorted(targets.ids))
        | pl.col("url").is_in(sorted(targets.urls))
        | pl.col("canonical_url").is_in(sorted(targets.urls))
        | pl.col("domain").is_in(sorted(targets.domains))
    )
    ids = set(documents.filter(named).select("article_id").collect(engine="streaming")["article_id"])
    copies = _copies_of(documents, ids) if ids else set()
    if with_copies:
        ids |= copies
    found = documents.filter(pl.col("article_id").is_in(sorted(ids))).select(_SMALL).collect(engine="streaming")
    # A release may hold an article that the store does not: one of a store that is gone.
    named_ids = {str(uuid5(NAMESPACE_URL, url)) for url in _normal(targets.urls)}
    sought = (ids | targets.ids | named_ids) - set(found["document_id"])
    rejects = _rejects(store.rejects(version), targets, found)
    removal = Removal(
        "", "", datetime.now(UTC).date(), frozenset(sought), frozenset(rejects["url"]), frozenset(targets.domains)
    )
    urls = {*targets.urls, *found["url"], *found["canonical_url"]}
    finding = Finding(
        found,
        rejects,
        frozenset(sought),
        targets.domains,
        0 if with_copies else len(copies - ids),
        {release.version: counts for release, counts in find_in_releases(releases, removal)},
        _removed_before(targets, store.tombstones()),
        frozenset(known_to_harvest(harvested, urls, targets.domains) if harvested else ()),
    )
    if finding.is_empty and finding.removed_before is None and not finding.harvested:
        raise RemovalError("nothing of it is in the store, in a release or in what harvest knows")
    return finding


def order_of(targets: Targets, finding: Finding, reason: str) -> Order:
    """The order to remove what was found."""
    moment = datetime.now(UTC).replace(microsecond=0)
    rows = finding.documents
    pages = {(str(uuid5(NAMESPACE_URL, url)), url) for url in _normal(targets.urls)}
    pages |= {*rows.select("article_id", "url").iter_rows(), *rows.select("article_id", "canonical_url").iter_rows()}
    return Order(
        removal_id=f"removal-{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        reason=reason,
        removed_at=moment.isoformat(),
        article_ids=tuple(sorted(finding.article_ids)),
        pages=tuple(sorted(pages)),
        reject_urls=tuple(sorted(set(finding.rejects["url"]))),
        domains=tuple(sorted(finding.domains)),
        counts={"documents": rows.height, "rejects": finding.rejects.height},
    )


def _copies_of(documents: pl.LazyFrame, ids: set[str]) -> set[str]:
    """The other articles of the clusters that these belong to."""
    places = place(documents)
    clusters = places.filter(pl.col("article_id").is_in(sorted(ids)) & (pl.col("cluster_size") > 1))["cluster_id"]
    members = places.filter(pl.col("cluster_id").is_in(clusters.unique().implode()))["article_id"]
    return set(members) - ids


def _rejects(rejects: pl.LazyFrame, targets: Targets, documents: pl.DataFrame) -> pl.DataFrame:
    """Rejects at the same URLs, however they are written, and under the domains."""
    urls = {*targets.urls, *documents["url"], *documents["canonical_url"]}
    hosts = sorted({host_of(normal).removeprefix("www.") for normal in _normal(urls)})
    with_url = rejects.filter(pl.col("url").is_not_null()).select("url", "input")
    of_domain = Removal("", "", datetime.now(UTC).date(), frozenset(), frozenset(), targets.domains).takes_reject()
    # By the host first: normalising is Python, one URL after another.
    near = pl.col("url").str.to_lowercase().str.contains_any(hosts) if hosts else pl.lit(False)
    some = with_url.filter(near | of_domain).with_columns(is_of_domain=of_domain).collect(engine="streaming")
    wanted = set(_normal(urls))
    same = [url in urls or (normalise_url(url) or url) in wanted for url in some["url"]]
    return some.filter(pl.Series(same, dtype=pl.Boolean) | pl.col("is_of_domain")).select("url", "input")


def _normal(urls: Iterable[str]) -> Iterable[str]:
    return (normal for url in urls if (normal := normalise_url(url)) is not None)


def _removed_before(targets: Targets, tombstones: pl.DataFrame) -> str | None:
    """The day on which the last of what is named was removed; null unless all of it was."""
    if not tombstones.height:
        return None
    known = digests_in(tombstones) | set(tombstones["article_id"].drop_nulls())
    normal = {normalise_url(url) or url for url in targets.urls}
    asked: set[Any] = {*(digest(url) for url in normal), *(digest(domain) for domain in targets.domains), *targets.ids}
    if not asked <= known:
        return None
    named = pl.any_horizontal(pl.col("url_sha256", "domain_sha256", "article_id").is_in(sorted(asked)))
    return str(tombstones.filter(named)["removed_at"].max())[:10]
