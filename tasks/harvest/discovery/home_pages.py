"""The feeds that a web page names: autodiscovery.

What belongs here: link elements, and links that look like feeds. What does not: what else a page says
(``tasks.extraction``).
"""

from __future__ import annotations

import re

from lxml import etree

from tasks.harvest.discovery.addresses import absolute
from tasks.harvest.discovery.decoding import decoded
from tasks.harvest.discovery.listing import MAX_BYTES

_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_LOOKS_LIKE_FEED = re.compile(r"(?:^|[/.?=])(?:rss|feeds?|atom)(?:[./]?(?:xml|rss|rdf|json)?/?)$", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments(?:/|$)", re.IGNORECASE)
_MOST = 100


def feeds_in_page(html: bytes | str, url: str) -> list[str]:
    """The feeds a page at ``url`` names, absolute, in its order; those of comments only where there are no others.

    Where no link element names one, links of the page that look like feeds (``/feed``, ``rss.xml``) are taken.
    """
    text = decoded(html[:MAX_BYTES], None) if isinstance(html, bytes) else html[:MAX_BYTES]
    root = _tree(text)
    if root is None:
        return []
    base = url
    for element in root.iter("base"):
        base = absolute(element.get("href"), url) or url
        break
    named: list[str] = []
    shown: list[str] = []
    for element in root.iter("link", "a"):
        address = absolute(element.get("href"), base)
        if address is None:
            continue
        kind = (element.get("type") or "").split(";")[0].strip().lower()
        relations = (element.get("rel") or "").lower().split()
        is_json = kind == "application/json" and "feed" in address.lower()
        if element.tag == "link" and (
            ("alternate" in relations and (kind in _TYPES or is_json)) or "feed" in relations
        ):
            named.append(address)
        elif element.tag == "a" and (kind in _TYPES or _LOOKS_LIKE_FEED.search(address)):
            shown.append(address)
    found = list(dict.fromkeys(named or shown))
    return [address for address in found if not _COMMENTS.search(address)][:_MOST] or found[:_MOST]


def _tree(text: str) -> etree._Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, collect_ids=False
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
