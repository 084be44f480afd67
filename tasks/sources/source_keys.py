"""The keys of ``sources.toml``: what each may hold.

What belongs here: one entry a key, with the check of its value. What does not: reading the file and saying where in it
a mistake is (``declared``).
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tasks.sources.kinds import KINDS
from tasks.values.url_patterns import MAX_LENGTH

FETCHED = ("feed", "sitemap", "urls")
SOURCE_KINDS = (*FETCHED, *KINDS)
"""What a source may be. The first three are fetched by harvest; the others are read where they lie."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s?([A-Za-z]{1,5})")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_BYTES = {"b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_LEAST_PREFIX = {4: 8, 6: 7}  # 10.0.0.0/8 and fc00::/7, the largest private networks
_OWN_HEADERS = (
    *("host", "user-agent", "connection", "content-length", "transfer-encoding", "accept-encoding"),
    *("if-none-match", "if-modified-since", "range"),
)
_OTHER_WORDS = {
    "license": "licence",
    "url": "location",
    "urls": "location",
    "locations": "location",
    "path": "location",
    "type": "kind",
    "lang": "language",
    "useragent": "user_agent",
    "agent": "user_agent",
    "sources": "source",
    "allow": "allow_hosts",
    "limit": "max_pages",
    "every": "interval",
    "disabled": "enabled",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``read`` gives the value as it is used, or raises ValueError with what is wrong in words.

    ``kinds``: the kinds of source that it means something to.
    """

    read: Callable[[Any], Any]
    kinds: tuple[str, ...] = SOURCE_KINDS
    needed: bool = False


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return value.strip()


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one.strip() for one in values):
        raise ValueError("must be a text or a list of texts, not empty")
    return tuple(one.strip() for one in values)


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        found = text(value)
        if not pattern.fullmatch(found):
            raise ValueError(f"{found!r} {what}")
        return found

    return read


def _kind(value: Any) -> str:
    found = text(value)
    if found not in SOURCE_KINDS:
        raise ValueError(f"{found!r} is not known; choose one of {', '.join(SOURCE_KINDS)}")
    return found


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _robots(value: Any) -> bool:
    if value not in ("obey", "ignore"):
        raise ValueError('must be "obey" or "ignore"')
    return bool(value == "obey")


def _measured(units: dict[str, int], example: str) -> Callable[[Any], float]:
    """A number, or a text of a number and a unit; in the smallest unit."""

    def read(value: Any) -> float:
        if isinstance(value, str) and (match := _AMOUNT.fullmatch(value.strip())) and match[2].lower() in units:
            return float(match[1]) * units[match[2].lower()]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e15:
            return float(value)
        raise ValueError(f"must be {example}; units are {', '.join(units)}")

    return read


_seconds = _measured(_SECONDS, 'seconds or a text such as "30m"')
_bytes = _measured(_BYTES, 'bytes or a text such as "5 MB"')


def _positive(read: Callable[[Any], float]) -> Callable[[Any], float]:
    def checked(value: Any) -> float:
        found = read(value)
        if found <= 0:
            raise ValueError("must be more than nothing")
        return found

    return checked


def _whole_bytes(value: Any) -> int:
    return int(_positive(_bytes)(value))


def _count(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least:,} to {most:,}")
        return value

    return read


def _patterns(value: Any) -> tuple[str, ...]:
    found = _texts(value)
    for pattern in found:
        if len(pattern) > MAX_LENGTH:
            raise ValueError(f"holds a pattern longer than {MAX_LENGTH} characters")
        if re.search(r"[\^$\\]|\.\*|\(\?", pattern):
            raise ValueError(f"{pattern!r} looks like a regular expression; only * is special here: /politics/*")
    return found


def _hosts(value: Any) -> tuple[str, ...]:
    found = tuple(host.lower() for host in _texts(value))
    for host in found:
        if "/" in host:
            _check_network(host)
        elif not _HOST.fullmatch(host) and not _is_address(host):
            raise ValueError(f"{host!r} is neither a host name nor an address")
    return found


def _check_network(value: str) -> None:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise ValueError(f"{value!r} is no network, such as 10.0.0.0/8") from error
    if str(network) != value:
        raise ValueError(f"{value!r} is no network: its first address would be {network}")
    least = _LEAST_PREFIX[network.version]
    if network.prefixlen < least:
        raise ValueError(f"{value!r} is too much of the internet: /{least} at most")


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return False
    return True


def _headers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('must be a table: { "Accept-Language" = "de" }')
    for name, content in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header")
        if name.lower() in _OWN_HEADERS:
            where = "; set user_agent at the top of the file" if name.lower() == "user-agent" else ""
            raise ValueError(f"{name} is set by harvest itself{where}")
        if not isinstance(content, str) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", content) or len(content) > 4_000:
            raise ValueError(f"the value of {name} must be a text on one line")
    return dict(value)


TABLE: dict[str, Key] = {
    "name": Key(_matching(_NAME, "may hold lower-case letters, digits, dots, hyphens, underscores only"), needed=True),
    "kind": Key(_kind, needed=True),
    "location": Key(_texts, needed=True),
    "language": Key(_matching(_LANGUAGE, "is no BCP 47 tag, such as en or pt-BR")),
    "country": Key(_matching(_COUNTRY, "is no ISO 3166 code, such as FR")),
    "licence": Key(text),
    "enabled": Key(_flag),
    "url_column": Key(text, ("table",)),
    "content_column": Key(text, ("table",)),
    "retrieved_at_column": Key(text, ("table",)),
    "interval": Key(_positive(_seconds), FETCHED),
    "revisit": Key(_positive(_seconds), FETCHED),
    "delay": Key(_seconds, FETCHED),
    "concurrency": Key(_count(1, 64), FETCHED),
    "max_pages": Key(_count(1, 10_000_000), FETCHED),
    "max_seconds": Key(_positive(_seconds), FETCHED),
    "max_bytes": Key(_whole_bytes, FETCHED),
    "timeout": Key(_positive(_seconds), FETCHED),
    "include": Key(_patterns, FETCHED),
    "exclude": Key(_patterns, FETCHED),
    "headers": Key(_headers, FETCHED),
    "allow_hosts": Key(_hosts, FETCHED),
    "robots": Key(_robots, FETCHED),
}
"""The keys of a ``[[source]]``, in the order in which they are best written."""

TOP = ("user_agent", "source")
"""The keys of the file."""


def unknown(key: str, known: Iterable[str]) -> str:
    """What to say of a key that there is not: with the one that was meant, where that can be guessed."""
    names = list(known)
    meant = _OTHER_WORDS.get(key.lower())
    close = [meant] if meant in names else difflib.get_close_matches(key.lower(), names, 1, 0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(names)}"
    return f"unknown key {key!r}; {hint}"
