"""Tags and attributes: which begin a block, which are never text, which say where a block stands.

What belongs here: what HTML itself means by them. What does not: class names (``class_cues``).
"""
# ruff: noqa: SIM905 (long lists of words are read best as words)

from __future__ import annotations

from typing import Final

BLOCK: Final = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
SKIPPED: Final = frozenset(
    "script style svg template iframe object embed video audio canvas map select textarea option datalist "
    "head noscript noframes applet input progress meter link meta track param rp rt".split()
)
"""Never part of a text. ``noscript`` is looked at only where the page has nothing else (``elsewhere``)."""

# Tags whose presence among the ancestors is a feature; the order is part of the model's format.
FLAG_TAGS: Final = (
    "nav", "footer", "header", "aside", "article", "main", "figure", "figcaption", "form", "table", "ul", "ol", "li",
    "blockquote", "button", "section", "dl", "details", "pre", "dialog", "td", "address",
)  # fmt: skip
FLAG_BIT: Final = {name: 1 << place for place, name in enumerate(FLAG_TAGS)}
IN_LINK: Final = 1 << len(FLAG_TAGS)
HIDDEN: Final = 1 << (len(FLAG_TAGS) + 1)
ARTICLE_BODY: Final = 1 << (len(FLAG_TAGS) + 2)
_ROLES: Final = {
    "navigation": FLAG_BIT["nav"],
    "complementary": FLAG_BIT["aside"],
    "contentinfo": FLAG_BIT["footer"],
    "banner": FLAG_BIT["header"],
    "dialog": FLAG_BIT["dialog"],
    "alertdialog": FLAG_BIT["dialog"],
    "main": FLAG_BIT["main"],
    "article": FLAG_BIT["article"],
    "button": FLAG_BIT["button"],
    "search": FLAG_BIT["form"],
    "form": FLAG_BIT["form"],
    "menu": FLAG_BIT["nav"],
    "tablist": FLAG_BIT["nav"],
}

TELLING: Final = frozenset({"role", "itemprop", "hidden", "aria-hidden", "style"})


NAVIGATION: Final = frozenset({"nav", "footer", "dialog", "ul"})
OF_ONE_RUN: Final = frozenset("p h1 h2 h3 h4 h5 h6 li dt figcaption caption".split())


def flag_of(key: str, value: str) -> int:
    """What an attribute other than class and id says of an element."""
    if key == "role":
        return _ROLES.get(value, 0)
    if key == "itemprop":
        return ARTICLE_BODY if value in {"articleBody", "reviewBody", "text"} else 0
    if key == "hidden" or (key == "aria-hidden" and value == "true"):
        return HIDDEN
    if key == "style" and ("display:none" in value or "display: none" in value):
        return HIDDEN
    return 0
