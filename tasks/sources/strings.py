"""The last look at what a record is called: its URL, its input's name, what an input says of it.

What belongs here: strings that reach a row whatever extraction makes of the page: valid Unicode, of bounded length,
without credentials. What does not: the page's bytes (``payloads``) and what is read from them (``tasks.extraction``).
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from tasks.page import Origin, Page, Reject
from tasks.values.urls import LONGEST_URL, without_credentials, without_secrets

_LONGEST_DETAIL = 1000
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST_DECLARED = 100_000


def presentable(item: Page | Reject) -> Page | Reject:
    """The page or reject with strings that any row can hold and any reader may see.

    Names and passwords in URLs (``https://name:password@example.com``) are taken out: they are secrets, and no page's
    address. Control characters in them are percent-encoded. A URL longer than any server takes ends the page as
    ``invalid_url``, which keeps its beginning.
    """
    origin = _origin(item.origin)
    if isinstance(item, Reject):
        url = item.url and _url(item.url)[:LONGEST_URL]
        detail = item.detail and without_secrets(_valid(item.detail))[:_LONGEST_DETAIL]
        return replace(item, origin=origin, url=url, detail=detail)
    url = _url(item.url)
    if len(url) > LONGEST_URL:
        return Reject("invalid_url", origin, url[:LONGEST_URL], f"the URL has {len(item.url):,} characters")
    declared = {name: _valid(value[:_LONGEST_DECLARED]) for name, value in item.declared.items()}
    return replace(item, origin=origin, url=url, declared=declared)


def input_name(path: str) -> str:
    """An input's path as rows name it."""
    return without_secrets(_valid(path))


def _origin(origin: Origin) -> Origin:
    name = input_name(origin.input)
    record_id = origin.record_id and without_credentials(_valid(origin.record_id))[:LONGEST_URL]
    if name == origin.input and record_id == origin.record_id:
        return origin
    return replace(origin, input=name, record_id=record_id)


def _url(url: str) -> str:
    return _CONTROLS.sub(lambda found: quote(found[0]), without_credentials(_valid(url)))


def _valid(text: str) -> str:
    """The text with lone surrogates replaced: JSON escapes and file names that are no UTF-8 hold them."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
