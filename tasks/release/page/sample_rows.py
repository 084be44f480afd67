"""The articles that a reader can search on the page: the release's sample, cut to the bytes that are left.

What belongs here: which values of a sampled article the page holds and how long they may be. What does not: which
articles the sample holds (``tasks.release.sample``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tasks.release.page.inline import data, web_link
from tasks.release.sample import SAMPLE

_HEADLINE, _DESCRIPTION, _AUTHORS = 300, 320, 8
# Tried in turn until the sample fits; after the last one articles are left out.
_EXCERPTS = (600, 450, 320, 220, 140)
_COLUMNS = (
    "article_id", "headline", "description", "authors", "canonical_url", "published_at", "language", "domain",
    "section", "word_count", "cluster_size", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleRows:
    """``rows`` for the page's script; ``in_all`` articles are in the sample's file.

    ``excerpt`` is the most characters of text that a row has; null where the release has no texts.
    """

    rows: list[dict[str, Any]]
    in_all: int
    excerpt: int | None


def sample_rows(folder: Path, most_bytes: int) -> SampleRows:
    """The sample of the release in ``folder`` in at most ``most_bytes`` bytes of JSON."""
    path = folder / SAMPLE
    held = pl.scan_parquet(path)
    names = held.collect_schema().names()
    articles = held.select([name for name in _COLUMNS if name in names]).collect().to_dicts()
    rows = [_row(article) for article in articles]
    if "text" not in names:
        return SampleRows(_fitting(rows, most_bytes), len(articles), None)
    left = most_bytes - _bytes(rows)
    texts: list[str | None] = []
    for excerpt in _EXCERPTS:
        texts = [shortened(article["text"], excerpt) for article in articles]
        if _bytes_of_texts(texts) <= left:
            return SampleRows(_with_texts(rows, texts), len(articles), excerpt)
    return SampleRows(_fitting(_with_texts(rows, texts), most_bytes), len(articles), _EXCERPTS[-1])


def _with_texts(rows: list[dict[str, Any]], texts: list[str | None]) -> list[dict[str, Any]]:
    return [row | {"text": text} if text else row for row, text in zip(rows, texts, strict=True)]


def _bytes_of_texts(texts: list[str | None]) -> int:
    """What they add to rows, none of which is empty: each its name, a comma and a colon."""
    held = [text for text in texts if text]
    # As a list they have two brackets, and one comma less than there are texts.
    return _bytes(held) - 2 - max(len(held) - 1, 0) + len(held) * len(',"text":') if held else 0


def _fitting(rows: list[dict[str, Any]], most_bytes: int) -> list[dict[str, Any]]:
    """As many as fit, chosen by article_id, which is a hash; in the order they stand in."""
    chosen, spent = set(), 2
    for row in sorted(rows, key=lambda row: str(row["id"])):
        spent += _bytes(row) + 1
        if spent > most_bytes:
            break
        chosen.add(row["id"])
    return [row for row in rows if row["id"] in chosen]


def _bytes(value: Any) -> int:
    return len(data(value).encode())


def _row(article: dict[str, Any]) -> dict[str, Any]:
    """What the page knows of an article, but for its text; what is empty is left out."""
    published = article["published_at"]
    authors = article["authors"] or []
    row = {
        "id": article["article_id"],
        "headline": shortened(article["headline"], _HEADLINE),
        "description": shortened(article["description"], _DESCRIPTION),
        "authors": [shortened(name, 100) for name in authors[:_AUTHORS]],
        "url": web_link(article["canonical_url"]),
        "date": published.date().isoformat() if published else None,
        "language": article["language"],
        "domain": article["domain"],
        "section": shortened(article["section"], 80),
        "words": article["word_count"],
        "cluster": article["cluster_size"] if article["cluster_size"] != 1 else None,
    }
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def shortened(text: str | None, most: int) -> str | None:
    """``text`` in one line and at most ``most`` characters, cut between words where it has any."""
    if text is None:
        return None
    line = " ".join(text[: 4 * most].split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > most // 2 else cut).rstrip() + "…"
