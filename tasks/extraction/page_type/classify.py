"""What kind of page it is: an article, or one of the others in ``tasks.schema.PAGE_TYPES``.

What belongs here: the choice, and its evidence in words. What does not: how signs are counted (``signs``),
the text (``body``), and how the weights were fitted (``bench/body_model.py``).

A page that nothing speaks against is an article: losing one costs more than keeping a page too many, and
``ARTICLE`` is set so that 97 of 100 articles of unseen domains are kept.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from lxml import etree

from tasks.extraction.body import Body
from tasks.extraction.boosted import Boosted
from tasks.extraction.page_type.signs import GENERATORS, TYPES, URL_WORDS, signs
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.article_node import is_article, own_nodes

ARTICLE: Final = 0.42
"""Chance from which on a page is an article. On unseen domains of dev: precision .93, recall .97."""

LEAST_DECLARED: Final = 0.25
"""The limit for a page that declares itself an article. Below it, it is one in name only: lists and shops made
with a blog's templates say og:type=article too."""

OTHER: Final = 0.15  # chance below which no other kind is named
_TABLES: Final = Path(__file__).with_name("model.json")


@lru_cache(maxsize=1)
def _tables() -> dict[str, Boosted]:
    """Page type -> the table that tells it from all others."""
    return {kind: Boosted.of(table) for kind, table in json.loads(_TABLES.read_text(encoding="utf-8"))["kinds"].items()}


def classify(tree: etree._Element, structured: StructuredData, body: Body, url: str) -> tuple[str, str]:
    """The page type and why, in words. Reads the tree, which ``extract_body`` leaves as it was."""
    found = signs(tree, structured, body, url)
    tables = _tables()
    article = _chance(tables["article"], found)
    declared = article >= LEAST_DECLARED and declares_article(found, structured, body, url)
    if article >= ARTICLE or declared:
        kind = "article"
    else:
        chance = {name: _chance(table, found) for name, table in tables.items() if name != "article"}
        kind = max(chance, key=lambda name: chance[name])
        if chance[kind] < OTHER:
            kind = "other"
    said = ", declared as one" if declared else ""
    return kind, f"chance of an article {article:.2f}{said}: " + _in_words(found, structured, body)


def declares_article(found: dict[str, float], structured: StructuredData, body: Body, url: str) -> bool:
    """Whether the page calls itself an article with a date, in schema.org's words or in Open Graph's, and has text.

    Of dev's pages 138 of 138 with a NewsArticle, 122 of 124 with another Article and 83 of 85 that say so in Open
    Graph alone are articles. The model has seen few that are short; a brief of sixty words is news all the same.
    """
    if not body.long_paragraphs or found["url.home"] or found["type.forum"] or found["type.product"]:
        return False
    if found["og.article"] and found["meta.published"]:
        return True
    return any(
        is_article(node) and "datePublished" in node and "headline" in node
        for node in own_nodes(structured, url, [])[:1]
    )


def _chance(table: Boosted, found: dict[str, float]) -> float:
    row = np.array([[found.get(name, 0.0) for name in table.columns]], np.float32)
    return float(table.chances(row)[0])


def _in_words(found: dict[str, float], structured: StructuredData, body: Body) -> str:
    """The signs that a reader can check."""
    said: list[str] = []
    og = structured.first_meta("og:type")
    if og:
        said.append(f"og:type={og[:40]}")
    types = sorted(name for name in structured.types() if any(pattern.match(name) for pattern in TYPES.values()))
    if types:
        said.append("schema.org " + ", ".join(types[:4]))
    said.append("publication date declared" if found["published"] else "no publication date declared")
    words = [kind for kind in URL_WORDS if found[f"url.{kind}"] or found[f"host.{kind}"] or found[f"url.last-{kind}"]]
    if found["url.home"]:
        said.append("URL of a home page")
    elif words:
        said.append(f"URL words of: {', '.join(words)}")
    if GENERATORS.search((structured.first_meta("generator") or "").lower()):
        said.append("made by forum, shop or documentation software")
    if body.text is None:
        said.append("no body text")
    else:
        share = body.chars / max(body.page_chars, 1)
        said.append(
            f"{body.long_paragraphs} long paragraphs, {share:.0%} of the page's text, certainty {body.certainty:.2f}"
        )
    said.append(f"{math.expm1(found['count.a']):.0f} links")
    if body.prices > 2:
        said.append(f"{body.prices} prices")
    return "; ".join(said)
