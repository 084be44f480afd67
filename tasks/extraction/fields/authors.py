"""The authors: from structured data, meta elements and the visible byline.

What belongs here: the choice among sources. What does not: how one byline is split (``tasks.values.bylines``).
"""

from __future__ import annotations

from typing import Any

from tasks.extraction.fields.view import View
from tasks.extraction.plain import plain, squash
from tasks.extraction.structured.addresses import absolute, address_in, index_of
from tasks.extraction.structured.islands import author_in_data_layer
from tasks.extraction.structured.json_ld import each, types_of
from tasks.extraction.tree import text_of
from tasks.extraction.visible.byline_texts import names_of
from tasks.extraction.visible.bylines import bare_names, by_texts, marked_bylines
from tasks.extraction.visible.signatures import SAYS_WHO, anywhere, profiled, signatures
from tasks.record import Author
from tasks.values.byline_words import LEAD_INS
from tasks.values.bylines import split_byline
from tasks.values.names import is_organisation, looks_like_person, name_in_address

Node = dict[str, Any]
_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "byl",
    "byline",
    "authors",
)
_MAX_LINKS = 100
_MAX_NAME = 100  # characters
_LEAST_SCORE = 0.5
_SURE_SCORE = 1.5  # enough for a login or one name in place of the site's own
_LEAST_SCORE_AGAINST = 0.9  # to be believed over a declared desk or login


def choose_authors(view: View) -> tuple[list[Author], str | None]:
    """The authors in the page's order and their source; an empty list and null where the page names none."""
    best = min(_candidates(view), key=lambda candidate: _doubt(candidate[0], view.names), default=None)
    if best is not None and _doubt(best[0], view.names) == 0:
        return _with_profiles(view, best[0]), best[1]
    authors, source = _shown(view, best) or best or _last_resort(view)
    return _with_profiles(view, authors), source


def _with_profiles(view: View, authors: list[Author]) -> list[Author]:
    """The authors, those without an address with that of the profile the page links their name to."""
    if all(author.url for author in authors):
        return authors
    linked: dict[str, str] = {}
    for link in view.marks.profiles[:_MAX_LINKS]:
        if address := absolute(link.get("href"), view.url):
            linked.setdefault(squash(text_of(link)[:_MAX_NAME]), address)
    for author in authors:
        author.url = author.url or linked.get(squash(author.name))
    return authors


def _candidates(view: View) -> list[tuple[list[Author], str]]:
    """What the page declares, the most telling first."""
    index = index_of(view.structured.json_ld)
    candidates: list[tuple[list[Author], str]] = []
    for node in view.nodes:
        source = view.source_of(node)
        declared = _declared(node.get("author") or node.get("creator"), index, view.url)
        if declared:
            candidates.append((declared, source))
    for name in (*_META, *(key for key in view.structured.meta if key not in _META and _ends_in_author(key))):
        texts = view.structured.meta.get(name, ())
        authors = [
            Author(name=text)
            for raw in texts
            if (text := plain(raw)) and not text.startswith(("http", "@", "/")) and split_byline(text)
        ]
        if authors:
            candidates.append((authors, "meta"))
    written_by = _labelled(view, sure=True)
    if written_by:
        candidates.append(([Author(name=written_by)], "meta"))
    return candidates


def _shown(view: View, declared: tuple[list[Author], str] | None) -> tuple[list[Author], str] | None:
    """The byline that readers see; null where it says no more than what is declared."""
    around = view.surroundings
    shown = [*marked_bylines(view.marks.bylines, around.anchor), *by_texts(around)]
    if declared is None:
        shown.extend(bare_names(around, view.headline, view.language))
    else:
        shown.extend(signatures(view.tree, view.headline))
    shown.extend(profiled(view.marks.profiles))
    # "By the team" at the top may have "Written by" somebody at the end.
    if not shown or max(shown)[0] < _LEAST_SCORE or (declared is None and is_organisation(max(shown)[1])):
        shown.extend(anywhere(view.tree) if any(words in view.text for words in SAYS_WHO) else [])
    of_the_site = declared is not None and all(squash(author.name) in view.names for author in declared[0])
    for score, text in sorted(shown, key=lambda entry: (is_organisation(entry[1]), -entry[0])):
        names_shown = names_of(text, sure=True)
        if not names_shown or score < (_LEAST_SCORE if declared is None else _LEAST_SCORE_AGAINST):
            continue
        known = [squash(name) in view.names for name in names_shown]
        if (
            declared is None
            or (any(map(looks_like_person, names_shown)) and not all(known))
            or (of_the_site and score >= _SURE_SCORE and len(names_shown) == 1 and not known[0])
        ):
            return [Author(name=name) for name in names_shown], "html"
    return None


def _last_resort(view: View) -> tuple[list[Author], str | None]:
    """The names in the data for the page's scripts, or in the addresses of declared profiles."""
    in_island = [Author(name=text) for text in each(view.island.get("author")) if split_byline(text)]
    if in_island:
        return in_island, "html"
    for name, source in ((_labelled(view, sure=False), "meta"), (author_in_data_layer(view.text), "html")):
        if name and split_byline(name):
            return [Author(name=name)], source
    in_addresses = [
        Author(name, "Person", address)
        for address in view.structured.meta.get("article:author", ())
        if address.startswith("http") and (name := name_in_address(address))
    ]
    return (in_addresses, "opengraph") if in_addresses else ([], None)


def _labelled(view: View, *, sure: bool) -> str | None:
    """The author in a card for sharing: ``twitter:label1`` "Written by" and ``twitter:data1`` the name.

    ``sure``: one that looks like a person's.
    """
    for number in ("1", "2"):
        label = plain(view.structured.first_meta(f"twitter:label{number}"))
        name = plain(view.structured.first_meta(f"twitter:data{number}"))
        if label and name and label.strip(" :").lower() in LEAD_INS and (looks_like_person(name) or not sure):
            return name
    return None


def _ends_in_author(key: str) -> bool:
    return key.endswith((":author", ".author", "_author", "-author", "_authors", ".authors", ":authors", "#author"))


def _doubt(authors: list[Author], names: set[str]) -> int:
    """0 for people, more for what may be a desk, the site itself or the login of whoever published the page."""
    parts = [part for author in authors for part in split_byline(author.name)]
    if not parts:
        return 9
    if all(squash(part.name) in names for part in parts):
        return 1 if all(looks_like_person(part.name) for part in parts) else 4  # somebody's own site
    if any(looks_like_person(part.name) or part.type == "Person" for part in parts):
        return 0
    return 2


def _declared(value: Any, index: dict[str, Node], url: str) -> list[Author]:
    authors: list[Author] = []
    for entry in _flat(value):
        if isinstance(entry, str):
            text = plain(entry)
            if text and text.startswith("http"):
                referred = index.get(text)
                text = _name_of(referred) if referred else name_in_address(text)
            if text and split_byline(text):
                authors.append(Author(name=text))
        elif isinstance(entry, dict):
            referred = index.get(str(entry.get("@id")))
            merged = {**(referred or {}), **entry}
            texts = [text for name in each(merged.get("name")) if (text := plain(name))]
            if not texts:
                texts = [text for key in ("byline", "givenName") if (text := plain(merged.get(key)))][:1]
                if merged.get("familyName") and texts:
                    texts = [f"{texts[0]} {plain(merged['familyName']) or ''}".strip()]
            if not texts and isinstance(merged.get("url"), str):
                texts = [name for name in [name_in_address(merged["url"])] if name]
            kinds = types_of(merged)
            kind = next(
                (k for k in kinds if k in ("Person", "Organization")),
                "Organization" if any(k.endswith("Organization") for k in kinds) else None,
            )
            for text in texts:
                if split_byline(text):
                    authors.append(
                        Author(text, kind, address_in(merged.get("url"), url), address_in(merged.get("image"), url))
                    )
    return authors


def _name_of(node: Node) -> str | None:
    return next((text for name in each(node.get("name")) if (text := plain(name))), None)


def _flat(value: Any) -> list[Any]:
    """A list without the lists in it, one level deep: deeper ones are hostile."""
    return [inner for entry in each(value) for inner in each(entry)]
