"""A store of invented newspapers, large enough that the page of its release shows everything it can.

What belongs here: the invention. What does not: the picture (``make_page_picture``). The same numbers come out every
time: chance is seeded.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.release.store import Store, reject

PAPERS = (
    "harbour",
    "valley",
    "northern",
    "riverside",
    "island",
    "capital",
    "mountain",
    "coastal",
    "lakeside",
    "border",
)
KINDS = ("post", "gazette", "courier", "herald")
LANGUAGES = ("en", "en", "en", "de", "fr", "es", "pt", "it", "nl", "sv", "pl", "tr", "ja", "ar", "uk", "fi")
WHO = ("Council", "Harbour master", "School board", "Orchestra", "Ferry company", "Farmers", "Museum", "Fire brigade",
       "Water board", "Chess club", "Bakers", "Cyclists")  # fmt: skip
DOES = ("agrees on", "postpones", "opens", "argues over", "celebrates", "pays for", "measures", "gives up", "repairs")
WHAT = ("the new bridge", "a tram line", "the winter timetable", "two lighthouses", "the flood wall", "its oldest hall",
        "a record harvest", "free lunches", "the night market", "a quieter airport")  # fmt: skip
AUTHORS = ("Ada Marlow", "Jun Sato", "Ines Duarte", "Tomas Berg", "Leyla Aydin", "Piet de Wit", "Noor Haddad")
REASONS = (("classify", "not_an_article", 61), ("extract", "no_content", 17), ("read", "http_status", 12),
           ("read", "not_html", 6), ("decode", "undecodable_body", 3), ("extract", "timeout", 1))  # fmt: skip
FIRST_RUN = datetime(2026, 11, 20, 2, tzinfo=UTC)
SECOND_RUN = datetime(2026, 11, 23, 2, tzinfo=UTC)
END = datetime(2026, 11, 19, tzinfo=UTC)


def made_up_store(folder: Path, articles: int = 2_400, domains: int = 40, days: int = 420) -> Store:
    """Articles of many papers over some days, a tenth of them in clusters, and rejects of every kind."""
    store, chance = Store(folder), Random(20261123)
    papers = [f"{PAPERS[n % 10]}-{KINDS[n // 10 % 4]}{n // 40 or ''}.example" for n in range(domains)]
    for number in range(articles):
        day = END - timedelta(days=_days_ago(chance, days))
        add_article(store, chance, number, papers[_rank(chance, domains)], day, ingested_at=FIRST_RUN)
    for stage, reason, share in REASONS:
        for number in range(articles * share // 260):
            store.rejects.append(reject(f"https://made-up.example/{reason}/{number}", reason, stage))
    return store


def a_day_later(store: Store, articles: int = 180) -> Store:
    """More articles, of which one paper's have lost their authors: what a changed page looks like."""
    chance = Random(7)
    for number in range(articles):
        domain = f"{PAPERS[number % 3]}-post.example"
        values = {"authors": [], "author_details": [], "description": None} if number % 3 == 0 else {}
        day = END + timedelta(days=number % 3)
        add_article(store, chance, 1_000_000 + number, domain, day, ingested_at=SECOND_RUN, **values)
    return store


def add_article(store: Store, chance: Random, number: int, domain: str, day: datetime, **values: object) -> None:
    """One article and, now and then, its copies."""
    who, does, what = chance.choice(WHO), chance.choice(DOES), chance.choice(WHAT)
    headline = f"{who} {does} {what}"
    length = int(chance.lognormvariate(5.8, 0.5))
    copies = min(int(chance.paretovariate(1.4)), 14) - 1 if chance.random() < 0.16 else 0
    published = day.replace(hour=chance.randrange(5, 23), minute=chance.randrange(60), tzinfo=None).isoformat()
    language = LANGUAGES[PAPERS.index(domain.split("-", maxsplit=1)[0]) + 3 * ("gazette" in domain)]
    text = f"{headline}. " + f"After a long evening nobody was against {what} any more. " * (length // 10)
    article = {
        "domain": domain,
        "host": f"www.{domain}",
        "language": language,
        "headline": headline,
        "description": f"{who}: what was decided, and what {what} will cost." if chance.random() < 0.93 else None,
        "authors": chance.sample(AUTHORS, 1 + (chance.random() < 0.2)) if chance.random() < 0.85 else [],
        "section": chance.choice(("Local", "Culture", "Business", None)),
        "keywords": ["harbour"] if chance.random() < 0.6 else [],
        "published_zone": "+01:00" if chance.random() < 0.7 else None,
        "article_type": "NewsArticle" if chance.random() < 0.8 else None,
        "language_declared": language if chance.random() < 0.95 else None,
        "published_raw": published,
        "published_precision": "minute",
        "modified_raw": published if chance.random() < 0.6 else None,
        "retrieved_at": FIRST_RUN,
        "images": [{"url": f"https://www.{domain}/a.jpg"}] if chance.random() < 0.9 else [],
        "copyright_year": 2026 if chance.random() < 0.3 else None,
        "is_accessible_for_free": True if chance.random() < 0.25 else None,
        "license": "CC-BY-4.0" if chance.random() < 0.05 else None,
        "text": text,
    } | values
    when = published if chance.random() < 0.97 else None
    store.article(f"{domain}/{number}", when, cluster_size=copies + 1, **article)
    for copy in range(copies):
        store.copy(f"{domain}/{number}/{copy}", f"{domain}/{number}", when, **article)


def _rank(chance: Random, domains: int) -> int:
    """Few papers write much, many little."""
    return min(int(chance.paretovariate(0.75)) - 1, domains * 50) % domains


def _days_ago(chance: Random, days: int) -> int:
    """More of late than long ago, fewer at weekends."""
    while True:
        ago = int(days * chance.random() ** 1.5)
        day = END - timedelta(days=ago)
        quiet = 0.45 if day.weekday() > 4 else 1.0
        if chance.random() < quiet * (0.85 + 0.15 * math.sin(ago / 9)):
            return ago
