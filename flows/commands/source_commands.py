"""The commands under ``broadsheet sources``: list, check, import.

What belongs here: words in, exit status out, as in ``flows.commands.command_line``, which takes these in. What does
not: the checks (``flows.sources.source_checks``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print the result as JSON.")]
SourcesFile = Annotated[Path, Parameter(name="--sources", help="The declared sources.")]
DECLARED = Path("seeds/sources.toml")

sources_app = App(
    name="sources", sort_key=8, help="The declared sources: list them, check which work, import lists of feeds."
)


@sources_app.command(name="list")
def list_sources(*, sources: SourcesFile = DECLARED, as_json: AsJson = False) -> None:
    """Show the declared sources. Nothing is fetched."""
    from dataclasses import asdict

    from flows.showing.terminal import SafeConsole
    from flows.sources.source_checks import print_sources
    from tasks.sources import read_sources

    declared = read_sources(sources)
    if as_json:
        _print_json([asdict(source) for source in declared])
    else:
        print_sources(declared, SafeConsole())


@sources_app.command
def check(
    *names: Annotated[str, Parameter(name="NAME", help="Only the sources of these names, also those switched off.")],
    sources: SourcesFile = DECLARED,
    resolve: Annotated[
        tuple[str, ...], Parameter(help="A host's address in place of what DNS says, as NAME=ADDRESS.")
    ] = (),
    as_json: AsJson = False,
) -> int:
    """Tell which sources work: files that are there, feeds and sitemaps that answer. Keeps nothing.

    Asks each site for its robots.txt and its listing once. Exit status 1 where a location gives nothing.
    """
    from flows.showing.terminal import SafeConsole
    from flows.sources.source_checks import check_declared, print_checks
    from tasks.sources import InputError, read_sources

    declared = read_sources(sources)
    unknown = sorted(set(names) - {source.name for source in declared})
    if unknown:
        raise InputError(f"{sources}: no source is named {', '.join(unknown)}")
    chosen = [source for source in declared if (source.name in names if names else source.enabled)]
    rows = check_declared(chosen, sources, resolve)
    if as_json:
        _print_json(rows)
    else:
        print_checks(rows, SafeConsole())
    return 0 if all(row["ok"] for row in rows) else 1


@sources_app.command(name="import")
def import_feeds(
    opml: Annotated[Path, Parameter(name="FILE", help="A list of feeds in OPML, as feed readers export it.")],
    /,
    *,
    to: Annotated[
        Path | None,
        Parameter(help="Append to this file of sources, or begin it. Default: print what would be written."),
    ] = None,
    contact: Annotated[
        str | None, Parameter(help="For a new file: the address where site owners reach you (harvest must have one).")
    ] = None,
) -> None:
    """Turn a feed reader's list of feeds (OPML) into sources. Feeds that --to has already are passed over."""
    from tasks.harvest.discovery import DiscoveryError, read_opml
    from tasks.sources import InputError
    from tasks.sources.feed_lists import Feed, add_feeds, feeds_as_toml
    from tasks.version import __version__

    try:
        subscriptions, problems = read_opml(opml.read_bytes())
    except DiscoveryError as error:
        raise InputError(f"{opml}: {error}") from error
    except OSError as error:
        raise InputError(f"{opml}: cannot be read: {error.strerror or error}") from error
    for problem in problems:
        sys.stderr.write(f"{opml}: {problem}\n")
    if not subscriptions:
        raise InputError(f"{opml}: names no feed")
    feeds = [
        Feed(one.url, one.title, one.language, " > ".join([*one.folders, one.title or one.url]))
        for one in subscriptions
    ]
    if to is None:
        sys.stdout.write(feeds_as_toml(feeds))
        return
    where = contact if contact is None or "://" in contact else f"mailto:{contact}"
    new = add_feeds(to, feeds, f"broadsheet/{__version__} (+{where})" if where else None)
    passed = f", {len(feeds) - len(new)} there already" if len(new) < len(feeds) else ""
    sys.stdout.write(f"{len(new)} sources added to {to}{passed}\n")


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n")
