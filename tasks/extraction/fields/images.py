"""The article's images: declared ones, with captions and credits that the page shows.

What belongs here: images that are declared for the article or stand in its figures with a caption. What does not:
logos, portraits and advertisements; downloading anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from tasks.extraction.plain import plain
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.addresses import absolute, address_in, index_of, resolved
from tasks.extraction.structured.json_ld import each
from tasks.extraction.tree import text_of
from tasks.extraction.visible.surroundings import is_aside
from tasks.record import Image

Node = dict[str, Any]
_MAX_IMAGES = 20
_MAX_FIGURES = 60
_MAX_CAPTION = 1_000  # characters
_DIGITS = re.compile(r"\d+")
_CREDIT_CLASS = re.compile(r"credit|copyright|source|byline|photographer|quelle|bildnachweis|crédit", re.I)
_CREDIT = re.compile(
    r"(?:\(|\||•|^|\s)(?:photo(?:graph)?|foto|image|bild|credit|crédits?|quelle|picture|©)\s*(?:by|:|credit:)?\s*([^()|•]{2,80})\)?$",
    re.I,
)


def choose_images(
    figures: Sequence[etree._Element], structured: StructuredData, nodes: list[Node], url: str
) -> tuple[list[Image], str | None]:
    """Images, largest declared first, and the source of the first; an empty list and null where there are none."""
    images: dict[str, Image] = {}
    source: str | None = None
    index = index_of(structured.json_ld)
    for node in nodes[:2]:
        for image in _declared(node, index, url):
            _keep(images, image)
        if images:
            source = "json-ld" if any(node is other for other in structured.json_ld) else "microdata"
            break
    for image in _opengraph(structured, url):
        _keep(images, image)
    source = source or ("opengraph" if images else None)
    for image in _figures(figures, url):
        _keep(images, image)
    source = source or ("html" if images else None)
    ordered = sorted(images.values(), key=lambda image: -(image.width or 0) * (image.height or 0))
    return ordered[:_MAX_IMAGES], source


def _keep(images: dict[str, Image], image: Image) -> None:
    """One entry an image: a second finding fills what the first lacked."""
    key = _same(image.url)
    known = images.get(key)
    if known is None:
        if len(images) < _MAX_IMAGES:
            images[key] = image
        return
    known.caption = known.caption or image.caption
    known.credit = known.credit or image.credit
    if not known.width:
        known.width, known.height = image.width, image.height


def _same(address: str) -> str:
    """Image servers give one image many sizes: the path without its query."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


def _declared(node: Node, index: dict[str, Node], url: str) -> list[Image]:
    found: list[Image] = []
    for key in ("image", "primaryImageOfPage", "thumbnailUrl"):
        for entry in resolved(node.get(key), index):
            address = address_in(entry, url)
            if address is None:
                continue
            image = Image(address)
            if isinstance(entry, dict):
                image.width, image.height = _pixels(entry.get("width")), _pixels(entry.get("height"))
                image.caption = _text(entry.get("caption")) or _text(entry.get("description"))
                image.credit = (
                    _text(entry.get("creditText"))
                    or _text(entry.get("creator"))
                    or _text(entry.get("author"))
                    or _text(entry.get("copyrightHolder"))
                )
            found.append(image)
        if found:
            break
    return found


def _opengraph(structured: StructuredData, url: str) -> list[Image]:
    addresses = (
        structured.meta.get("og:image")
        or structured.meta.get("og:image:url")
        or structured.meta.get("twitter:image")
        or []
    )
    images = [Image(address) for entry in addresses[:_MAX_IMAGES] if (address := absolute(entry, url))]
    if len(images) == 1:
        images[0].width = _pixels(structured.first_meta("og:image:width"))
        images[0].height = _pixels(structured.first_meta("og:image:height"))
    return images


def _figures(figures: Sequence[etree._Element], url: str) -> list[Image]:
    found: list[Image] = []
    for count, figure in enumerate(figures):
        if count >= _MAX_FIGURES or len(found) >= _MAX_IMAGES:
            break
        caption_element = next(figure.iter("figcaption"), None)
        picture = next(figure.iter("img"), None) if caption_element is not None else None
        if caption_element is None or picture is None or is_aside(figure):
            continue
        address = absolute(picture.get("src") or "", url) or absolute(picture.get("data-src") or "", url)
        if address is None:
            continue
        caption, credit = _caption(caption_element)
        found.append(Image(address, _pixels(picture.get("width")), _pixels(picture.get("height")), caption, credit))
    return found


def _caption(element: etree._Element) -> tuple[str | None, str | None]:
    text = plain(text_of(element)[:_MAX_CAPTION])
    if text is None:
        return None, None
    for part in element.iter("span", "small", "cite", "em", "p", "div"):
        if part is not element and _CREDIT_CLASS.search(part.get("class") or ""):
            credit = plain(text_of(part)[:200])
            if credit and credit != text:
                return text.replace(credit, "").strip(" |-–—") or None, credit
    match = _CREDIT.search(text)
    if match:
        return text[: match.start()].strip(" |-–—•") or None, match[1].strip()
    return text, None


def _text(value: Any) -> str | None:
    for entry in each(value):
        text = plain(entry.get("name")) if isinstance(entry, dict) else plain(entry)
        if text and len(text) <= _MAX_CAPTION:
            return text
    return None


def _pixels(value: Any) -> int | None:
    for entry in each(value):
        written = str(entry.get("value") if isinstance(entry, dict) else entry).strip()
        match = _DIGITS.match(written)
        if match and len(match[0]) <= 6 and int(match[0]) > 0 and "%" not in written:
            return int(match[0])
    return None
