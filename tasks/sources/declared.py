"""The declared sources: ``sources.toml``, read and checked.

What belongs here: the file's form, and where in it a mistake is. What does not: what each key may hold
(``source_keys``); fetching feeds, sitemaps and URL lists (``tasks.harvest``); running the others, which are inputs like
any (``find``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasks.sources.find import Input, find_inputs
from tasks.sources.kinds import KINDS
from tasks.sources.locations import InputError, is_remote
from tasks.sources.options import ReadOptions
from tasks.sources.source_keys import SOURCE_KINDS, TABLE, TOP, text, unknown
from tasks.values.url_patterns import wants

__all__ = ["SOURCE_KINDS", "Source", "read_sources", "source_inputs"]


@dataclass(frozen=True, slots=True)
class Source:
    """One declared source. ``locations`` are URLs or paths; relative paths are already joined to the file's folder.

    ``language`` (BCP 47) and ``licence`` (URL or SPDX name) stand in where a page says nothing; ``country`` is
    ISO 3166. ``line`` is where the source begins in the file. The keys from ``interval`` on are harvest's: times in
    seconds, ``max_bytes`` a response, ``max_pages`` and ``max_seconds`` a harvest (null: no limit), ``robots`` whether
    robots.txt is obeyed, ``revisit`` null where pages are fetched again only when their listing says they changed.
    """

    name: str
    kind: str
    locations: tuple[str, ...]
    line: int
    user_agent: str | None = None
    language: str | None = None
    country: str | None = None
    licence: str | None = None
    url_column: str | None = None
    content_column: str | None = None
    retrieved_at_column: str | None = None
    enabled: bool = True
    interval: float = 3_600.0
    revisit: float | None = None
    delay: float = 5.0
    concurrency: int = 1
    max_pages: int | None = None
    max_seconds: float | None = None
    max_bytes: int = 20_000_000
    timeout: float = 60.0
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    allow_hosts: tuple[str, ...] = ()
    robots: bool = True

    @property
    def is_input(self) -> bool:
        """Whether the source lies ready to be read, and need not be fetched first."""
        return self.kind in KINDS

    @property
    def declared(self) -> dict[str, str]:
        """What it says of all its pages, by the names of ``tasks.record.Record`` fields."""
        said = {"language_declared": self.language, "license": self.licence}
        return {name: value for name, value in said.items() if value}

    def wants(self, url: str) -> bool:
        """Whether a page is to be fetched: by ``include`` and ``exclude``."""
        return wants(url, self.include, self.exclude)

    def options(self, base: ReadOptions | None = None) -> ReadOptions:
        """How its pages are to be read."""
        return replace(
            base or ReadOptions(),
            source=self.name,
            url_column=self.url_column,
            content_column=self.content_column,
            retrieved_at_column=self.retrieved_at_column,
            declared=self.declared,
        )


def read_sources(path: str | Path) -> list[Source]:
    """The sources that a ``sources.toml`` declares, in its order, those switched off included.

    Raises ``InputError``, which names the file, the line where there is one, and what to do.
    """
    file = Path(path)
    try:
        content = file.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{file}: no such file; write one with [[source]] tables, or name inputs") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
    try:
        values = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{file}: not TOML: {error}") from error
    return _Checker(file, content).sources(values)


def source_inputs(sources: Iterable[Source], options: ReadOptions | None = None) -> list[Input]:
    """The inputs of the sources that lie ready and are not switched off. Raises ``InputError``."""
    inputs: dict[str, Input] = {}
    for source in sources:
        if not (source.is_input and source.enabled):
            continue
        try:
            found = find_inputs(source.locations, source.kind, source.options(options))
        except InputError as error:
            raise InputError(f"source {source.name}: {error}") from error
        for item in found:
            inputs.setdefault(item.path, item)
    return list(inputs.values())


class _Checker:
    def __init__(self, file: Path, content: str) -> None:
        self.file = file
        self.lines = content.splitlines()
        self.starts = [
            number
            for number, line in enumerate(self.lines, 1)
            if re.match(r"\s*\[\[\s*[\"']?source[\"']?\s*\]\]", line)
        ]

    def fail(self, line: int | None, what: str) -> InputError:
        return InputError(f"{self.file}{f', line {line}' if line else ''}: {what}")

    def line_of(self, key: str, start: int | None, stop: int | None = None) -> int | None:
        """Where a key is set, between two lines; the first of the lines where it cannot be found."""
        name = rf"[\"']?{re.escape(key)}[\"']?"
        pattern = re.compile(rf"\s*(?:{name}\s*[.=]|\[\s*source\s*\.\s*{name}\s*\]|\[\[?\s*{name}\s*\])")
        for number, line in enumerate(self.lines[(start or 1) - 1 : (stop or len(self.lines) + 1) - 1], start or 1):
            if pattern.match(line):
                return number
        return start

    def sources(self, values: dict[str, Any]) -> list[Source]:
        for key in values:
            if key not in TOP:
                raise self.fail(self.line_of(key, None), unknown(key, TOP))
        agent = values.get("user_agent")
        if agent is not None and (not isinstance(agent, str) or not agent.strip() or not agent.isprintable()):
            raise self.fail(self.line_of("user_agent", None), "user_agent must be a text on one line, not empty")
        tables = values.get("source", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self.fail(self.line_of("source", None), "source must be tables: begin each with [[source]]")
        if not tables:
            raise self.fail(None, "declares no source; begin each with [[source]]")
        found: dict[str, Source] = {}
        for number, table in enumerate(tables):
            start = self.starts[number] if len(self.starts) == len(tables) else None
            stop = self.starts[number + 1] if start and number + 1 < len(tables) else None
            source = self.source(table, start, stop, agent)
            if source.name in found:
                line = self.line_of("name", start, stop)
                raise self.fail(line, f"a source named {source.name!r} is there already; names must differ")
            found[source.name] = source
        return list(found.values())

    def source(self, table: dict[str, Any], start: int | None, stop: int | None, agent: str | None) -> Source:
        def wrong(key: str, what: str) -> InputError:
            return self.fail(self.line_of(key, start, stop), what)

        for name in table:
            if name not in TABLE:
                raise wrong(name, unknown(name, TABLE))
        values: dict[str, Any] = {}
        for name, key in TABLE.items():
            if name not in table:
                if key.needed:
                    raise self.fail(start, f"a source without {name!r}; add the key")
                continue
            try:
                values[name] = key.read(table[name])
            except ValueError as error:
                raise wrong(name, f"{name} {error}") from error
        for name in values:
            if values["kind"] not in TABLE[name].kinds:
                kinds = ", ".join(TABLE[name].kinds)
                raise wrong(name, f"{name} is for sources of kind {kinds}; this one is of kind {values['kind']}")
        listed = values.pop("location")
        if values["kind"] in ("feed", "sitemap") and not all(re.match(r"https?://[^/\s]+", place) for place in listed):
            raise wrong("location", f"location of a {values['kind']} must be an http or https URL")
        places = tuple(self.place(place) for place in listed)
        return Source(**values, locations=places, line=start or 1, user_agent=text(agent) if agent else None)

    def place(self, location: str) -> str:
        """A location; a relative path from the folder of the file, so that any working directory will do."""
        if is_remote(location) or Path(location).is_absolute() or location.startswith("file://"):
            return location
        return str(self.file.parent / location)
