"""Feeds' and sitemaps' XML, as broken as it comes, read within limits.

What belongs here: from text to whole elements. What does not: what the elements mean (``feeds``, ``sitemaps``).

What stands before the root element is dropped, with it XML declarations behind white space, error messages of the
server, and document types with whatever entities they declare: no entity of a document's own is ever expanded. HTML's
entities, which XML does not know, become their characters before the parse; ampersands and angle brackets that begin
nothing are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree

_ROOTS = "rss|rdf|feed|urlset|sitemapindex|opml|html|head|body|title|meta|link|div"
_START = re.compile(rf"<!--[\s\S]*?(?:-->|\Z)|<(?:[A-Za-z_][\w.-]{{0,40}}:)?({_ROOTS})(?=[\s/>])", re.IGNORECASE)
_STRAY = re.compile(
    r"(?P<kept><!\[CDATA\[[\s\S]*?(?:\]\]>|\Z)|<!--[\s\S]*?(?:-->|\Z))"
    # No tag holds another's beginning; libxml2 needs the square of the length for a run of "<b<b<b".
    r"|(?P<less><)(?![A-Za-z_/!?][^<>]*>)"
    r"|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31};))?"
)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FED_AT_ONCE = 1 << 16

# The namespaces that listings are written in, by the prefix that is used here whatever theirs is.
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://www.google.com/schemas/sitemap-video/1.1": "video",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://backend.userland.com/creativeCommonsRssModule": "creativecommons",
    "http://web.resource.org/cc/": "cc",
    "http://creativecommons.org/ns#": "cc",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_MODULES = frozenset(_PREFIXES.values()) - {"atom", "rdf", "xml"}


def root_in(text: str) -> tuple[str, int] | None:
    """The lower-case name of the first element that a listing or a page may begin with, and where it begins."""
    return next(((match[1].lower(), match.start()) for match in _START.finditer(text) if match[1]), None)


def name_of(tag: object) -> str:
    """An element's name: local and lower-case, with a known prefix where it is of a module: ``dc:creator``.

    Names of the formats themselves have none, whatever their namespace and its spelling: ``item``, ``link``. A prefix
    that nobody declared counts as what it says.
    """
    if not isinstance(tag, str):
        return ""
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    prefix, colon, undeclared = local.partition(":")
    if colon:
        return f"{prefix.lower()}:{undeclared.lower()}" if prefix.lower() in _MODULES else undeclared.lower()
    known = _PREFIXES.get(namespace) or _PREFIXES.get(namespace.replace("https:", "http:"))
    return f"{known}:{local.lower()}" if known in _MODULES else local.lower()


class Reader:
    """Elements of some names, each when it is whole; ``problem`` says afterwards what was wrong with the XML."""

    def __init__(self, text: str, names: frozenset[str], beside: frozenset[str] = frozenset()) -> None:
        """``names``: emptied once they were looked at; ``beside``: left in the tree, for whoever asks around them."""
        self.problem: str | None = None
        self._beside = beside
        self._text = _ILLEGAL.sub("", text)
        self._names = names
        # Recovery goes on behind errors; the default limits on depth and on the size of one text stay.
        self._parser = etree.XMLPullParser(
            events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False,
        )  # fmt: skip

    def __iter__(self) -> Iterator[etree._Element]:
        """The whole elements, in order; one is emptied when the next is asked for."""
        encoded = _STRAY.sub(_escaped, self._text).encode("utf-8", "replace")
        self._text = ""
        try:
            for at in range(0, len(encoded), _FED_AT_ONCE):
                self._parser.feed(encoded[at : at + _FED_AT_ONCE])
                yield from self._ended()
            self._parser.feed(b"\n")  # the last tag is read once something follows it
            yield from self._ended()
            self._parser.close()
        except etree.XMLSyntaxError as error:
            self.problem = f"XML that cannot be read on: {_one_line(error)}"
            return
        cut = [element for _, element in self._parser.read_events() if name_of(element.tag) in self._names]
        errors = self._parser.feed_error_log.filter_from_errors()
        if cut or any(error.type_name == "ERR_TAG_NOT_FINISHED" for error in errors):
            self.problem = "XML that is cut off; what was whole was read" + (
                "" if not cut else ", the last entry was not"
            )
        elif errors:
            self.problem = f"XML with errors, read as well as it goes: line {errors[0].line}: {errors[0].message[:200]}"

    def _ended(self) -> Iterator[etree._Element]:
        for _, element in self._parser.read_events():
            name = name_of(element.tag)
            if name in self._names:
                yield element
                _forget(element)
            elif name in self._beside:
                yield element


def _forget(element: etree._Element) -> None:
    """Empty an element that was read, and drop those before it: memory must not grow with the listing."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None and before.getparent() is parent:
        if len(before) or name_of(before.tag) != name_of(element.tag):
            return
        parent.remove(before)


def _escaped(match: re.Match[str]) -> str:
    if match["kept"]:
        return match["kept"]
    name = match["name"]
    if match["less"]:
        return "&lt;"
    if not name:
        return "&amp;"
    character = html5.get(name)
    if character is None or character in "<&":
        return f"&amp;{name}"
    return character


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
