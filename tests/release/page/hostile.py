"""A store whose pages try what a page can: markup, ends of elements, line separators, links that run code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.release.store import Store, reject

SCRIPT = "<script>alert(1)</script>"
SECRET = "The mayor's secret is kept in this very text"
LATER = datetime(2026, 11, 23, 2, tzinfo=UTC)


def hostile_store(folder: Path) -> Store:
    """Sixty articles of three domains, clusters of two and three, rejects, and values that are markup."""
    store = Store(folder)
    for number in range(60):
        store.article(
            f"news-{number}",
            f"2026-{number % 3 + 1:02}-{number % 27 + 1:02}T12:00:00",
            domain=("example.com", "example.org", "example.net")[number % 3],
            language=("en", "fr", "ar")[number % 3],
            headline=f"Harbour report number {number}",
            description=f"What the harbour said in its report {number}.",
            text=f"{SECRET}, copy {number}. " + "The harbour reopened and three ships went out. " * 30,
            cluster_size=1,
        )
    hostile = {
        "script": {"headline": SCRIPT, "description": "</script><script>alert(2)</script><!--"},
        "comment": {"headline": "<!-- <script> the rest is gone", "authors": ['"><img src=x onerror=alert(3)>']},
        "lines": {"headline": "One\u2028two\u2029three", "section": "</textarea></style><b>"},
        "link": {"headline": "Click me", "canonical_url": f'https://example.com/"><img src=x>{SCRIPT}'},
        "accents": {"headline": "Élysée & İstanbul: ﬁnale <b>", "language": "fr", "domain": "a<b>&amp;.example"},
        "rtl": {"headline": "\u202eright to left\u202c", "language": "ar"},
    }
    for name, values in hostile.items():
        store.article(name, "2026-03-30T00:00:00", **values)
    store.article("led", "2026-02-01T00:00:00", cluster_size=3, headline="The one that was copied")
    store.copy("led-again", "led", "2026-02-02T00:00:00")
    store.copy("led-once-more", "led", "2026-02-03T00:00:00")
    store.rejects = [reject(f"https://example.com/{number}") for number in range(4)]
    return store


def grown(store: Store) -> Store:
    """The store a day later: thirty articles more, whose headlines and descriptions are gone."""
    for number in range(30):
        store.article(
            f"later-{number}", "2026-04-01T00:00:00", headline=None, description=None, authors=[], ingested_at=LATER
        )
    return store
