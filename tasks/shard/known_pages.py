"""Which pages the store has seen before, so that they are not extracted again, and which it must not take in.

What belongs here: the key of a page, the file of known keys, and its look-up. What does not: the comparison
of texts (``tasks.deduplication``).

A page is known when the same bytes were found at the same URL. Its key is 128 bits of SHA-256; a worker maps
the sorted keys from one file, 16 bytes a page, so ten million known pages cost no worker any memory of its own. The
tombstones of pages and domains that were removed for good are keys in the same file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash as plh

from tasks.store.tombstones import digests_of

# What stands in place of a page's bytes in the key of a tombstone, and the key that says that there are any.
_REMOVED, _ANY = "removed for good", "*"
_HEX_DIGITS = 16  # of each half: 64 bits


def _key_text(where: str, what: str) -> str:
    return f"{where}\n{what}"


def write_known_pages(  # noqa: PLR0913 - two tables, and what decides whether a page is known
    documents: pl.LazyFrame,
    rejects: pl.LazyFrame,
    file: Path,
    *,
    extractor: str,
    second_look: frozenset[str] = frozenset(),
    tombstones: Set[str] = frozenset(),
) -> int:
    """Write the keys of every known page to ``file`` (``.npy``, sorted pairs of uint64); return how many.

    A reject is known only while the same version of the extractor would decide: a newer one gets a second
    look, and so do pages that were rejected for a reason in ``second_look``.
    ``tombstones`` are the digests of what was removed for good.
    """
    decided = rejects.filter(pl.col("extractor") == extractor, ~pl.col("reason").is_in(sorted(second_look)))
    place = pl.concat_str("input", pl.lit("#"), pl.col("record_offset").cast(pl.String).fill_null(""))
    seen = pl.concat(
        [
            documents.select(where="url", what="payload_sha256"),
            decided.select(
                where=pl.coalesce(pl.col("url"), place), what=pl.coalesce(pl.col("payload_sha256"), pl.col("reason"))
            ),
        ]
    )
    if tombstones:
        kept_out = pl.LazyFrame({"where": [_ANY, *sorted(tombstones)]}).with_columns(what=pl.lit(_REMOVED))
        seen = pl.concat([seen, kept_out])
    digest = plh.concat_str("where", "what", separator="\n").chash.sha2_256()
    halves = seen.select(
        high=digest.str.slice(0, _HEX_DIGITS).str.to_integer(base=16, dtype=pl.UInt64),
        low=digest.str.slice(_HEX_DIGITS, _HEX_DIGITS).str.to_integer(base=16, dtype=pl.UInt64),
    )
    keys = halves.unique().sort("high", "low").collect(engine="streaming").to_numpy()
    np.save(file, np.ascontiguousarray(keys.reshape(-1, 2)))
    return len(keys)


class KnownPages:
    """The keys in a file, mapped into memory."""

    def __init__(self, file: Path) -> None:
        keys: npt.NDArray[np.uint64] = np.load(file, mmap_mode="r")
        self._high, self._low = keys[:, 0], keys[:, 1]
        self._any_removed = self._holds(_ANY, _REMOVED)

    def has(self, url: str | None, place: str, payload_sha256: str | None, reason: str | None = None) -> bool:
        """Whether a page was seen: by URL and payload, or, where one is missing, by place and reason."""
        return self._holds(url or place, payload_sha256 or reason or "")

    def is_removed(self, url: str | None) -> bool:
        """Whether the page at a URL, or its domain, was removed for good."""
        if not self._any_removed or url is None:
            return False
        return any(self._holds(digest, _REMOVED) for digest in digests_of(url))

    def _holds(self, where: str, what: str) -> bool:
        digest = hashlib.sha256(_key_text(where, what).encode()).digest()
        high, low = np.frombuffer(digest[:16], dtype=">u8").astype(np.uint64)
        first = int(np.searchsorted(self._high, high, side="left"))
        # Two known pages whose first 64 bits agree are next to nowhere; the loop is bounded by their number.
        while first < len(self._high) and self._high[first] == high:
            if self._low[first] == low:
                return True
            first += 1
        return False
