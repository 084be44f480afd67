"""The fields that need no weighing: description, section, language, type, licence, paywall, canonical URL.

What belongs here: taking the first good declaration. What does not: fields whose sources must be weighed against each
other (``headline``, ``authors``, ``dates``, ``keywords``).
"""

from __future__ import annotations

import re
from typing import Any

from tasks.extraction.fields.view import View
from tasks.extraction.mark_rules import Marks
from tasks.extraction.plain import plain, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.addresses import absolute, address_in
from tasks.extraction.structured.article_node import is_article
from tasks.extraction.structured.json_ld import each, types_of
from tasks.extraction.visible.tags import visible_categories

Node = dict[str, Any]
Found = tuple[str | None, str | None]  # value, source

_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_TEMPLATE = re.compile(r"\{\{|\}\}|<%|\$\{")
_MAX_DESCRIPTION = 5_000  # characters
_MAX_SECTION = 100


def source_of(node: Node, structured: StructuredData) -> str:
    """``json-ld`` or ``microdata``."""
    return "json-ld" if any(node is other for other in structured.json_ld) else "microdata"


def description(structured: StructuredData, nodes: list[Node]) -> Found:
    """The summary the page declares for itself."""
    for node in nodes:
        if is_article(node):
            for value in each(node.get("description")):
                text = plain(value)
                if text and len(text) <= _MAX_DESCRIPTION and not _TEMPLATE.search(text):
                    return text, source_of(node, structured)
    for name, source in (
        ("og:description", "opengraph"),
        ("description", "meta"),
        ("twitter:description", "meta"),
        ("dc.description", "meta"),
    ):
        text = plain(structured.first_meta(name))
        if text and len(text) <= _MAX_DESCRIPTION and not _TEMPLATE.search(text):
            return text, source
    return None, None


def section(view: View) -> Found:
    """The section the page files itself under: declared, the last step of its breadcrumbs that is not the page, or
    the first category that the entry links to.
    """
    structured, nodes, names = view.structured, view.nodes, view.names
    for node in nodes:
        for value in each(node.get("articleSection")):
            text = plain(value)
            if text and len(text) <= _MAX_SECTION:
                return text, source_of(node, structured)
    for name, source in (
        ("article:section", "opengraph"),
        ("og:section", "opengraph"),
        ("section", "meta"),
        ("parsely-section", "meta"),
    ):
        text = plain(structured.first_meta(name))
        if text and len(text) <= _MAX_SECTION and squash(text) not in names:
            return text, source
    for node in (*structured.json_ld, *structured.microdata):
        if "BreadcrumbList" in types_of(node):
            steps = [text for item in each(node.get("itemListElement")) if (text := _step(item))]
            inner = [step for step in steps[1:-1] if len(step) <= _MAX_SECTION and squash(step) not in names]
            if inner:
                return inner[-1], source_of(node, structured)
    in_island = each(view.island.get("articleSection")) if not nodes else []
    for text in (*in_island, *visible_categories(view.marks)):
        if len(text) <= _MAX_SECTION and squash(text) not in names:
            return text, "html"
    return None, None


def language(structured: StructuredData, nodes: list[Node]) -> Found:
    """The language the page declares, as written."""
    for node in nodes:
        for value in each(node.get("inLanguage")):
            text = plain(value.get("alternateName") or value.get("name")) if isinstance(value, dict) else plain(value)
            if text and re.fullmatch(r"[a-zA-Z]{2,3}([-_][\w-]+)?", text):
                return text, source_of(node, structured)
    if structured.html_lang and structured.html_lang.strip():
        return structured.html_lang.strip(), "html"
    for name, source in (
        ("og:locale", "opengraph"),
        ("content-language", "meta"),
        ("language", "meta"),
        ("dc.language", "meta"),
    ):
        value = plain(structured.first_meta(name))
        if value:
            return value, source
    return None, None


def article_type(structured: StructuredData, nodes: list[Node]) -> Found:
    """The schema.org type or genre."""
    for node in nodes:
        kinds = types_of(node)
        if is_article(node) and kinds:
            return kinds[0], source_of(node, structured)
    for name, source in (("og:type", "opengraph"), ("article:type", "opengraph"), ("genre", "meta")):
        text = plain(structured.first_meta(name))
        if text and text.lower() not in ("website", "object", "blog"):
            return text, source
    return None, None


def license_of(marks: Marks, structured: StructuredData, nodes: list[Node], url: str) -> Found:
    """The licence's URL, or its name."""
    for node in nodes:
        value = node.get("license")
        found = (
            address_in(value, url) if not isinstance(value, str) or value.startswith(("http", "/")) else plain(value)
        )
        if found:
            return found, source_of(node, structured)
    for href in (*structured.links.get("license", ()), structured.first_meta("dcterms.license", "dc.license") or ""):
        if found := absolute(href, url):
            return found, "meta"
    for link in marks.licenses[:1]:
        if found := absolute(link.get("href") or "", url):
            return found, "html"
    return None, None


def copyright_year(structured: StructuredData, nodes: list[Node]) -> tuple[int | None, str | None]:
    """The copyright year that an article object declares, or a meta element about rights."""
    for node in nodes:
        for value in each(node.get("copyrightYear")):
            match = _YEAR.search(plain(value) or "")
            if match:
                return int(match[1]), source_of(node, structured)
    match = _YEAR.search(plain(structured.first_meta("dcterms.rights", "dc.rights", "copyright", "rights")) or "")
    return (int(match[1]), "meta") if match else (None, None)


def is_free(structured: StructuredData, nodes: list[Node]) -> tuple[bool | None, str | None]:
    """Whether the page declares itself readable without payment."""
    said = [(node, value) for node in nodes for value in each(node.get("isAccessibleForFree"))]
    # Some say so of a part alone, and the part that is not free is what the page is read for.
    for node in nodes:
        parts = [part for part in each(node.get("hasPart")) if isinstance(part, dict)]
        said.extend((node, value) for part in parts for value in each(part.get("isAccessibleForFree")))
    for node, value in said:
        word = str(value).strip().lower().rsplit("/", 1)[-1]
        if word in ("true", "1", "yes"):
            return True, source_of(node, structured)
        if word in ("false", "0", "no"):
            return False, source_of(node, structured)
    tier = (plain(structured.first_meta("article:content_tier")) or "").lower()
    if tier in ("free", "locked", "metered"):
        return tier == "free", "opengraph"
    return None, None


def canonical_url(structured: StructuredData, url: str) -> Found:
    """The URL the page declares as its own, absolute; whether to believe it is decided in normalisation."""
    for href in structured.links.get("canonical", ()):
        if found := absolute(href, url):
            return found, "meta"
    found = absolute(structured.first_meta("og:url") or "", url)
    return (found, "opengraph") if found else (None, None)


def _step(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    inner = next((entry for entry in each(item.get("item")) if isinstance(entry, dict)), {})
    for name in each(item.get("name")) + each(inner.get("name")):
        text = plain(name)
        if text:
            return text
    return None
