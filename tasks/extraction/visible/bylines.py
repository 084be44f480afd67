"""The byline that readers see: elements marked as such, texts that say "By", names beside the headline.

What belongs here: candidates for the authors, as text. What does not: declared authors and the choice (``authors``),
splitting a byline (``tasks.values.bylines``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from lxml import etree

from tasks.extraction.plain import plain, squash
from tasks.extraction.tree import text_of
from tasks.extraction.visible.surroundings import Piece, Surroundings, is_aside
from tasks.extraction.visible.text_rules import HAS_DIGIT, LABELS, SAYING_WHO
from tasks.extraction.visible.texts import texts_saying_who
from tasks.values.byline_words import LEAD_INS
from tasks.values.bylines import in_profile_address, is_organisation, looks_like_person, split_byline
from tasks.values.dates import parse_date
from tasks.values.months import month_number

# The next three are asked of names in lower case: that takes an eighth of the time of ignoring case.
_NAME_CLASS = re.compile(
    r"(?:author|byline|writer)s?(?:[\s_-]+(?:name|link|title))|name|^(?:author|byline|writer)s?$|vcard|\bfn\b"
)
_SURE_CLASS = re.compile(r"(?:author|writer|byline|creator)s?[\s_-]*(?:__|-)?name|post-?author(?:\s|$)|^author$")
# "/auto-insurance/" is marked as "/author/" is.
_OTHER_ADDRESS = re.compile(r"/aut(?!h?or(?:[^a-z]|[aei]|s\b|en\b|in\b|es\b)|eu)")
_NOT_A_NAME = re.compile(
    r"bio|avatar|image|img|photo|social|follow|twitter|desc|title|role|job|more|posts|date|time|share|comment|related|count|latest"
)
_PREFIXES = (
    "written |posted |reported |story |words |article |published |text |guest post |created |authored "
    "|contributed |reviewed "
)
_LEADING = (
    "by|von|par|por|di|door|av|af|od|autor|autora|author|auteur|escrito por|scritto da"
    "|a cura di|texte|text|tekst|автор|بقلم|oleh|yazan|γράφει|skriven av|skrevet av|skrevet af|geschreven door"
    "|geschrieben von|écrit par|rédigé par|기자명"
)
_LEAD = rf"(?:{_PREFIXES})?(?:{_LEADING})"
_LEADS = re.compile(_LEAD + r"(?:\s*:\s*|\s+|$)", re.I)
# The first two letters of all that begins a byline: a look at them takes a tenth of the time of the pattern.
_BEGINNINGS = frozenset(
    word[:2] for word in (*_PREFIXES.split("|"), *_LEADING.split("|"), *LEAD_INS) if word[:2].isascii()
)
# Any word that leads bylines in, where a colon follows; and reporters whose title comes first, without a space.
_BY = re.compile(
    rf"^(?:{_LEAD}(?:\s*:\s*|\s+|$)|(?:{'|'.join(map(re.escape, LEAD_INS))})\s*[:：]\s*"
    r"|(?=(?:本报|本報|本刊|本网|特约|特約)?(?:首席|见习|实习)?(?:记者|記者)\s))(.*)$",
    re.I | re.S,
)
# "Posted on 5 March 2023 by Ada Marlow"
_DATED_BY = re.compile(
    r"^(?:posted|published|updated|written|on|geschrieben|publié|publicado)?\b.{0,50}?\d.{0,20}?\b(?:by|von|par|por)\s+(.+)$",
    re.I | re.S,
)
SAYS_WHO = (*SAYING_WHO, "Author")
_TAIL = re.compile(
    r"\s*(?:[|•·*]|\s[–—-]\s|\bon\b|\d|published|updated|posted|last |,?\s*(?:min|minutes?)\s+read"
    r"|\s(?:in|for|at)(?:\s+[A-Z].*)?$).*$",
    re.I | re.S,
)
_MAX_TEXT = 90  # characters; a byline is short
_MAX_MARKED = 200
_MOST_KEPT = 4096  # texts whose names are remembered: links to the same people, the same texts beside them
_MAX_SAID = 40
_MAX_PARTS = 40  # texts within one element
_NEAR = 6  # pieces
_NEAR_LABEL = 12  # pieces
_PROFILED = 0.95
_FIRST = 0.46  # a name right under the headline needs no other evidence


def marked_bylines(marked: list[etree._Element], headline: etree._Element | None) -> list[tuple[float, str]]:
    """Score and names' text of elements that say of themselves that they hold the author, h1 elements among them."""
    found: list[tuple[float, str]] = []
    elements = marked[:_MAX_MARKED]
    anchor = next((at for at, element in enumerate(elements) if element is headline), 0)
    for at, element in enumerate(elements):
        if element.tag in _NEVER or not isinstance(element.tag, str):
            continue
        text = plain(" ".join(islice(element.itertext(), _MAX_PARTS))[: _MAX_TEXT * 3])
        label = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        if _OTHER_ADDRESS.search(element.get("href") or "") and not label.strip() and not element.get("rel"):
            continue
        declared = element.get("rel") == "author" or element.get("itemprop") == "author"
        names = names_of(text, sure=declared or bool(_SURE_CLASS.search(label)))
        if len(names) == 1 and len(names[0].split()) > 2:
            # A name and a role in elements of their own.
            first = next(
                (alone for part in islice(element.itertext(), _MAX_PARTS) if (alone := names_of(plain(part)))), names
            )
            names = first if names[0].startswith(first[0]) else names
        if not names:
            continue
        distance = at - anchor
        score = 1.0 - (0.05 * distance if distance >= 0 else -0.1 * distance)
        score += 0.7 if declared else 0.0
        score += 0.5 if _NAME_CLASS.search(label) else 0.0
        score += 0.6 if text and _by(text) else 0.0
        score -= 1.0 if _NOT_A_NAME.search(label) else 0.0
        parent = element.getparent()
        score -= 2.0 if parent is not None and is_aside(parent) else 0.0
        found.append((score, ", ".join(names)))
    return found


def by_texts(surroundings: Surroundings) -> list[tuple[float, str]]:
    """Score and names' text of short pieces about the headline that begin with "By", or follow a "By" alone."""
    found: list[tuple[float, str]] = []
    pieces = surroundings.pieces
    for at, piece in enumerate(pieces):
        match = (_by(piece.text) or _dated_by(piece.text)) if len(piece.text) <= _MAX_TEXT else None
        if match is None:
            continue
        names = names_of(match[1], sure=True) if match[1] else []
        if not names and len(match[1]) < 3 and at + 1 < len(pieces):
            names = names_of(pieces[at + 1].text, sure=True)
            if not names and match[0].strip(" :").lower() in ("author", "autor") and at > 0:
                names = names_of(pieces[at - 1].text)
            if at + 3 < len(pieces) and pieces[at + 2].text.strip(" ,").lower() in _JOINS:
                names += names_of(pieces[at + 3].text, sure=True)
        if not names or (
            len(names) == 1 and " " not in names[0] and not match[0].lower().startswith(("by", "written", "posted"))
        ):
            continue
        distance = piece.offset if piece.offset > 0 else -piece.offset * 2
        score = 1.9 - distance * (0.05 if surroundings.anchored else 0.02)
        # "Authors: ..." in an article's text names those of something else.
        score -= 1.0 if distance > _NEAR_LABEL and not _LEADS.match(piece.text) else 0.0
        score -= 1.5 if not 0 < piece.offset <= _NEAR and is_aside(piece.element) else 0.0
        found.append((score, ", ".join(names)))
    return found


def bare_names(surroundings: Surroundings, headline: str | None, language: str | None) -> list[tuple[float, str]]:
    """Score and names' text of pieces right by the headline that are a person's name, or a name and a date.

    A title-case tag looks the same: it takes a date, a reading time or the name again elsewhere to believe it.
    """
    found: list[tuple[float, str]] = []
    if not surroundings.anchored:
        return found
    pieces = surroundings.pieces
    for at, piece in enumerate(pieces):
        if not -4 <= piece.offset <= _NEAR or len(piece.text) > _MAX_TEXT:
            continue
        names = names_of(piece.text)
        if not names or not all(looks_like_person(name) for name in names) or _links_to_topic(piece):
            continue
        if squash(names[0]) in squash(headline) or not any(c.islower() for c in piece.text):
            continue  # a breadcrumb; a script without capitals, in which every short word looks like a name
        reach = range(at - 2, at + 4) if piece.offset > 0 else range(at - 1, at + 2)
        around = [pieces[i].text for i in reach if 0 <= i < len(pieces)]
        score = 0.1 - 0.05 * abs(piece.offset)
        if any(len(text) <= _MAX_TEXT and (_READING_TIME.search(text) or _has_date(text, language)) for text in around):
            score += 0.7
        again = [
            other
            for other in pieces
            if other is not piece and other.offset > piece.offset + 1 and names[0] in other.text
        ]
        score += 0.5 if again and piece.offset > 0 else 0.0
        score += _FIRST if piece.offset == 1 else 0.0
        found.append((score, ", ".join(names)))
    return found


def anywhere(tree: etree._Element) -> list[tuple[float, str]]:
    """Score and names' text of "Written by ..." wherever it stands: after the text, or in a box about the author."""
    found: list[tuple[float, str]] = []
    body = tree.find("body")
    for text, parent in texts_saying_who(tree if body is None else body, _MAX_SAID):
        line = " ".join(text[:400].split())
        if parent.tag in _NEVER or len(line) > 200:
            continue
        match = _BY.match(line) or _WRITTEN_BY.search(line)
        if match is None:
            continue
        names = names_of(match[1]) if match[1] else []
        if not names and len(match[1]) < 3:
            whole = plain(text_of(parent)[:_MAX_TEXT]) or ""
            rest = _BY.match(whole)
            names = names_of(rest[1]) if rest else []
            # Prose that calls something else "written by" somebody has the same form.
            within = next(iter(parent), None) if _THIS_WAS_WRITTEN_BY.match(line) and parent.text == text else None
            for following in (within, parent.getnext()):
                if not names and following is not None:
                    names = names_of(plain(text_of(following)[:_MAX_TEXT]))
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
        name = plain(text_of(link)[: _MAX_TEXT + 1])
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
        text = plain(text_of(bold)[: _MAX_TEXT + 1])
        if not text or len(text) > _MAX_TEXT or text != plain(text_of(paragraph)[: _MAX_TEXT * 2]):
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
    return paragraph is not None and len(text_of(paragraph)) > _MAX_TEXT


def names_of(text: str | None, sure: bool = False) -> list[str]:
    """The names in a short text, if names are all it holds; an empty list otherwise.

    ``sure``: something else says that this is the author, so that single words and desks pass too.
    """
    if not text or len(text) > _MAX_TEXT:
        return []
    return list(_names_of(text, sure))


def _by(text: str) -> re.Match[str] | None:
    beginning = text[:2]
    return _BY.match(text) if not beginning.isascii() or beginning.lower() in _BEGINNINGS else None


def _dated_by(text: str) -> re.Match[str] | None:
    return _DATED_BY.match(text) if HAS_DIGIT(text) else None


@lru_cache(_MOST_KEPT)
def _names_of(text: str, sure: bool) -> tuple[str, ...]:
    match = _by(text)
    if match and match[1]:
        text, sure = match[1], True
    text = _TAIL.sub("", text).strip(" ,-–—:")
    words = text.split()
    while len(words) > 1 and month_number(words[-1]) and len(words[-1]) <= 9:
        words.pop()
    names = tuple(name.name for name in split_byline(" ".join(words)))
    if not names or any(_NO_NAME_AT_ALL.search(name) for name in names):
        return ()
    if all(looks_like_person(name.split(",")[0]) for name in names):
        return names
    short = all(
        len(name.split()) <= 4 and len(name) <= 40 and (name[:1].isupper() or not name.isascii() or len(names) == 1)
        for name in names
    )
    if sure and short and all(" " not in name or is_organisation(name) or looks_like_person(name) for name in names):
        return names
    return ()


# Prose calls other things written by somebody too: "the posts written by ...".
_WRITTEN_BY = re.compile(
    r"(?:^\W*|\b(?:article|post|story|piece|column|guide|review|recipe|content|page|text|report|was|is|been|and)\s+)"
    r"(?:written|posted|authored) by\s*:?\s*([^.!?]*)",
    re.I,
)
_THIS_WAS_WRITTEN_BY = re.compile(r"this \w+(?: \w+)? (?:was|is|has been) (?:written|authored) by\W*$", re.I)
_NEVER = frozenset(
    {"script", "meta", "link", "body", "html", "img", "input", "form", "style", "noscript", "h1", "title"}
)
_JOINS = frozenset({"and", "&", "und", "et", "y", "e", "", "en", "och", "og"})
_READING_TIME = re.compile(r"\bmin(?:ute)?s?\b.{0,3}read|\bread(?:ing)? time|lesezeit|min\.? de lect", re.I)
_TOPIC = re.compile(
    r"/(?:tags?|topics?|categor\w+|sections?|themen?|tema|rubri\w+|search|hashtag)/|[?&](?:tag|cat|q)=", re.I
)
_NO_NAME_AT_ALL = re.compile(r"[:#?!/\\<>\[\]{}=]|\bposts?\b", re.I)


def _links_to_topic(piece: Piece) -> bool:
    for element in (piece.element, piece.element.getparent()):
        if element is not None and element.tag == "a" and _TOPIC.search(element.get("href") or ""):
            return True
    return False


def _has_date(text: str, language: str | None) -> bool:
    return any(c.isdigit() for c in text) and parse_date(text, language=language) is not None
