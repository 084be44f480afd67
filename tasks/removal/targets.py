"""What somebody names to be removed: URLs, ids and domains.

What belongs here: telling the three apart. What does not: what the store holds of them (``search``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tasks.values.urls import domain_of, host_of, normalise_url


class RemovalError(Exception):
    """Nothing can be removed now; the message is one line that says what to do."""


class WordError(RemovalError):
    """A word names no URL, id or domain."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What is named. ``urls`` are as given and in normal form; ``ids`` name an article or a document."""

    urls: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


def read_targets(words: Sequence[str]) -> Targets:
    """Tell URLs, ids and domains by their form. Raises :class:`WordError` for a word that is none of them."""
    urls: set[str] = set()
    ids: set[str] = set()
    domains: set[str] = set()
    for word in (word.strip() for word in words):
        if "://" in word:
            normal = normalise_url(word)
            if normal is None:
                raise WordError(f"{word} is no http or https URL")
            urls |= {word, normal}
        elif (found := _id(word)) is not None:
            ids.add(found)
        else:
            domains.add(_domain(word))
    return Targets(frozenset(urls), frozenset(ids), frozenset(domains))


def _id(word: str) -> str | None:
    try:
        return str(UUID(word)) if len(word) == 36 else None
    except ValueError:
        return None


def _domain(word: str) -> str:
    normal = normalise_url(f"https://{word}/") if "/" not in word and "@" not in word else None
    if normal is None or "." not in word:
        raise WordError(f"{word} is no URL, no id and no domain")
    host = host_of(normal)
    domain = domain_of(host)
    if host not in (domain, f"www.{domain}") and word.lower() != domain:
        raise WordError(f"{word} is a host of {domain}: name {domain} to remove the whole of it, or URLs")
    return domain
