"""What kind of page it is: an article, or one of the others in ``tasks.schema.PAGE_TYPES``.

What belongs here: the choice, and its evidence in words. What does not: how signs are counted (``signs``),
the text (``body``), and how the weights were fitted (``bench/body_model.py``).

Losing an article costs more than keeping a page too many. A page that says that it is an article, to machines or to
readers, is believed; the table of trees is fitted to tell the others.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from tasks.extraction.body import Body
from tasks.extraction.boosted import Boosted
from tasks.extraction.fields.view import View
from tasks.extraction.page_type.signs import (
    GENERATORS,
    TYPES,
    URL_WORDS,
    signs_declared,
    signs_of_shape,
    signs_of_voice,
    signs_shown,
)
from tasks.extraction.structured import StructuredData
from tasks.record import Record

ARTICLE: Final = 0.36
"""Chance from which on a page is an article."""

LEAST_SHOWN: Final = 0.05
"""The limit for a page that only shows itself as an article to readers."""

_EVEN: Final = 0.5
_SHOWN: Final = 0.8  # score of a date right at the headline
_SENTENCES: Final = 3
_HEADLINE: Final = 4  # words; fewer are a name or a heading
OTHER: Final = 0.15  # chance below which no other kind is named
_FORUMS: Final = frozenset({"DiscussionForumPosting", "QAPage"})  # all 14 pages of dev that declare one are no articles
_TABLES: Final = Path(__file__).with_name("model.json")


@lru_cache(maxsize=1)
def _tables() -> dict[str, Boosted]:
    """Page type -> the table that tells it from all others."""
    return {kind: Boosted.of(table) for kind, table in json.loads(_TABLES.read_text(encoding="utf-8"))["kinds"].items()}


def classify(view: View, record: Record, body: Body) -> tuple[str, str]:
    """The page type and why, in words."""
    found = signs_declared(view, record) | signs_of_shape(body)
    if declares_article(found):
        return "article", "declared as an article with its date: " + _in_words(found, view.structured, body)
    found |= signs_of_voice(body) | signs_shown(view, record)
    tables = _tables()
    article = _chance(tables["article"], found)
    shown = article >= LEAST_SHOWN and shows_article(found)
    says_forum = bool(_FORUMS & view.structured.types())
    if article >= (_EVEN if says_forum else ARTICLE) or shown:
        kind = "article"
    elif says_forum:
        kind = "forum"
    else:
        chance = {name: _chance(table, found) for name, table in tables.items() if name != "article"}
        kind = max(chance, key=lambda name: chance[name])
        if chance[kind] < OTHER:
            kind = "other"
        elif found["og.product"] and chance["product"] >= _EVEN:
            kind = "product"  # lists of a shop look alike, but hardly call themselves one product
    because = ", shown as one" if shown else ""
    return kind, f"chance of an article {article:.2f}{because}: " + _in_words(found, view.structured, body)


def declares_article(found: dict[str, float]) -> bool:
    """Whether the page tells machines that it is an article with a date, and has text: 320 of 323 of dev's are.

    No model is asked, which saves a fifth of the time on news pages.
    """
    said = (found["og.article"] and found["meta.published"]) or (found["own.article"] and found["date.declared"])
    return bool(said) and _may_be(found)


def shows_article(found: dict[str, float]) -> bool:
    """Whether the page shows readers a headline with a date, or a headline with a byline and declares the date.

    The model has seen few that are short; a brief of sixty words is news all the same. Of dev's pages that declare
    nothing more, 91 of 94 that show this are articles.
    """
    if not (found["anchored"] and found["headline.words"] >= _HEADLINE) or found["price"]:
        return False
    has_author = found["authors.html"] or found["authors.declared"]
    dated = found["date.shown"] >= _SHOWN or found["url.date"] or (has_author and found["date.declared"])
    return bool(dated) and _may_be(found)


def _may_be(found: dict[str, float]) -> bool:
    """Whether there is some text, and nothing that articles never are."""
    has_text = found["body.long"] or math.expm1(found["text.sentences"]) >= _SENTENCES
    return bool(has_text) and not (found["url.home"] or found["type.forum"] or found["type.product"])


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
    if "count.a" in found:
        said.append(f"{math.expm1(found['count.a']):.0f} links")
    if body.prices > 2:
        said.append(f"{body.prices} prices")
    return "; ".join(said)
