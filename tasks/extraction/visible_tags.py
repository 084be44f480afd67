"""Tag lists that readers see under or over an article.

What belongs here: finding the links that name the article's own tags. What does not: declared keywords and the choice
(``keywords``).
"""

from __future__ import annotations

import re

import lxml.html

from tasks.extraction.plain import plain
from tasks.extraction.visible import is_aside

_TAG_CLASS = re.compile(r"(?:^|[\s_-]|[a-z](?=[TK]))(?:tags?|[Tt]ags?|topics?|keywords?|stichwort\w*|schlagwort\w*|themen|temas?|hashtags?)(?:$|[\s_-]|[A-Z])")
_NOT_ARTICLE = re.compile(r"(?:^|[\s_-])(?:nav|menu|header-nav|trending|popular|hot|most|cloud|footer|teaser|card|related|ticker|topbar|submenu|breadcrumbs?)", re.I)
_MAX_LINKS = 3_000
_MAX_TAG = 60  # characters; longer is a headline


def visible_tags(tree: lxml.html.HtmlElement) -> list[str]:
    """The texts of the first list of tag links that stands in the article's part of the page; empty where none does."""
    groups: dict[lxml.html.HtmlElement, list[str]] = {}
    marked: set[lxml.html.HtmlElement] = set()
    for count, link in enumerate(tree.iter("a")):
        if count > _MAX_LINKS:
            break
        is_tag = "tag" in (link.get("rel") or "").split()
        parent = link.getparent()
        if parent is None:
            continue
        group = parent.getparent() if parent.tag in ("li", "span", "dd", "h6") and parent.getparent() is not None else parent
        named = [e for e in (link, parent, group, group.getparent()) if e is not None and _TAG_CLASS.search(_names(e))]
        if not is_tag and not named:
            continue
        text = plain(link.text_content()[: _MAX_TAG * 2])
        text = text.lstrip("# ").strip() if text else None
        if not text or len(text) > _MAX_TAG:
            continue
        if group not in groups:
            if _outside(named[-1] if named else group):
                continue
            groups[group] = []
        if is_tag:
            marked.add(group)
        groups[group].append(text)
    for group, texts in groups.items():
        if group in marked:
            return texts
    return next(iter(groups.values()), [])


def _names(element: lxml.html.HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _outside(group: lxml.html.HtmlElement) -> bool:
    if is_aside(group):
        return True
    for depth, above in enumerate([group, *group.iterancestors()]):
        if depth > 8:
            return False
        if above.tag == "nav" or (above.tag not in ("body", "html") and _NOT_ARTICLE.search(_names(above))):
            return True
    return False
