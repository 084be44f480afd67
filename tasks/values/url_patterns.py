"""Which pages of a source are wanted: ``include`` and ``exclude``.

What belongs here: the patterns' form and their match. What does not: where the URLs come from (``tasks.harvest``).

Patterns and not regular expressions: ``*`` stands for any run of characters, everything else for itself, so no pattern
can take long on any URL, and the question mark and the dots of a URL need no escapes.
"""

from __future__ import annotations

from collections.abc import Sequence

MAX_LENGTH = 500


def wants(url: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether a URL matches one of ``include`` (or there are none), and none of ``exclude``."""
    return (not include or any(matches(pattern, url) for pattern in include)) and not any(
        matches(pattern, url) for pattern in exclude
    )


def matches(pattern: str, url: str) -> bool:
    """Whether a pattern is the whole of a URL, whatever the case of both.

    A pattern that begins with ``/`` is held against the path and query, one with ``://`` against the whole URL, any
    other against all behind the scheme: ``/politics/*``, ``*.pdf``, ``shop.example.org/*``, ``*?print=1``.
    """
    whole, wanted = url.lower(), pattern.lower()
    if "://" not in wanted:
        whole = whole.partition("://")[2] or whole
        if wanted.startswith("/"):
            whole = "/" + whole.partition("/")[2]
    first, *rest = wanted.split("*")
    if not rest:
        return whole == wanted
    last = rest.pop()
    if not whole.startswith(first) or len(whole) < len(first) + len(last) or not whole.endswith(last):
        return False
    at, end = len(first), len(whole) - len(last)
    for part in rest:
        found = whole.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
