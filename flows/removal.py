"""``broadsheet remove`` as a person sees it: what would go, the question, and what was done.

What belongs here: the words. What does not: the search and the steps (``tasks.removal``). No flow: nothing of it runs
side by side, and none of it should stand in an engine's history.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.options import DataFolder
from tasks.removal.carrying_out import Places, carry_out, clear_again
from tasks.removal.harvested import Harvested
from tasks.removal.journal import interrupted
from tasks.removal.search import Finding, order_of, search
from tasks.removal.targets import RemovalError, read_targets
from tasks.store import Store

_FIRST = 10


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says beside what is to go. ``state``: harvest's, where it is not in the data folder."""

    reason: str
    with_copies: bool
    yes: bool
    as_json: bool
    state: str | None = None


def remove_pages(data: DataFolder, words: Sequence[str], wishes: Wishes) -> tuple[str, int] | None:
    """Find, show, ask, remove. Returns why nothing, or not all, was removed and the exit status; null where all was.

    An interrupted removal is made whole first. Raises the errors of ``tasks.removal``.
    """
    targets, console = read_targets(words), Console(quiet=wishes.as_json)
    store, releases = data.store, data.releases

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    left = finish_removal(data, say, wishes.state)
    places = _places(data, wishes.state)
    found = search(targets, Store(store), releases, places.harvested, with_copies=wishes.with_copies)
    order = order_of(targets, found, wishes.reason).begun_with(releases, data.root)
    if found.is_empty and found.removed_before:
        left += clear_again(order, places, say)
        say(
            f"removed on {found.removed_before}: nothing is left of it"
            if not left
            else f"removed on {found.removed_before}"
        )
    else:
        print_finding(found, console)
        if not wishes.yes and (refused := _refused(console, wishes)):
            return refused
        left += carry_out(order, places, say)
        print_inputs(found, data, console)
    if wishes.as_json:
        said = as_json(found, data) | {"left": left}
        sys.stdout.write(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    return ("; ".join(dict.fromkeys(left)), 1) if left else None


def finish_removal(data: DataFolder, say: Callable[[str], None], state: str | None = None) -> list[str]:
    """Make a removal whole that was interrupted, where there is one.

    Before a release is made, above all: it would be compared with one that holds the pages still, and name them among
    its changes. Returns a line for each thing of harvest's that could not be reached. Raises the errors of
    ``tasks.removal``; nothing was done where the removal was begun elsewhere.
    """
    order = interrupted(data.store)
    if order is None:
        return []
    if why_not := order.why_not_here(data.releases, data.root):
        raise RemovalError(why_not)
    say(f"going on with {order.removal_id}, which was interrupted")
    return carry_out(order, _places(data, state), say)


def _places(data: DataFolder, state: str | None) -> Places:
    return Places(data.store, data.releases, data.work, data.log, Harvested(data.harvest, state))


def _refused(console: Console, wishes: Wishes) -> tuple[str, int] | None:
    if wishes.as_json or not sys.stdin.isatty():
        return "nothing was removed: where nobody can be asked, --yes says that you are sure", 2
    if console.input("Remove it for good? \\[y/N] ").strip().lower() in ("y", "yes"):
        return None
    return "nothing was removed", 1


def as_json(finding: Finding, data: DataFolder) -> dict[str, Any]:
    """What was found, for scripts."""
    return {
        "documents": finding.documents.height,
        "articles": finding.documents["article_id"].n_unique(),
        "rejects": finding.rejects.height,
        "copies_staying": finding.copies_staying,
        "releases": finding.releases,
        "inputs": [{"input": name, "pages": pages} for name, pages in _inputs_of_the_user(finding, data)],
        "harvested": len(finding.harvested),
        "removed_before": finding.removed_before,
    }


def print_finding(finding: Finding, console: Console) -> None:
    """The preview: counts, the first ones, and what stays."""
    documents = finding.documents
    console.print(
        f"store: {documents.height:,} documents of {documents['article_id'].n_unique():,} articles, "
        f"{finding.rejects.height:,} rejects",
        highlight=False,
    )
    if documents.height:
        table = Table(box=None, pad_edge=False, show_header=False)
        for row in documents.sort("canonical_url").head(_FIRST).iter_rows(named=True):
            day = f"{row['published_at']:%Y-%m-%d}" if row["published_at"] else "undated"
            table.add_row(day, _plain(row["canonical_url"]), _plain(row["headline"] or ""))
        console.print(table)
        if documents.height > _FIRST:
            console.print(f"and {documents.height - _FIRST:,} more", highlight=False)
    for version, counts in finding.releases.items():
        said = ", ".join(f"{count:,} {table}" for table, count in counts.items() if count)
        console.print(f"release {version}: {said or 'named in its change tables'}", highlight=False)
    if finding.harvested:
        console.print(f"harvest: {len(finding.harvested):,} addresses known, and their WARC records", highlight=False)
    if finding.copies_staying:
        console.print(
            f"{finding.copies_staying:,} near-identical copies at other URLs stay; --with-copies takes them too",
            highlight=False,
        )


def _inputs_of_the_user(finding: Finding, data: DataFolder) -> list[tuple[str, int]]:
    """The input files that hold the pages still; not those that harvest wrote, which do not."""
    ours = data.harvest.resolve()
    return [(name, pages) for name, pages in finding.inputs() if "://" in name or Path(name).resolve().parent != ours]


def print_inputs(finding: Finding, data: DataFolder, console: Console) -> None:
    """Which of the user's own files hold the pages still."""
    inputs = _inputs_of_the_user(finding, data)
    if inputs:
        console.print("your inputs hold them still, and are yours to change:", highlight=False)
    for name, pages in inputs[:_FIRST]:
        console.print(f"  {_plain(name)} ({pages:,} {'page' if pages == 1 else 'pages'})", highlight=False)
    if len(inputs) > _FIRST:
        console.print(f"  and {len(inputs) - _FIRST:,} more files", highlight=False)


def _plain(text: str) -> str:
    """A page's words on a terminal: no control characters, no markup."""
    return escape("".join(c if c.isprintable() else " " for c in text))
