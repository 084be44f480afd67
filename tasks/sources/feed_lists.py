"""Feeds as ``[[source]]`` tables: what an imported list of feeds becomes.

What belongs here: writing TOML that ``declared`` reads. What does not: reading OPML (``tasks.harvest.discovery``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tasks.sources.declared import Source, read_sources
from tasks.sources.locations import InputError

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_NAME = 56  # leaves room for a number behind it


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed to declare. ``note`` becomes a comment."""

    url: str
    title: str | None = None
    language: str | None = None
    note: str | None = None


def feeds_as_toml(feeds: Iterable[Feed], taken: Iterable[str] = ()) -> str:
    """One ``[[source]]`` a feed, named after its title; names that are ``taken`` get a number."""
    names = set(taken)
    parts = []
    for feed in feeds:
        name = _free(_name(feed), names)
        names.add(name)
        lines = [f"# {feed.note}"] if feed.note else []
        lines += ["[[source]]", f"name = {_string(name)}", 'kind = "feed"', f"location = {_string(feed.url)}"]
        if feed.language and _LANGUAGE.fullmatch(feed.language):
            lines.append(f"language = {_string(feed.language)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def add_feeds(file: Path, feeds: Sequence[Feed], user_agent: str | None = None) -> list[Source]:
    """Append to a file of sources the feeds that it does not have yet; begin the file where there is none.

    The file is replaced whole, and only when it reads afterwards. Returns the sources that are new. Raises
    ``InputError``, also where the file has mistakes already.
    """
    known = read_sources(file) if file.exists() else []
    locations = {place for source in known for place in source.locations}
    new = [feed for feed in feeds if feed.url not in locations]
    if not new:
        return []
    head = "" if file.exists() else _head(user_agent)
    before = file.read_text("utf-8-sig") if file.exists() else head
    added = feeds_as_toml(new, (source.name for source in known))
    beside = file.with_name(file.name + ".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(f"{before.rstrip()}\n\n{added}", encoding="utf-8")
        after = read_sources(beside)
        beside.replace(file)
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return after[len(known) :]


def _head(user_agent: str | None) -> str:
    if user_agent:
        return f"# The declared sources: see docs/sources.md.\n\nuser_agent = {_string(user_agent)}\n"
    return (
        "# The declared sources: see docs/sources.md. Before the first harvest, say who you are:\n"
        '# user_agent = "my-project/1 (+mailto:me@my-domain.org)"\n'
    )


def _name(feed: Feed) -> str:
    for text in (feed.title, (urlsplit(feed.url).hostname or "").removeprefix("www."), "feed"):
        plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-")
        if name:
            return name
    return "feed"


def _free(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


def _string(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, too, as long as nothing beyond ASCII is escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")
