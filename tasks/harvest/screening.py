"""What must not be asked for, and not be kept: pages and domains that were taken out for good.

What belongs here: telling it of the URLs in an outcome and in an answer. What does not: who knows what was taken out
(the caller of ``harvest`` hands in a predicate), and taking out what is kept already (``cutting``).

A listing goes on naming a page for as long as its site does, often with its title and sometimes with its whole text.
So the body of such a listing is not kept, nor is a redirect to such a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import TypeAlias
from urllib.parse import unquote

from tasks.harvest.client import Response
from tasks.harvest.decoding import EncodingError, decoded_body
from tasks.harvest.state import Outcome, Page
from tasks.harvest.state.rows import REMOVED

IsRemoved: TypeAlias = Callable[[str], bool]
"""Whether the page at a URL, or its domain, was taken out for good."""

# Looked for at every place: one URL may be a parameter of another.
_URL = re.compile(r"(?=(https?:[/\\]{2}[^\s\"'<>{}|^`]{1,4096}))", re.IGNORECASE)
_AFTER_A_URL = ").,;:!?]*_"


def nothing_is(_: str) -> bool:
    """Where nothing was ever taken out."""
    return False


def left_out(page: Page, now: float, due_at: float | None = None) -> Outcome:
    """A page that is not asked for, or not asked on where it leads: nothing is known of it any more."""
    return Outcome(page, "refused", due_at, now, reason=REMOVED, removed=1)


def screened(outcome: Outcome, is_removed: IsRemoved) -> Outcome:
    """The outcome without what was taken out; where it led there alone, the page itself is left out."""
    kept = tuple(found for found in outcome.found if not is_removed(found.url))
    removed = len(outcome.found) - len(kept)
    if not removed:
        return outcome
    if outcome.result == "redirected" and not kept:
        return left_out(outcome.page, outcome.asked_at, outcome.due_at)
    return replace(outcome, found=kept, removed=removed)


def answer_names(response: Response, is_removed: IsRemoved) -> bool:
    """Whether a URL that was taken out stands anywhere in the body of an answer, whatever its format."""
    if is_removed is nothing_is:
        return False
    try:
        body = decoded_body(response)
    except EncodingError:
        return False
    return names(body.decode("utf-8", "replace"), is_removed)


def names(text: str, is_removed: IsRemoved) -> bool:
    """Whether a URL that was taken out stands in a text: as it is, in XML, in JSON, or as another URL's parameter."""
    return any(is_removed(url) for url in set(_urls_in(text)))


def _urls_in(text: str) -> Iterator[str]:
    plain = text.replace("\\/", "/")
    for form in (plain, unquote(plain)) if "%2f" in plain.lower() else (plain,):
        for found in _URL.finditer(form):
            url = unescape(found[1])
            yield url
            if url[-1] in _AFTER_A_URL:
                yield url.rstrip(_AFTER_A_URL)
