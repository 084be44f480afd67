"""When the canonical URL that a page declares is believed.

What belongs here: what two URLs alone can say. What does not: their form (``urls``), and that a canonical URL shared by
pages of different text is none (``tasks.deduplication``).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from tasks.values.urls import absolute_url, domain_of, host_of, normalise_url

_INDEX = re.compile(r"(?:index|default|home)(?:\.[a-z]{2,5})?", re.IGNORECASE)
_LANGUAGE_FOLDER = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SLUG = re.compile(r"\d{4,}|[^-_]+(?:[-_][^-_]+){3,}|\.(?!(?:php|aspx?|jsp)$)[a-z]{3,5}$", re.IGNORECASE)


def _segments(path: str) -> list[str]:
    """The path's segments, without a file that stands for its folder."""
    segments = [unquote(segment) for segment in path.split("/") if segment]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    return segments


def _names_an_article(segment: str) -> bool:
    """Four words or more, a number of four digits or more, a file name: ``harbour-reopens-after-storm``."""
    return len(segment) > 30 or (bool(_SLUG.search(segment)) and not _YEAR.fullmatch(segment))


def _is_home_or_section_of(canonical: str, url: str) -> bool:
    """Whether ``canonical`` is a home or section page while ``url`` lies deeper (both in normal form)."""
    (path, _, query), (own_path, _, own_query) = (
        address.split("/", 3)[3].partition("?") for address in (canonical, url)
    )
    if query:
        return False
    segments, own = _segments(path), _segments(own_path)
    if segments and own and segments[-1] == own[-1]:
        return False  # the same page in another folder
    if not segments or (len(segments) == 1 and _LANGUAGE_FOLDER.fullmatch(segments[0])):
        return bool(own[len(segments) :] or own_query)
    if any(map(_names_an_article, segments)):
        return False
    return len(own) > len(segments) or (len(own) == len(segments) and any(map(_names_an_article, own)))


def believe_canonical(url: str, declared: str | None) -> str | None:
    """The page's canonical URL in normal form: ``declared`` where it can be believed, else ``url``.

    Believed is a URL on the same registrable domain that is no home or section page while ``url`` lies
    deeper. Null where ``url`` itself is no http or https URL.
    """
    own = normalise_url(url)
    if own is None:
        return None
    resolved = absolute_url(url.strip(), declared)
    canonical = normalise_url(resolved) if resolved else None
    if canonical is None or domain_of(host_of(canonical)) != domain_of(host_of(own)):
        return own
    return own if _is_home_or_section_of(canonical, own) else canonical
