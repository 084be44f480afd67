"""Who wrote a page, where nothing by the headline says it: "Written by ..." anywhere, a linked profile, a bold name.

What belongs here: candidates for the authors from the whole page, as text. What does not: those about the headline
(``bylines``), what a byline's text says (``byline_texts``) and the choice (``fields.authors``).
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from tasks.extraction.plain import plain, squash
from tasks.extraction.tree import text_of
from tasks.extraction.visible.byline_texts import BY, MAX_TEXT, NEVER, names_of
from tasks.extraction.visible.surroundings import is_aside
from tasks.extraction.visible.text_rules import LABELS, SAYING_WHO
from tasks.extraction.visible.texts import texts_saying_who
from tasks.values.names import in_profile_address, looks_like_person

_MAX_MARKED = 200
_NEAR = 6  # pieces

SAYS_WHO = (*SAYING_WHO, "Author")
_MAX_SAID = 40
_PROFILED = 0.95
# Prose calls other things written by somebody too: "the posts written by ...".
_WRITTEN_BY = re.compile(
    r"(?:^\W*|\b(?:article|post|story|piece|column|guide|review|recipe|content|page|text|report|was|is|been|and)\s+)"
    r"(?:written|posted|authored) by\s*:?\s*([^.!?]*)",
    re.I,
)
_THIS_WAS_WRITTEN_BY = re.compile(r"this \w+(?: \w+)? (?:was|is|has been) (?:written|authored) by\W*$", re.I)


def anywhere(tree: etree._Element) -> list[tuple[float, str]]:
    """Score and names' text of "Written by ..." wherever it stands: after the text, or in a box about the author."""
    found: list[tuple[float, str]] = []
    body = tree.find("body")
    for text, parent in texts_saying_who(tree if body is None else body, _MAX_SAID):
        line = " ".join(text[:400].split())
        if parent.tag in NEVER or len(line) > 200:
            continue
        match = BY.match(line) or _WRITTEN_BY.search(line)
        if match is None:
            continue
        names = names_of(match[1]) if match[1] else []
        if not names and len(match[1]) < 3:
            whole = plain(text_of(parent)[:MAX_TEXT]) or ""
            rest = BY.match(whole)
            names = names_of(rest[1]) if rest else []
            # Prose that calls something else "written by" somebody has the same form.
            within = next(iter(parent), None) if _THIS_WAS_WRITTEN_BY.match(line) and parent.text == text else None
            for following in (within, parent.getnext()):
                if not names and following is not None:
                    names = names_of(plain(text_of(following)[:MAX_TEXT]))
        if names:
            # A heading that says "Author" is of this page also beside its text, where other pages are named.
            aside = line not in LABELS and is_aside(parent) and not _in_own_footer(parent)
            found.append((0.9 - 0.05 * len(found) - (1.5 if aside else 0.0), ", ".join(names)))
    return found


def _in_own_footer(element: etree._Element) -> bool:
    """Whether it stands in the footer of an article or of the main part of the page, not in the page's own."""
    footer = next(element.iterancestors("footer"), None)
    if footer is None or next(footer.iterancestors("article", "main"), None) is None:
        return False
    return not is_aside(footer.getparent())


def profiled(links: list[etree._Element]) -> list[tuple[float, str]]:
    """Score and name of the one person whose name is both a link's text and in the address that it leads to.

    So republished articles name their author, and pages whose byline stands far from the headline.
    """
    named: dict[str, str] = {}
    for link in links[:_MAX_MARKED]:
        name = plain(text_of(link)[: MAX_TEXT + 1])
        if not name or not looks_like_person(name) or not in_profile_address(name, link.get("href") or ""):
            continue
        if not is_aside(link) or _in_own_footer(link):
            named.setdefault(squash(name), name)
    return [(_PROFILED, name) for name in named.values()] if len(named) == 1 else []


def signatures(tree: etree._Element, headline: str | None) -> list[tuple[float, str]]:
    """Score and names' text of people who stand alone and bold in a paragraph, before the text or behind it.

    So sign newspapers whose system names the paper itself as the author of everything.
    """
    found: list[tuple[float, str]] = []
    topic = set((headline or "").lower().split())
    for bold in islice(tree.iter("strong", "b"), _MAX_MARKED):
        paragraph = bold.getparent()
        if paragraph is None or paragraph.tag != "p" or (paragraph.text or "").strip():
            continue
        text = plain(text_of(bold)[: MAX_TEXT + 1])
        if not text or len(text) > MAX_TEXT or text != plain(text_of(paragraph)[: MAX_TEXT * 2]):
            continue
        names = names_of(", ".join(text.split("/")))
        if not names or not all(looks_like_person(name) and " " in name for name in names):
            continue
        if topic & set(" ".join(names).lower().split()):
            continue  # a caption or a heading
        before, behind = (_is_prose(_sibling(paragraph, ahead=ahead)) for ahead in (False, True))
        if before != behind:
            found.append((1.0, ", ".join(names)))
    return found


def _sibling(paragraph: etree._Element, *, ahead: bool) -> etree._Element | None:
    """The nearest paragraph beside this one that holds any text."""
    beside = (element for element in paragraph.itersiblings("p", preceding=not ahead))
    return next((element for element in islice(beside, _NEAR) if len(plain(text_of(element)) or "") > 1), None)


def _is_prose(paragraph: etree._Element | None) -> bool:
    return paragraph is not None and len(text_of(paragraph)) > MAX_TEXT
