"""What readers see of a page's descriptive parts: headings, and the pieces of text around the headline.

What belongs here: finding them in the tree. What does not: machine-readable declarations (``structured``), the
body text (``body``), and choosing among candidates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from tasks.extraction.plain import plain, squash
from tasks.extraction.tree import text_of
from tasks.extraction.visible.texts import Owned, texts_after, texts_before, texts_within

_MAX_HEADINGS = 20
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "p", "div", "span"})
_HOME = re.compile(r"/?(?:index\.\w{2,5}|home/?|[a-z]{2}/?)?", re.I)
_BEFORE, _AFTER = 40, 90  # pieces of text kept before and after the headline
# Asked of names in lower case: that takes an eighth of the time of ignoring case.
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:related(?![-_]?(?:tag|topic|keyword))|recommend|(?<!content-)(?<!with-)(?<!has-)(?<!no-)sidebar(?![-_](?:content|wrap|main|page|layout|none))|widget-area|footer|comments?|teaser|promo|popular|trending|newsletter|most-read|read-more|more-from|latest|carousel|nav|menu|breadcrumbs?)"
)
_OWN_TEXT = re.compile(r"(?:entry|post|article)[-_]+(?:content|body)(?:\s|$)|articleBody")


@dataclass(slots=True)
class Piece:
    """A run of text. ``offset``: pieces after the headline's own (negative before it)."""

    text: str
    element: etree._Element
    offset: int


@dataclass(slots=True)
class Surroundings:
    """The pieces of text around the headline, in page order; ``anchor``: its element, or null.

    ``dated``: score and raw date, or null, of the pieces looked at so far, by place and language (``dates``).
    """

    pieces: list[Piece] = field(default_factory=list)
    anchor: etree._Element | None = None
    dated: dict[tuple[int, str | None], tuple[float, str] | None] = field(default_factory=dict)

    @property
    def anchored(self) -> bool:
        """Whether the headline was found in the page."""
        return self.anchor is not None


def read_h1s(headings: Sequence[etree._Element]) -> list[str]:
    """The texts of the h1 elements among a page's headings, in order."""
    texts = []
    for element in _of_first_rank(headings):
        text = plain(text_of(element)[:2_000])
        if text:
            texts.append(text)
    return texts


def site_headings(headings: Sequence[etree._Element], url: str) -> list[str]:
    """Headings of the first rank that are a link to the site's home and nothing else: its name, on every page."""
    found: list[str] = []
    for element in _of_first_rank(headings):
        link = next(element.iter("a"), None)
        text = plain(text_of(element)[:200])
        if link is None or not text or squash(text_of(link)[:200]) != squash(text):
            continue
        try:
            own, linked = urlsplit(url), urlsplit(urljoin(url, link.get("href") or "#"))
        except ValueError:
            continue
        if linked.netloc == own.netloc and _HOME.fullmatch(linked.path) and not linked.query and not linked.fragment:
            found.append(text)
    return found


def _of_first_rank(headings: Sequence[etree._Element]) -> list[etree._Element]:
    return [heading for heading in headings if heading.tag == "h1"][:_MAX_HEADINGS]


def marked_heading(marked: list[etree._Element]) -> str | None:
    """The one heading among those marked as the title of an entry; null where there are several, as in a list."""
    found = {
        text
        for element in marked[:_MAX_HEADINGS]
        if element.tag in _HEADINGS and (text := plain(text_of(element)[:1_000])) and not is_aside(element)
    }
    return found.pop() if len(found) == 1 else None


def read_surroundings(tree: etree._Element, headings: Sequence[etree._Element], headline: str | None) -> Surroundings:
    """What stands before and after the headline. Where the page shows none: its first pieces of text.

    Walks outwards from the headline: on 698 pages a walk from the top took three times as long.
    """
    anchor = headline_element(headings, headline)
    body = tree.find("body")
    if anchor is None:
        return Surroundings(_pieces(texts_within(tree if body is None else body, _AFTER), 1))
    before = _pieces(texts_before(anchor, _BEFORE), -1)
    return Surroundings(before[::-1] + _pieces(texts_after(anchor, _AFTER), 1), anchor)


def _pieces(texts: Owned, step: int) -> list[Piece]:
    return [Piece(text, owner, step * place) for place, (text, owner) in enumerate(texts, 1)]


def headline_element(headings: Sequence[etree._Element], headline: str | None) -> etree._Element | None:
    """The element that shows the headline: the heading whose text is it or shares most words with it."""
    wanted = squash(headline)
    best, best_share = None, 0.0
    same: etree._Element | None = None  # a teaser in a menu, or the headline where h1 is the site's name
    words = set(re.findall(r"\w+", (headline or "").lower()))
    for count, element in enumerate(headings):
        if count > 200:
            break
        text = text_of(element)[:1_000]
        if wanted and squash(text) == wanted:
            if element.tag == "h1":
                return element
            same = element if same is None else same
        other = set(re.findall(r"\w+", text.lower()))
        share = len(words & other) / max(1, len(words | other))
        if element.tag == "h1":
            share += 0.25
        if share > best_share:
            best, best_share = element, share
    if same is not None:
        return same
    return best if best_share >= 0.4 else next(iter(_of_first_rank(headings)), None)


def is_aside(element: etree._Element) -> bool:
    """Whether the element stands in a part of the page that speaks of other things than its article."""
    for depth, above in enumerate([element, *element.iterancestors()]):
        if depth > 12:
            return False
        if above.tag in ("aside", "footer", "nav"):
            return True
        names = f"{above.get('class') or ''} {above.get('id') or ''}"
        if depth and _OWN_TEXT.search(names):
            return False  # what stands around the text may be named for the bar at its side
        if (
            above.tag not in ("body", "html", "main", "article")
            and len(names) > 3
            and _ASIDE.search(names[:300].lower())
        ):
            return True
    return False
