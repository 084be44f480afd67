"""The order in which a body is looked for, and the evidence about it.

What belongs here: ``extract_body`` and what it takes and gives. What does not: each way of looking (the other modules).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from lxml import etree

from tasks.extraction.body.blocks import segment
from tasks.extraction.body.declared import Known, reduced
from tasks.extraction.body.elsewhere import MIN_TEXT, declared_body, plain_paragraphs, script_body, unscripted
from tasks.extraction.body.features import features
from tasks.extraction.body.figures import LONG, Figures, Floats, figures
from tasks.extraction.body.places import places
from tasks.extraction.body.segments import Block, Segments
from tasks.extraction.body.text_cues import TEXT_BIT
from tasks.extraction.body.writing import written
from tasks.extraction.boosted import Boosted

_PRICE: Final = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:€|EUR|USD|zł|kr)(?!\w)")
MAX_DECLARED: Final = 100_000  # characters; every block is looked for in what is declared
PRICE_LENGTH: Final = 60  # characters; a longer block only mentions a price
CHOSEN: Final = 0.45
CHOSEN_OF_NEWS: Final = 0.55
"""Chance from which on a block is taken. Pages that declare a NewsArticle carry more around the text than within:
on unseen domains .55 gave them word F1 .976 (.50: .975), and .45 the others .9585 (.50: .9579)."""

_APART: Final = "\x00"  # between the texts of a page: no page holds it (``tree`` takes it out)
_TEXT_PLACES: Final = np.arange(len(TEXT_BIT))[:, None]

_MODEL: Final = Path(__file__).with_name("model.json")
_loaded: list[Boosted] = []


@dataclass(slots=True)
class BodyHints:
    """What the structured data says of the page. ``json_ld_bodies``: articleBody values as found."""

    json_ld_bodies: list[str] = field(default_factory=list)
    headline: str | None = None
    description: str | None = None
    authors: list[str] = field(default_factory=list)
    url: str = ""
    language: str | None = None


@dataclass(slots=True)
class Body:
    """The text, where it was found (``html``, ``json-ld``), and figures about it that tell articles from other pages.

    Characters unless said otherwise. ``certainty``: mean chance of the chosen blocks, weighted by length.
    """

    text: str | None
    source: str = "html"
    page_chars: int = 0
    page_link_chars: int = 0
    page_blocks: int = 0
    chars: int = 0
    link_chars: int = 0
    paragraphs: int = 0
    long_paragraphs: int = 0  # of 80 characters or more
    headings: int = 0
    list_items: int = 0
    certainty: float = 0.0
    spread: float = 0.0  # share of the page's blocks between the first and last chosen one that were chosen
    prices: int = 0  # blocks that are a price
    cues: dict[str, int] = field(default_factory=dict)  # text cue -> blocks of the page that carry it


def known(hints: BodyHints, is_news: bool) -> Known:
    """The hints as the features compare them with blocks."""
    return Known(
        bodies=" ".join(reduced(plain_paragraphs(body[:MAX_DECLARED])) for body in hints.json_ld_bodies[:3]),
        headline=reduced(hints.headline or ""),
        description=reduced(hints.description or ""),
        authors=tuple(name for name in map(reduced, hints.authors[:20]) if len(name) > 3),
        is_news=is_news,
    )


def says_article(scripts: Iterable[etree._Element]) -> bool:
    """Whether a page, by its scripts, calls itself a piece of news, in JSON-LD."""
    return any(
        '"NewsArticle"' in (script.text or "") or '"ReportageNewsArticle"' in (script.text or "")
        for script in scripts
        if "ld+json" in (script.get("type") or "")
    )


def _model() -> Boosted:
    if not _loaded:
        _loaded.append(Boosted.read(_MODEL))
    return _loaded[0]


def extract_body(tree: etree._Element, hints: BodyHints, scripts: Sequence[etree._Element] | None = None) -> Body:
    """The body of the page, or a :class:`Body` without text.

    ``scripts``: those of the tree, where they were collected. Does not change the tree; raises for nothing that a page
    may hold.
    """
    scripts = list(tree.iter("script")) if scripts is None else scripts
    body = _from_blocks(segment(tree), hints, says_article(scripts))
    if body.text and len(body.text) >= MIN_TEXT:
        return body
    declared = declared_body(hints.json_ld_bodies)
    if declared and len(declared) > 2 * len(body.text or ""):
        body.text, body.source = declared, "json-ld"
        return body
    scripted = script_body(scripts)
    if scripted and len(scripted) > 3 * len(body.text or ""):
        body.text, body.source = scripted, "html"
        return body
    if not body.text:
        shown = unscripted(tree)
        if shown is not None:
            return _from_blocks(segment(shown, whole=True), hints, False)
    return body


def _from_blocks(segments: Segments, hints: BodyHints, is_news: bool) -> Body:
    if not segments.blocks:
        return Body(None)
    model = _model()
    of = figures(segments.blocks)
    _, matrix = features(segments, of, places(segments, of), known(hints, is_news), model.columns)
    return assembled(segments.blocks, of, model.chances(matrix), CHOSEN_OF_NEWS if is_news else CHOSEN)


def _prices(texts: list[str]) -> int:
    """How many texts are a price and little more: one search through all of them, since most pages have none."""
    short = _APART.join([text for text in texts if len(text) < PRICE_LENGTH])
    count = at = 0
    while (found := _PRICE.search(short, at)) is not None:
        count += 1
        at = short.find(_APART, found.end())
        if at < 0:
            break
    return count


def assembled(blocks: list[Block], of: Figures, chances: Floats, least: float) -> Body:
    """The body made of those blocks whose chance is ``least`` or more, with its evidence."""
    chosen = np.flatnonzero(chances >= least)
    picked = [blocks[index] for index in chosen]
    lengths = of.chars[chosen]
    body = Body(
        text=written(picked) or None,
        page_chars=int(of.chars.sum()),
        page_link_chars=int(of.link_chars.sum()),
        page_blocks=len(blocks),
        chars=int(lengths.sum()),
        link_chars=int(of.link_chars[chosen].sum()),
        paragraphs=len(picked),
        long_paragraphs=int((of.prose[chosen] >= LONG).sum()),
        headings=int((of.heading[chosen] > 0).sum()),
        list_items=sum(block.tag == "li" for block in picked),
        prices=_prices(of.texts),
        cues=dict(zip(TEXT_BIT, ((of.said >> _TEXT_PLACES) & 1).sum(1).tolist(), strict=True)),
    )
    if len(chosen):
        body.certainty = float(np.average(chances[chosen], weights=lengths))
        body.spread = float(len(chosen) / (chosen[-1] - chosen[0] + 1))
    return body
