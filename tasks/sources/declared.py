"""The declared sources: ``sources.toml``, read and checked.

What belongs here: the file's form and its errors. What does not: fetching feeds, sitemaps and URL lists
(``tasks.harvest``); running the others, which are inputs like any (``find``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tasks.sources.find import Input, find_inputs
from tasks.sources.kinds import KINDS
from tasks.sources.locations import InputError, is_remote
from tasks.sources.options import ReadOptions

SOURCE_KINDS = ("feed", "sitemap", "urls", *KINDS)
"""What a source may be. The first three are fetched by harvest; the others are read where they lie."""

_TEXTS = ("name", "kind", "language", "country", "licence", "url_column", "content_column", "retrieved_at_column")
_KEYS = (*_TEXTS, "location", "enabled")
_TOP_KEYS = ("user_agent", "source")
_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
_COUNTRY = re.compile(r"^[A-Z]{2}$")


@dataclass(frozen=True, slots=True)
class Source:
    """One declared source. ``locations`` are URLs or paths; relative paths are already joined to the file's folder.

    ``language`` (BCP 47) and ``licence`` (URL or SPDX name) stand in where a page says nothing; ``country`` is
    ISO 3166. ``line`` is where the source begins in the file.
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

    @property
    def is_input(self) -> bool:
        """Whether the source lies ready to be read, and need not be fetched first."""
        return self.kind in KINDS

    def options(self, base: ReadOptions | None = None) -> ReadOptions:
        """How its pages are to be read."""
        said = {"language_declared": self.language, "license": self.licence}
        return replace(
            base or ReadOptions(),
            source=self.name,
            url_column=self.url_column,
            content_column=self.content_column,
            retrieved_at_column=self.retrieved_at_column,
            declared={field: value for field, value in said.items() if value},
        )


def read_sources(path: str | Path) -> list[Source]:
    """The sources that a ``sources.toml`` declares, in its order, those switched off included.

    Raises ``InputError``, which names the file, the line where there is one, and what to do.
    """
    file = Path(path)
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{file}: no such file; write one with [[source]] tables, or name inputs") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not TOML: {error}") from error
    return _Checker(file, text).sources(values)


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
    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.starts = [
            number
            for number, line in enumerate(self.lines, 1)
            if re.match(r"\s*\[\[\s*[\"']?source[\"']?\s*\]\]", line)
        ]

    def fail(self, line: int | None, what: str) -> InputError:
        return InputError(f"{self.file}{f', line {line}' if line else ''}: {what}")

    def line_of(self, key: str, start: int | None, stop: int | None = None) -> int | None:
        """Where a key is set, between two lines; the first of the lines where it cannot be found."""
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        for number, line in enumerate(self.lines[(start or 1) - 1 : (stop or len(self.lines) + 1) - 1], start or 1):
            if pattern.match(line):
                return number
        return start

    def sources(self, values: dict[str, Any]) -> list[Source]:
        for key in values:
            if key not in _TOP_KEYS:
                raise self.fail(self.line_of(key, None), f"unknown key {key!r}; known are {', '.join(_TOP_KEYS)}")
        agent = values.get("user_agent")
        if agent is not None and (not isinstance(agent, str) or not agent.strip()):
            raise self.fail(self.line_of("user_agent", None), "user_agent must be a text that is not empty")
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

        self.check_keys(table, start, wrong)
        if not _NAME.match(table["name"]):
            raise wrong("name", f"name {table['name']!r}: use lower-case letters, digits, dots, hyphens, underscores")
        if table["kind"] not in SOURCE_KINDS:
            raise wrong("kind", f"kind {table['kind']!r} is not known; choose one of {', '.join(SOURCE_KINDS)}")
        if "language" in table and not _LANGUAGE.match(table["language"]):
            raise wrong("language", f"language {table['language']!r} is no BCP 47 tag, such as en or pt-BR")
        if "country" in table and not _COUNTRY.match(table["country"]):
            raise wrong("country", f"country {table['country']!r} is no ISO 3166 code, such as FR")
        listed = table["location"] if isinstance(table["location"], list) else [table["location"]]
        if not listed or not all(isinstance(place, str) and place.strip() for place in listed):
            raise wrong("location", "location must be a text or a list of texts, not empty")
        fetched = table["kind"] in ("feed", "sitemap")
        if fetched and not all(re.match(r"https?://[^/\s]+", place) for place in listed):
            raise wrong("location", f"location of a {table['kind']} must be an http or https URL")
        texts = {key: table[key].strip() for key in _TEXTS if key in table}
        places = tuple(self.place(place.strip()) for place in listed)
        return Source(**texts, locations=places, line=start or 1, user_agent=agent, enabled=table.get("enabled", True))

    def check_keys(self, table: dict[str, Any], start: int | None, wrong: Callable[[str, str], InputError]) -> None:
        """That the keys are known, the needed ones there, and the values of the right type."""
        for key in table:
            if key not in _KEYS:
                raise wrong(key, f"unknown key {key!r}; known are {', '.join(_KEYS)}")
        for key in ("name", "kind", "location"):
            if key not in table:
                raise self.fail(start, f"a source without {key!r}; add the key")
        for key in _TEXTS:
            if key in table and (not isinstance(table[key], str) or not table[key].strip()):
                raise wrong(key, f"{key} must be a text that is not empty")
        if not isinstance(table.get("enabled", True), bool):
            raise wrong("enabled", "enabled must be true or false")

    def place(self, location: str) -> str:
        """A location; a relative path from the folder of the file, so that any working directory will do."""
        if is_remote(location) or Path(location).is_absolute() or location.startswith("file://"):
            return location
        return str(self.file.parent / location)
