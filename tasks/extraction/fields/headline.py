"""The headline: candidates from all over the page, ranked by who says it and who agrees.

What belongs here: the choice of headline and alternatives. What does not: the site's names (``site_name``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tasks.extraction.fields.site_name import without_site
from tasks.extraction.plain import plain, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.article_node import telling_words
from tasks.extraction.structured.json_ld import each, types_of
from tasks.values.dates import parse_date

MAX_LENGTH = 400  # characters
_OTHER_TITLES = (
    "title",
    "dc.title",
    "dcterms.title",
    "sailthru.title",
    "parsely-title",
    "cxenseparse:title",
    "headline",
)
_WORD = re.compile(r"\w+")
_TEMPLATE = re.compile(r"\{\{|\}\}|<%|\$\{")
_GENERIC = frozenset(
    {
        "home",
        "blog",
        "news",
        "article",
        "articles",
        "contactus",
        "ourblog",
        "index",
        "untitled",
        "comments",
        "menu",
        "search",
    }
)

# What each source's word is worth. Measured on news and web pages: where a news article object of the page has a
# headline, it is the true one in 90%; h1 in 80%; Open Graph, often rewritten for sharing, in 60%. Open Graph, Twitter
# and title element come from one form field in most systems: together they weigh less than h1.
_WEIGHTS = {
    "news-json-ld": 6.0,
    "json-ld": 2.6,
    "microdata": 1.6,
    "h1": 2.4,
    "marked": 2.0,  # no h1 is of use or there are several, and one heading is marked as the entry's title
    "lone-h1": 0.5,  # shares no word with any other title: a banner
    "opengraph": 1.3,
    "title": 0.6,
    "twitter": 0.2,
    "meta": 0.2,
}
# "rise by a tenth" and "closed on Monday" are part of a headline: after "by" it takes a name, after "on" a date.
_LABEL_AFTER = re.compile(r"\W*(?i:posted|published|updated|(?:by|von|par|por)\s+(?-i:[A-Z]\w+\s+[A-Z]))")
_DATE_AFTER = re.compile(r"\W*(?:on\s+)?(?=\d|[A-Z])", re.I)
_MAX_DATE = 40  # characters


@dataclass(slots=True)
class Candidate:
    """One possible headline. ``kind``: a key of ``_WEIGHTS``; ``source``: one of the schema's field sources."""

    text: str
    kind: str
    source: str


def choose_headline(
    structured: StructuredData, nodes: list[dict[str, Any]], h1s: list[str], names: set[str], marked: str | None = None
) -> tuple[str | None, list[str], str | None]:
    """Headline, alternatives (best first), and the headline's source; nulls where the page has none.

    ``marked``: the heading that the page marks as the entry's title, asked where no h1 is of use or there are several.
    """
    candidates = _candidates(structured, nodes, h1s, names)
    if marked and (len(h1s) > 1 or not any(candidate.kind == "h1" for candidate in candidates)):
        candidates.append(Candidate(marked, "marked", "html"))
    if not candidates:
        return None, [], None
    votes: dict[str, float] = {}
    written_for_search = _is_written_for_search(candidates)
    for candidate in candidates:
        key = squash(candidate.text)
        weight = _WEIGHTS["json-ld" if written_for_search and candidate.kind == "news-json-ld" else candidate.kind]
        if key in names or key in _GENERIC:
            weight *= 0.1
        votes[key] = votes.get(key, 0.0) + weight
    ranked = sorted(candidates, key=lambda candidate: -votes[squash(candidate.text)])
    best = ranked[0]
    seen = {squash(best.text)}
    alternatives = []
    for candidate in ranked:
        key = squash(candidate.text)
        if key not in seen and key not in names and key not in _GENERIC:
            seen.add(key)
            alternatives.append(candidate.text)
    for node in nodes[:1]:
        for value in each(node.get("alternativeHeadline")) + each(node.get("alternateName")):
            text = plain(value)
            if text and len(text) <= MAX_LENGTH and squash(text) not in seen:
                seen.add(squash(text))
                alternatives.append(text)
    return best.text, alternatives[:12], best.source


def _is_written_for_search(candidates: list[Candidate]) -> bool:
    """Whether the JSON-LD headline is the title element's, for search engines, and h1 and Open Graph agree on another.

    On news pages of this pattern h1 was the true headline in 7 of 11.
    """
    keys = {candidate.kind: squash(candidate.text) for candidate in candidates}
    declared, h1 = keys.get("news-json-ld"), keys.get("h1")
    if declared is None or h1 is None or declared == h1:
        return False
    return declared == keys.get("title") and h1 == keys.get("opengraph")


def _candidates(
    structured: StructuredData, nodes: list[dict[str, Any]], h1s: list[str], names: set[str]
) -> list[Candidate]:
    found: list[Candidate] = []

    def add(text: str | None, kind: str, source: str) -> None:
        if text and len(text) <= MAX_LENGTH and squash(text) and not _TEMPLATE.search(text):
            found.append(Candidate(text, kind, source))

    for node in nodes:
        source = "json-ld" if any(node is other for other in structured.json_ld) else "microdata"
        texts = [text for value in each(node.get("headline")) if (text := plain(value))]
        if texts:
            news = source == "json-ld" and any("News" in kind for kind in types_of(node))
            add(_unquoted(texts[0]), "news-json-ld" if news else source, source)
            break
    references = [candidate.text for candidate in found]
    shared = _first(structured, "og:title"), _first(structured, "twitter:title"), plain(structured.title)
    h1 = _best_h1(h1s, [text for text in shared if text] or references, names)
    if h1:
        references.append(h1)
    found = [Candidate(without_site(c.text, names, []), c.kind, c.source) for c in found]
    cleaned: list[str] = []
    for text, kind, source in zip(
        shared, ("opengraph", "twitter", "title"), ("opengraph", "meta", "html"), strict=True
    ):
        if text:
            clean = without_site(text, names, references + cleaned)
            cleaned.append(clean)
            add(clean, kind, source)
    if h1:
        # A date, a byline or a label run together with the headline: another source has it alone.
        alone = next((text for text in cleaned if _is_run_together(text, h1)), without_site(h1, names, []))
        add(alone, "h1" if _agreement(h1, references[:-1] + cleaned) > 0 or not cleaned else "lone-h1", "html")
    for name in _OTHER_TITLES:
        text = _first(structured, name)
        if text:
            add(without_site(text, names, references), "meta", "meta")
    return found


def _first(structured: StructuredData, name: str) -> str | None:
    return plain(structured.first_meta(name))


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    return inner if len(text) > 2 and text[0] == text[-1] == '"' and '"' not in inner else text


def _is_run_together(text: str, longer: str) -> bool:
    """Whether ``longer`` is ``text`` with a date, a byline or a label before or after it."""
    low, part = longer.casefold(), text.casefold()
    if len(squash(text)) < 12 or len(low) == len(part):
        return False
    if low.startswith(part):
        rest = longer[len(text) :]
        return bool(_LABEL_AFTER.match(rest)) or (bool(_DATE_AFTER.match(rest)) and _is_date(rest))
    before = longer[: -len(text)]
    return low.endswith(part) and (before.rstrip().endswith((":", "：")) or _is_date(before))


def _is_date(text: str) -> bool:
    return len(text) <= _MAX_DATE and parse_date(text) is not None


def _agreement(text: str, references: list[str]) -> float:
    """The largest share of common words with any reference, 0 to 1."""
    words = telling_words(text)
    return max(
        (
            len(words & other) / max(1, len(words | other))
            for other in (telling_words(reference) for reference in references)
        ),
        default=0.0,
    )


def _best_h1(h1s: list[str], references: list[str], names: set[str]) -> str | None:
    """The h1 that shares most words with what else the page is called; the first where none shares any."""
    usable = [text for text in h1s if squash(text) not in names and squash(text) not in _GENERIC]
    if not usable:
        return h1s[0] if h1s else None
    return max(usable, key=lambda text: _agreement(text, references) + (0.15 if text is usable[0] else 0.0))
