"""What readers see of a page's descriptive parts: headings, and the pieces of text around the headline.

What belongs here: finding them in the tree. What does not: machine-readable declarations (``structured``), the
body text (``body``), and choosing among candidates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import lxml.html

from tasks.extraction.plain import plain
from tasks.extraction.site_name import squash

_MAX_HEADINGS = 20
_MAX_ELEMENTS = 40_000  # looked at for the surroundings; the headline of a page stands before
_BEFORE, _AFTER = 40, 90  # pieces of text kept before and after the headline
_MAX_PIECE = 400  # characters of a piece that are kept
_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "option", "select", "textarea", "head", "iframe", "button"})
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:related|recommend|sidebar|widget-area|footer|comments?|teaser|promo|popular|trending|newsletter|most-read|read-more|more-from|latest|carousel|nav|menu|breadcrumbs?)",
    re.I,
)


@dataclass(slots=True)
class Piece:
    """A run of text. ``offset``: pieces after the headline's own (negative before it)."""

    text: str
    element: lxml.html.HtmlElement
    offset: int


@dataclass(slots=True)
class Surroundings:
    """The pieces of text around the headline, in page order; ``anchor``: its element, or null."""

    pieces: list[Piece] = field(default_factory=list)
    anchor: lxml.html.HtmlElement | None = None

    @property
    def anchored(self) -> bool:
        """Whether the headline was found in the page."""
        return self.anchor is not None


def read_h1s(tree: lxml.html.HtmlElement) -> list[str]:
    """The texts of the page's h1 elements, in order."""
    texts = []
    for count, element in enumerate(tree.iter("h1")):
        if count >= _MAX_HEADINGS:
            break
        text = plain(element.text_content()[:2_000])
        if text:
            texts.append(text)
    return texts


def read_surroundings(tree: lxml.html.HtmlElement, headline: str | None) -> Surroundings:
    """What stands before and after the headline. Where the page shows none: its first pieces of text."""
    anchor = headline_element(tree, headline)
    body = tree.find("body")
    root = tree if body is None else body
    before: list[Piece] = []
    after: list[Piece] = []
    passed = anchor is None
    inside = anchor
    skip: lxml.html.HtmlElement | None = None
    for count, (event, element) in enumerate(_walk(root)):
        if count > _MAX_ELEMENTS or len(after) >= _AFTER:
            break
        if skip is not None:
            if event == "end" and element is skip:
                skip = None
                text = element.tail
            else:
                continue
        elif event == "start":
            if element.tag in _UNSEEN or not isinstance(element.tag, str):
                skip = element
                continue
            if element is anchor:
                passed = True
            text = element.text
        else:
            if element is inside:
                inside = None
            text = element.tail
        if not text or text.isspace():
            continue
        if passed and inside is not None:
            continue  # the headline's own text
        owner = element if event == "start" else element.getparent()
        piece = Piece(" ".join(text[: _MAX_PIECE * 2].split())[:_MAX_PIECE], owner, 0)
        (after if passed else before).append(piece)
        if len(before) > 4 * _BEFORE:
            del before[: -_BEFORE]
    pieces = before[-_BEFORE:]
    for position, piece in enumerate(pieces):
        piece.offset = position - len(pieces)
    for position, piece in enumerate(after):
        piece.offset = position + 1
    return Surroundings(pieces + after, anchor)


def _walk(root: lxml.html.HtmlElement):  # type: ignore[no-untyped-def]
    from lxml import etree

    return etree.iterwalk(root, events=("start", "end"))


def headline_element(tree: lxml.html.HtmlElement, headline: str | None) -> lxml.html.HtmlElement | None:
    """The element that shows the headline: the heading whose text is it or shares most words with it."""
    wanted = squash(headline)
    best, best_share = None, 0.0
    words = set(re.findall(r"\w+", (headline or "").lower()))
    for count, element in enumerate(tree.iter("h1", "h2", "h3")):
        if count > 200:
            break
        text = element.text_content()[:1_000]
        if wanted and squash(text) == wanted:
            return element
        other = set(re.findall(r"\w+", text.lower()))
        share = len(words & other) / max(1, len(words | other))
        if element.tag == "h1":
            share += 0.25
        if share > best_share:
            best, best_share = element, share
    return best if best_share >= 0.4 else next(iter(tree.iter("h1")), None)


def is_aside(element: lxml.html.HtmlElement) -> bool:
    """Whether the element stands in a part of the page that speaks of other things than its article."""
    for depth, above in enumerate([element, *element.iterancestors()]):
        if depth > 12:
            return False
        if above.tag in ("aside", "footer", "nav"):
            return True
        names = f"{above.get('class') or ''} {above.get('id') or ''}"
        if above.tag not in ("body", "html", "main", "article") and len(names) > 3 and _ASIDE.search(names[:300]):
            return True
    return False
