"""What ``broadsheet explain`` shows: where a page stands and why, with the texts side by side.

What belongs here: rendering in the terminal. What does not: gathering the facts (``tasks.deduplication``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.deduplication.explanation import Explanation, Match, Standing
from tasks.schema import REJECT_REASONS

_SHARED = "green"
# Where there is no colour: in a pipe, a file, or a terminal that is told to show none.
_OPENING, _CLOSING = "[[", "]]"


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain values: all but the other texts."""
    value = asdict(explanation)
    for match in value["matches"]:
        del match["text_of_other"]
    return value


def print_explanation(explanation: Explanation, console: Console, *, side_by_side: int) -> None:
    """The page, its revisions, its cluster and its matches; the first ``side_by_side`` matches with their texts."""
    page = explanation.document
    console.print(Text(page.headline or page.url, style="bold"))
    console.print(Text(page.url, style="dim"))
    console.print(f"article_id {page.article_id}, revision {page.revision}: {_why(page)}")
    if len(explanation.revisions) > 1:
        console.print(_standings("\nrevisions of this page", explanation.revisions))
    if len(explanation.cluster) > 1:
        console.print(_standings(f"\ncluster {page.cluster_id}", explanation.cluster))
    if not explanation.matches:
        console.print("No other text in the store matches it.")
    for number, match in enumerate(explanation.matches):
        console.print()
        console.print(_scores(match))
        if number < side_by_side:
            console.print(_side_by_side(explanation, match, in_colour=_shows_colour(console)))


def print_rejects(url: str, rejects: pl.LazyFrame, console: Console) -> bool:
    """Why the page at a URL is no document, each time it was read; false where it never was."""
    rows = rejects.filter(pl.col("url") == url).sort("ingested_at").collect(engine="streaming")
    for row in rows.iter_rows(named=True):
        meaning = REJECT_REASONS[row["reason"]].description
        console.print(f"{row['ingested_at']:%Y-%m-%d %H:%M}  rejected by {row['stage']}: {row['reason']}. {meaning}")
        console.print(Text(f"  {row['detail'] or 'no further detail'}; read from {row['input']}", style="dim"))
    return not rows.is_empty()


def _why(page: Standing) -> str:
    if page.table == "revisions":
        return "an earlier text; a newer one stands in its place"
    if page.table == "articles" and page.cluster_size == 1:
        return "an article that no other text in the store copies"
    if page.table == "articles":
        return f"the article that leads a cluster of {page.cluster_size} (published first, then seen first)"
    through = f", joined through {page.joined_through}" if page.joined_through else ""
    return (
        f"a copy of {page.copy_of}: {page.match} match, similarity {page.similarity:.2f}, "
        f"{page.containment:.0%} of it in the other{through}"
    )


def _standings(title: str, rows: Iterable[Standing]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("table", "revision", "published", "similarity", "url"):
        table.add_column(name, justify="right" if name in ("revision", "similarity") else "left", overflow="fold")
    for row in rows:
        published = f"{row.published_at:%Y-%m-%d %H:%M}" if row.published_at else "?"
        similarity = "" if row.similarity is None else f"{row.similarity:.2f}"
        table.add_row(row.table, str(row.revision), published, similarity, Text(row.url))
    return table


def _scores(match: Match) -> Text:
    passages = "passage" if len(match.passages) == 1 else "passages"
    how = "counted in both texts" if match.recomputed else "estimated from fingerprints"
    return Text.assemble(
        (match.other.headline or match.other.url, "bold"),
        f"\n{match.match} match: Jaccard similarity {match.similarity:.2f} ({how}); "
        f"{match.containment:.0%} of this text is in the other, {match.containment_of_other:.0%} of the other in this; "
        f"{sum(passage.words for passage in match.passages):,} words in {len(match.passages)} shared {passages}",
    )


def _shows_colour(console: Console) -> bool:
    return console.color_system is not None and not console.no_color


def _side_by_side(explanation: Explanation, match: Match, *, in_colour: bool) -> Table:
    table = Table(expand=True, show_lines=False)
    table.add_column(Text(explanation.document.url, overflow="fold"), ratio=1)
    table.add_column(Text(match.other.url, overflow="fold"), ratio=1)
    ours = ((passage.start, passage.end) for passage in match.passages)
    theirs = ((passage.start_of_other, passage.end_of_other) for passage in match.passages)
    mark = _coloured if in_colour else _bracketed
    table.add_row(mark(explanation.text, ours), mark(match.text_of_other, theirs))
    shown = (_SHARED, _SHARED) if in_colour else f"{_OPENING} {_CLOSING}"
    table.caption = Text.assemble("shared passages in ", shown)
    return table


def _coloured(text: str, spans: Iterable[tuple[int, int]]) -> Text:
    marked = Text(text)
    for start, end in spans:
        marked.stylize(_SHARED, start, end)
    return marked


def _bracketed(text: str, spans: Iterable[tuple[int, int]]) -> Text:
    """The spans between plain characters; those that overlap, as passages can in the other text, are one."""
    parts, shown = [], 0
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    for start, end in joined:
        parts += [text[shown:start], _OPENING, text[start:end], _CLOSING]
        shown = end
    return Text("".join([*parts, text[shown:]]))
