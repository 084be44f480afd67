"""Feeds in XML: RSS 0.9 to 2.0 and Atom 0.3 and 1.0, with the modules that news sites use.

What belongs here: which element gives which field of an entry. What does not: JSON Feed (``json_feeds``).
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tasks.harvest.discovery.addresses import absolute
from tasks.harvest.discovery.listing import MAX_ENTRIES, Entry, Listing
from tasks.harvest.discovery.markup import Reader, name_of
from tasks.harvest.discovery.plain import from_html, from_title, one_line

_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ENTRIES = frozenset({"item", "entry"})
_LANGUAGES = frozenset({"language", "dc:language"})
_MAX_PEOPLE = 50
_MAX_KEYWORDS = 100
_PUBLISHED = ("published", "pubdate", "issued", "dcterms:issued", "dc:date", "dcterms:created", "created")
_MODIFIED = ("updated", "modified", "dcterms:modified")
_SUMMARY = ("summary", "description", "media:description", "itunes:summary", "dc:description")
_LICENCE = ("creativecommons:license", "cc:license", "dcterms:license")
_HREF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


def read_feed(text: str, url: str) -> Listing:
    """The entries of a feed. ``text`` begins with the root element."""
    # The channel's language stands before its items in nearly every feed; where not, entries lack it.
    reader = Reader(text, _ENTRIES, _LANGUAGES)
    listing = Listing("feed")
    seen: set[str] = set()
    language: str | None = None
    dropped = 0
    for element in reader:
        if name_of(element.tag) in _LANGUAGES:
            parent = element.getparent()
            if parent is not None and name_of(parent.tag) in ("channel", "feed"):
                language = language or one_line(element.text)
            continue
        entry = _entry(element, url)
        if entry is None:
            dropped += 1
            continue
        if entry.url in seen:
            continue
        if len(listing.entries) == MAX_ENTRIES:
            listing.problems.append(f"more than {MAX_ENTRIES:,} entries; the rest was left out")
            break
        seen.add(entry.url)
        entry.language = entry.language or _inherited(element, _XML_LANG) or language
        listing.entries.append(entry)
    if dropped:
        listing.problems.append(f"left out, without an http or https URL: {dropped:,}")
    if reader.problem:
        listing.problems.append(reader.problem)
    return listing


def _entry(element: etree._Element, url: str) -> Entry | None:
    children: dict[str, list[etree._Element]] = {}
    for child in element:
        children.setdefault(name_of(child.tag), []).append(child)
    address = _address(element, children, url)
    if address is None:
        return None
    return Entry(
        address,
        title=_first(children, ("title", "media:title", "dc:title"), from_title),
        published=_first(children, _PUBLISHED, one_line),
        modified=_first(children, _MODIFIED, one_line),
        authors=list(dict.fromkeys(_authors(children)))[:_MAX_PEOPLE],
        keywords=list(dict.fromkeys(_keywords(children)))[:_MAX_KEYWORDS],
        language=_first(children, ("dc:language", "language"), one_line) or one_line(element.get(_XML_LANG)),
        description=_first(children, _SUMMARY, from_html),
        image=_image(children, url),
        publisher=_first(children, ("dc:publisher",), from_title),
        licence=_licence(children, url),
    )


def _address(element: etree._Element, children: dict[str, list[etree._Element]], url: str) -> str | None:
    """The page: before a counting redirect where the feed tells it, the link, or a guid that is one."""
    for original in children.get("feedburner:origlink", ()):
        if found := absolute(original.text, url):
            return found
    links = children.get("link", [])
    # Atom: alternate links; a page rather than another form of it. RSS: the text.
    alternates = [
        link for link in links if link.get("href") and (link.get("rel") or "alternate").lower() == "alternate"
    ]
    alternates.sort(key=lambda link: "html" not in (link.get("type") or "html"))
    texts = [link for link in links if not link.get("href")]
    for link, value in [*((link, link.text) for link in texts), *((link, link.get("href")) for link in alternates)]:
        if found := absolute(value, _base(link, url)):
            return found
    for guid in (*children.get("guid", ()), *children.get("id", ())):
        text = (guid.text or "").strip()
        is_link = (guid.get("isPermaLink") or guid.get("ispermalink") or "true").lower() != "false"
        if is_link and text.lower().startswith(("http://", "https://")):
            return absolute(text, url)
    return absolute(element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"), url)


def _base(element: etree._Element, url: str) -> str:
    """What relative addresses in an element are relative to: every ``xml:base`` around it, the outermost first."""
    bases = [base for around in (element, *element.iterancestors()) if (base := around.get(_XML_BASE))]
    for base in reversed(bases):
        url = absolute(base, url) or url
    return url


def _inherited(element: etree._Element, attribute: str) -> str | None:
    return next((one_line(value) for around in element.iterancestors() if (value := around.get(attribute))), None)


def _first(children: dict[str, list[etree._Element]], names: tuple[str, ...], read: object) -> str | None:
    assert callable(read)
    for name in names:
        for element in children.get(name, ()):
            if value := read(_text(element)):
                return str(value)
    return None


def _text(element: etree._Element) -> str:
    """All text inside, markup aside: an Atom title of type xhtml holds elements."""
    return element.text or "" if not len(element) else "".join(element.itertext())


def _authors(children: dict[str, list[etree._Element]]) -> Iterator[str]:
    """Names: dc:creator before RSS's author, which is an e-mail address with the name in brackets at best."""
    for element in children.get("dc:creator", ()):
        if name := from_title(_text(element)):
            yield name
    for element in children.get("author", ()):
        names = [inner for inner in element if name_of(inner.tag) == "name"]
        text = from_title(_text(names[0])) if names else None if len(element) else from_title(element.text)
        if text and not children.get("dc:creator") and (name := _without_address(text)):
            yield name
    if not children.get("dc:creator") and not children.get("author"):
        for element in children.get("itunes:author", ()):
            if name := from_title(element.text):
                yield name


def _without_address(text: str) -> str | None:
    """ "ada@example.org (Ada Marlow)" is Ada Marlow; an address alone is nobody."""
    if "@" not in text:
        return text
    before, bracket, after = text.partition("(")
    inside = after.rstrip(") ").strip() if bracket else ""
    if inside and "@" not in inside:
        return inside
    name = " ".join(word for word in before.split() if "@" not in word).strip(" ,;:-")
    return name or None


def _keywords(children: dict[str, list[etree._Element]]) -> Iterator[str]:
    for name in ("category", "dc:subject"):
        for element in children.get(name, ()):
            if word := from_title(element.get("label") or element.get("term") or _text(element)):
                yield word
    for element in children.get("media:keywords", ()):
        for part in _text(element).split(","):
            if word := from_title(part):
                yield word


def _image(children: dict[str, list[etree._Element]], url: str) -> str | None:
    """The largest media:content that is an image, an enclosure, or a thumbnail."""
    contents = [inner for group in children.get("media:group", ()) for inner in group]
    named = [*contents, *(e for name in ("media:content", "media:thumbnail") for e in children.get(name, ()))]
    pictures = [e for e in named if name_of(e.tag) == "media:content" and _is_image(e)]
    pictures.sort(key=lambda e: -_width(e))
    thumbnails = [e for e in named if name_of(e.tag) == "media:thumbnail"]
    inner = [e for content in named if name_of(content.tag) == "media:content" for e in content]
    thumbnails += [e for e in inner if name_of(e.tag) == "media:thumbnail"]
    enclosures = [e for e in children.get("enclosure", ()) if _is_image(e)]
    linked = [e for e in children.get("link", ()) if (e.get("rel") or "") == "enclosure" and _is_image(e)]
    for element in (*pictures, *enclosures, *linked, *thumbnails):
        if found := absolute(element.get("url") or element.get("href"), _base(element, url)):
            return found
    return None


def _is_image(element: etree._Element) -> bool:
    kind, medium = (element.get("type") or "").lower(), (element.get("medium") or "").lower()
    return kind.startswith("image/") or (not kind and medium == "image")


def _width(element: etree._Element) -> int:
    text = element.get("width") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _licence(children: dict[str, list[etree._Element]], url: str) -> str | None:
    for name in _LICENCE:
        for element in children.get(name, ()):
            if found := absolute(element.get(_HREF) or element.text, url):
                return found
    for link in children.get("link", ()):
        if (link.get("rel") or "").lower() == "license" and (found := absolute(link.get("href"), _base(link, url))):
            return found
    return None
