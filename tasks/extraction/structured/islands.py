"""Data for the page's own scripts: what a page that declares nothing to others says of its article in JSON.

What belongs here: finding the one object about this article in the JSON that content systems leave for their scripts
(``__NEXT_DATA__``, ``window.state = {...}``), in the form of a JSON-LD object. What does not: declarations meant for
others (``json_ld``), and the text (``body.elsewhere``).

An object is this article's when one of its titles is the page's headline: such data hold teasers of dozens of others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from lxml import etree

from tasks.extraction.plain import plain, squash

Node = dict[str, Any]

_MAX_SCRIPT: Final = 4_000_000  # characters
_MAX_VALUES: Final = 200_000  # looked at in one page
_MAX_CANDIDATES: Final = 20
_MAX_STARTS: Final = 12  # assignments tried in one script
_MIN_HEADLINE: Final = 8  # letters and digits; shorter ones are the same as labels
_ASSIGNED = re.compile(r"[=(]\s*(?=\{\s*\")")
_DATA_LAYER_AUTHOR = re.compile(r'"pagePostAuthor"\s*:\s*"([^"\\]{2,60})"')
_NESTED: Final = frozenset({dict, list})
_DECODER = json.JSONDecoder(strict=False)

_TITLES: Final = frozenset({"title", "headline", "name", "heading", "Title", "Headline", "webTitle", "pageTitle"})
# Keys in lower case without signs, best first.
_DATES: Final[dict[str, tuple[str, ...]]] = {
    "datePublished": (
        "datepublished", "firstpublishdate", "firstpublishedat", "firstpublished", "publishedat", "publishdate",
        "publicationdate", "publisheddate", "publishedon", "publishtime", "publishedtime", "published", "displaydate",
        "pubdate", "dateposted", "postdate",
    ),
    "dateModified": (
        "datemodified", "modifiedat", "lastmodified", "updatedat", "lastupdated", "lastupdateddate", "modified",
        "updated", "dateupdated", "modifieddate", "updateddate",
    ),
}  # fmt: skip
_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "author": ("authors", "author", "bylines", "byline", "writers", "contributors", "creators", "creator", "by"),
    "keywords": ("tags", "keywords", "topics"),
    "articleSection": ("section", "primarysection", "category", "primarycategory", "channel"),
}
_NAMED_BY: Final = ("name", "fullname", "displayname", "text", "title", "label")
_MAX_NAME: Final = 100  # characters
# Objects that only hold more of the same article: anything else in it may be another article.
_INSIDE: Final = frozenset(
    {"attributes", "fields", "metadata", "meta", "headlines", "credits", "taxonomy", "titles", "data", "content"}
)


def article_island(scripts: Sequence[etree._Element], headline: str | None) -> Node | None:
    """The fullest object about the article of this headline, with schema.org names; null where there is none."""
    wanted = squash(headline)
    if headline is None or len(wanted) < _MIN_HEADLINE:
        return None
    key = max(headline.split(), key=len)  # whatever else is escaped in a title, its longest word is written out
    best: Node = {}
    seen = 0
    for value in _values(scripts, headline):
        stack, candidates = [value], 0
        while stack and seen < _MAX_VALUES and candidates < _MAX_CANDIDATES:
            entry = stack.pop()
            seen += 1
            if type(entry) is dict:
                if (not _TITLES.isdisjoint(entry) or "headlines" in entry) and _is_called(entry, wanted, key):
                    candidates += 1
                    found = _read(entry)
                    best = found if len(found) > len(best) else best
                entry = entry.values()
            stack += [inner for inner in entry if type(inner) in _NESTED]
    return best or None


def author_in_data_layer(text: str) -> str | None:
    """The name that WordPress hands to a tag manager as the post's author, in the page's text with its scripts."""
    match = _DATA_LAYER_AUTHOR.search(text)
    return plain(match[1]) if match else None


def _values(scripts: Sequence[etree._Element], headline: str) -> Iterator[Any]:
    """The JSON values of scripts that mention the headline."""
    written = (headline, json.dumps(headline)[1:-1])
    for script in scripts:
        text, kind = script.text, (script.get("type") or "").lower()
        if not text or len(text) > _MAX_SCRIPT or "ld+json" in kind or not any(form in text for form in written):
            continue
        if "json" in kind:
            value, _ = _decoded(text, len(text) - len(text.lstrip()))
            if isinstance(value, (dict, list)):
                yield value
            continue
        at = 0
        for _ in range(_MAX_STARTS):
            found = _ASSIGNED.search(text, at)
            if found is None:
                break
            value, at = _decoded(text, found.end())  # what is assigned inside of it is no other value
            if value is not None:
                yield value


def _decoded(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at a place, and where it ends; null and the same place where there is none."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start


def _is_called(entry: Node, wanted: str, key: str) -> bool:
    titles = [entry[name] for name in _TITLES & entry.keys()]
    headlines = entry.get("headlines")
    if isinstance(headlines, dict):
        titles.extend(headlines.values())
    return any(isinstance(title, str) and key in title and squash(plain(title)) == wanted for title in titles)


def _read(entry: Node) -> Node:
    """What the object says of its article, and what its parts say."""
    flat: dict[str, Any] = {}
    for part in (entry, *(value for key, value in entry.items() if key in _INSIDE and isinstance(value, dict))):
        for key, value in part.items():
            flat.setdefault(_bare(key), value)
    found: Node = {}
    for name, keys in _DATES.items():
        dates = [flat[key] for key in keys if isinstance(flat.get(key), (str, int)) and flat[key]]
        if dates:
            found[name] = dates[0]
    for name, keys in _LISTS.items():
        names = next((names for key in keys if (names := _names(flat.get(key)))), [])
        if names:
            found[name] = names
    return found


def _names(value: Any) -> list[str]:
    """The names in a string, an object with a name, or a list of either."""
    names: list[str] = []
    for entry in value if isinstance(value, list) else [value]:
        text = _name_in(entry) if isinstance(entry, dict) else entry
        if (name := plain(text)) and len(name) < _MAX_NAME and isinstance(text, str):
            names.append(name)
    return names


def _name_in(entry: Node) -> str | None:
    inner = entry.get("attributes")
    texts = inner if isinstance(inner, dict) else entry
    keyed = {_bare(key): text for key, text in texts.items() if isinstance(text, str) and text}
    if "firstname" in keyed and "name" not in keyed:
        return f"{keyed['firstname']} {keyed.get('lastname', '')}"
    return next((keyed[key] for key in _NAMED_BY if key in keyed), None)


def _bare(key: str) -> str:
    return key.replace("_", "").replace("-", "").lower()
