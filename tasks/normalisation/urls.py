"""The page's URL and what follows from it.

What belongs here: ``canonical_url``, ``host``, ``domain``. What does not: the form of one URL and when a declared one
is believed (``tasks.values.canonical``).
"""

from __future__ import annotations

import polars as pl

from tasks.values.canonical import believe_canonical
from tasks.values.urls import domain_of, host_of, normalise_url


def with_urls(frame: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``canonical_url`` as declared, adds ``host``, ``domain`` and ``canonical_declared``.

    ``canonical_declared`` says whether the page's own declaration was needed: false where ``url`` gives the same. All
    are null where ``url`` is no http or https URL.
    """
    canonical = [believe_canonical(*pair) for pair in zip(frame["url"], frame["canonical_url"], strict=True)]
    hosts = [url and host_of(url) for url in canonical]
    declared = [bool(url) and url != normalise_url(own) for url, own in zip(canonical, frame["url"], strict=True)]
    return frame.with_columns(
        pl.Series("canonical_url", canonical, dtype=pl.String),
        pl.Series("host", hosts, dtype=pl.String),
        pl.Series("domain", [host and domain_of(host) for host in hosts], dtype=pl.String),
        pl.Series("canonical_declared", declared, dtype=pl.Boolean),
    )
