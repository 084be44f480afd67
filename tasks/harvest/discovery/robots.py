"""The sitemaps that a robots.txt names.

What belongs here: its Sitemap lines. What does not: what it allows and forbids (the fetching side of
``tasks.harvest``).
"""

from __future__ import annotations

import re

from tasks.harvest.discovery.addresses import absolute

_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_MAX_CHARACTERS = 1_000_000  # the standard (RFC 9309) asks for half of that
_MOST = 1_000


def sitemaps_in_robots(text: str, url: str | None = None) -> list[str]:
    """The sitemaps' absolute URLs, in order, each once. Relative ones count where ``url``, the file's own, is given."""
    found: dict[str, None] = {}
    for match in _LINE.finditer(text.removeprefix("\ufeff")[:_MAX_CHARACTERS]):
        address = absolute(match[1].split(" #")[0].strip(), url or "")
        if address is not None:
            found[address] = None
        if len(found) == _MOST:
            break
    return list(found)
