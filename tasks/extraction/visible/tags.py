"""Tag lists that readers see under or over an article.

What belongs here: finding the links that name the article's own tags. What does not: declared keywords and the choice
(``keywords``).
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from tasks.extraction.mark_rules import Marks
from tasks.extraction.plain import plain
from tasks.extraction.tree import text_of
from tasks.extraction.visible.surroundings import is_aside
from tasks.extraction.visible.texts import short_lists

_TAG_CLASS = re.compile(
    r"(?:^|[\s_-]|[a-z](?=[TK]))(?:tags?|[Tt]ags?|topics?|keywords?|stichwort\w*|schlagwort\w*|themen|temas?|hashtags?)(?:$|[\s_-]|[A-Z])"
)
# Asked of names in lower case: that takes an eighth of the time of ignoring case.
_NOT_ARTICLE = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|header-nav|trending|today|popular|hot|most|cloud|footer|teaser|card|related(?![-_]?(?:tag|topic|keyword))|ticker|cookie|consent|topbar|submenu|breadcrumbs?)"
)
_ENTRY = re.compile(r"\s(?:h-?entry|post|entry|single-post|article)\s", re.I)
_ENTRY_FOOTER = re.compile(r"(?:post|entry|article)[-_]+(?:footer|meta|tags)", re.I)
_SAID_OF_TAGS = """
    tags | tag | tagged | tagged with | tagged in | filed under | topics | topics in this article | in this article
    | related topics | related tags | keywords | explore more topics | read more about | more about | more on
    | mehr zu | mehr zum thema | mehr zu den themen | mehr lesen über | themen | themen in diesem artikel | schlagworte
    | schlagwörter | stichworte | sur le même sujet | mots-clés | mots clés | thèmes | sujets | temas | etiquetas
    | palabras clave | temas relacionados | más sobre | argomenti | parole chiave | assuntos | tópicos | mais sobre
    | onderwerpen | lees meer over | trefwoorden | emner | mer om | mere om | ämnen | aiheet | avainsanat | tagi | temat
    | štítky | témata | címkék | etiketler | теги | темы | ключевые слова | タグ | キーワード | 関連キーワード
    | 関連タグ | 关键词 | 标签 | 關鍵字 | 標籤 | 태그 | 키워드
"""
_LABELS = frozenset(phrase.strip() for phrase in _SAID_OF_TAGS.split("|"))
_MAX_MARKED = 300
_MAX_TAGS = 40
_MAX_PROSE = 200_000  # characters
_MAX_TAG = 60  # characters; longer is a headline


def visible_tags(tree: etree._Element, marks: Marks) -> list[str]:
    """The texts of the first list of tag links in the article's part of the page; empty where there is none."""
    marked = marks.tag_links[:_MAX_MARKED]
    # Of an entry's own footer too: a link marked as its tag speaks of the entry, wherever it stands.
    own = [link for link in marked if "category" not in (link.get("rel") or "") and _in_entry(link)]
    if own:
        first = _group(own[0])
        texts = [text for link in own if _group(link) is first and (text := _tag_text(link))]
        if len(texts) > 1:
            return texts[:_MAX_TAGS]
    groups = [_group(link) for link in marked]
    groups.extend(element for element in marks.tagged[:_MAX_MARKED] if _TAG_CLASS.search(_names(element)))
    seen = set()
    for found in groups:
        group = _group(found) if found.tag == "a" else found
        if group in seen or group.tag in ("body", "html", "main"):
            continue
        seen.add(group)
        links = list(islice(group.iter("a"), 2 * _MAX_TAGS))
        texts = [text for link in links if (text := _tag_text(link))]
        if texts and len(texts) * 3 >= len(links) and not _outside(group):
            return texts
    return _unmarked_tags(tree)


def visible_categories(marks: Marks) -> list[str]:
    """The texts of links that are marked as the entry's categories (``rel="category tag"``)."""
    links = (link for link in marks.tag_links[:_MAX_MARKED] if "category" in (link.get("rel") or ""))
    return [text for link in links if _in_entry(link) and (text := _tag_text(link))][:_MAX_TAGS]


def _in_entry(link: etree._Element) -> bool:
    """Whether the link stands in an entry's list of tags, and in no list of other entries or of all tags."""
    above = list(islice(link.iterancestors(), 12))
    if any(one.tag in ("nav", "aside") or _NOT_ARTICLE.search(_names(one).lower()) for one in above if _is_part(one)):
        return False
    return any(one.tag == "article" or _ENTRY.search(f" {_names(one)} ") for one in above)


def _is_part(element: etree._Element) -> bool:
    """Not the whole page, and not the entry's own footer, whose name says so."""
    return element.tag not in ("body", "html", "footer") and not _ENTRY_FOOTER.search(_names(element))


def _group(link: etree._Element) -> etree._Element:
    """The list a link stands in."""
    parent = link.getparent()
    if parent.tag in ("li", "span", "dd", "h6") and parent.getparent() is not None:
        return parent.getparent()
    return parent


def _tag_text(link: etree._Element) -> str | None:
    text = plain(text_of(link)[: _MAX_TAG * 2])
    text = text.lstrip("# ").strip() if text else None
    return text if text and len(text) <= _MAX_TAG else None


def _unmarked_tags(tree: etree._Element) -> list[str]:
    """A list of short links most of which name what the article's paragraphs speak of."""
    short = short_lists(tree)
    for group, texts in short:
        if _is_labelled(group) and not _outside(group):
            return texts
    lists = [(group, texts) for group, texts in short if len(texts) > 1]
    prose = _prose(tree) if lists else ""
    if not prose:
        return []
    best: list[str] = []
    for group, texts in lists:
        if len(texts) > len(best) and _are_named(texts, prose) and not _outside(group):
            best = texts
    return best


def _are_named(texts: list[str], prose: str) -> bool:
    """Whether two of the texts, and most of them, stand in the prose. Looks no further once that cannot be."""
    least = max(2.0, len(texts) * 0.6)
    named = len(texts)
    for text in texts:
        named -= text.casefold() not in prose
        if named < least:
            return False
    return True


def _is_labelled(group: etree._Element) -> bool:
    """Whether right before a list stands what says that it is of tags."""
    before = group.getprevious()
    text = group.text if before is None else (before.tail or "").strip() or text_of(before)[: _MAX_TAG * 10]
    return (plain(text) or "").rstrip(" :：").casefold() in _LABELS


def _prose(tree: etree._Element) -> str:
    """The page's paragraphs of some length, in one case."""
    return " ".join(text for p in tree.iter("p") if len(text := text_of(p)[:5_000]) > 80).casefold()[:_MAX_PROSE]


def _names(element: etree._Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _outside(group: etree._Element) -> bool:
    if is_aside(group):
        return True
    for depth, above in enumerate([group, *group.iterancestors()]):
        if depth > 8:
            return False
        if above.tag == "nav" or (above.tag not in ("body", "html") and _NOT_ARTICLE.search(_names(above).lower())):
            return True
    return False
