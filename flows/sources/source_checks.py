"""Which declared sources work: ``broadsheet sources check``, and the table of ``sources list``.

What belongs here: one row a source, from files that lie ready and from listings that are fetched; printing them. What
does not: fetching (``tasks.harvest.checking``) and finding files (``tasks.sources``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tasks.sources import InputError, Source, find_inputs

_URL = ("http://", "https://")


def check_declared(sources: Sequence[Source], file: Path, resolve: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One row a location, ready for JSON, with the keys of ``_row``. Asks the network for what harvest would fetch.

    ``found``: files, or entries of the listing; ``newest``: the latest date among them, where they have dates.
    """
    fetched = {source.name: source for source in sources if not source.is_input}
    listed = _fetched(list(fetched.values()), file, resolve)
    rows: list[dict[str, Any]] = []
    for source in sources:
        rows += listed[source.name] if source.name in listed else [_files(source, place) for place in source.locations]
    return rows


def _row(source: Source, location: str, found: int = 0, **more: Any) -> dict[str, Any]:
    row = {"source": source.name, "kind": source.kind, "location": location, "ok": not more.get("problem")}
    return {**row, "found": found, "newest": None, "problem": None, "notes": [], **more}


def _files(source: Source, location: str) -> dict[str, Any]:
    try:
        inputs = find_inputs([location], source.kind, source.options())
    except InputError as error:
        return _row(source, location, problem=str(error).removeprefix(f"{location}: "))
    size = sum(item.size for item in inputs)
    return _row(source, location, len(inputs), notes=[f"{size:,} bytes in {len(inputs):,} files"])


def _fetched(sources: Sequence[Source], file: Path, resolve: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    from flows.options import FetchOptions
    from flows.sources.harvesting import harvest_source, settings_of
    from tasks.harvest.checking import check_sources

    rows: dict[str, list[dict[str, Any]]] = {source.name: [] for source in sources}
    askable = []
    for source in sources:
        try:
            askable.append((source, harvest_source(source, file)))
        except InputError as error:
            rows[source.name].append(_row(source, ", ".join(source.locations), problem=str(error)))
    hosts = settings_of(FetchOptions(resolve=tuple(resolve))).hosts
    checked = check_sources([asked for _, asked in askable if asked.locations], hosts)
    for source, asked in askable:
        for check in checked.get(source.name, []):
            notes = [*([f"through {check.through}"] if check.through else []), *check.notes]
            if check.wanted < check.entries and not check.problem:
                notes.append(f"include and exclude leave {check.wanted:,}")
            rows[source.name].append(
                _row(source, check.location, check.entries, newest=check.newest, problem=check.problem, notes=notes)
            )
        for place in source.locations:
            if not place.startswith(_URL):
                none = None if asked.urls else "the list holds no URL"
                rows[source.name].append(_row(source, place, len(asked.urls), problem=none))
    return rows


def print_checks(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """A line a location: a mark, what was found, the newest date, and what is wrong."""
    table = Table(box=None, pad_edge=False)
    for name in ("", "source", "kind", "found", "newest"):
        table.add_column(name, no_wrap=name != "source", justify="right" if name == "found" else "left")
    table.add_column("what is to know", overflow="fold")
    for row in rows:
        mark = "[green]✓[/]" if row["ok"] else "[red]✗[/]"
        found = f"{row['found']:,}" if row["ok"] else ""
        said = [row["problem"]] if row["problem"] else []
        words = "; ".join([*said, *row["notes"]]) or row["location"]
        newest = (row["newest"] or "")[:16].replace("T", " ")
        table.add_row(mark, row["source"], row["kind"], found, newest, _plain(words))
    console.print(table)
    bad = sum(not row["ok"] for row in rows)
    console.print(f"{len(rows) - bad} of {len(rows)} locations work" + (f", {bad} do not" if bad else ""))


def print_sources(sources: Sequence[Source], console: Console) -> None:
    """A line a source, as declared."""
    table = Table(box=None, pad_edge=False)
    for name in ("source", "kind", "language", "country", "licence", "on"):
        table.add_column(name)
    table.add_column("location", overflow="fold")
    for source in sources:
        more = f" and {len(source.locations) - 1} more" if len(source.locations) > 1 else ""
        words = (source.language, source.country, source.licence)
        on = "yes" if source.enabled else "no"
        table.add_row(
            source.name, source.kind, *(_plain(word or "") for word in words), on, _plain(source.locations[0] + more)
        )
    console.print(table)


def _plain(text: str) -> str:
    """Text from a server is no markup of the terminal's: no brackets that rich reads, nothing that cannot be shown."""
    from rich.markup import escape

    return escape("".join(character if character.isprintable() else "?" for character in text[:2000]))
