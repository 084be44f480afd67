"""Who publishes the page.

What belongs here: the publisher as declared. What does not: names of the site cut off titles (``site_name``).
"""

from __future__ import annotations

from typing import Any

from tasks.extraction.plain import plain, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.addresses import address_in, index_of
from tasks.extraction.structured.json_ld import each, types_of
from tasks.record import Publisher

Node = dict[str, Any]


def choose_publisher(structured: StructuredData, nodes: list[Node], url: str) -> tuple[Publisher | None, str | None]:
    """The publisher and its source; nulls where the page declares none."""
    index = index_of(structured.json_ld)
    for node in nodes:
        for entry in each(node.get("publisher")):
            source = "json-ld" if any(node is other for other in structured.json_ld) else "microdata"
            if isinstance(entry, dict):
                publisher = _read(_completed(entry, index, structured), url)
                if publisher.name:
                    return publisher, source
            elif (name := plain(entry)) and not name.startswith("http"):
                return Publisher(name=name), source
    for node in structured.json_ld:
        if any(kind.endswith("Organization") or kind == "Newspaper" for kind in types_of(node)) and plain(
            _first(node.get("name"))
        ):
            return _read(node, url), "json-ld"
    name = plain(structured.first_meta("og:site_name"))
    if name:
        return Publisher(name=name), "opengraph"
    name = plain(structured.first_meta("dc.publisher", "publisher", "application-name"))
    return (Publisher(name=name), "meta") if name and not name.startswith("http") else (None, None)


def _completed(entry: Node, index: dict[str, Node], structured: StructuredData) -> Node:
    """The entry with what the object it refers to, or the page's object of the same name, says besides."""
    referred = index.get(entry["@id"]) if isinstance(entry.get("@id"), str) else None
    if referred is None:
        name = squash(plain(_first(entry.get("name"))))
        referred = next(
            (
                node
                for node in structured.json_ld
                if name
                and any(kind.endswith("Organization") for kind in types_of(node))
                and squash(plain(_first(node.get("name")))) == name
            ),
            {},
        )
    return {**referred, **entry}


def _read(node: Node, url: str) -> Publisher:
    contacts = [entry for entry in each(node.get("contactPoint")) if isinstance(entry, dict)]

    def contact(key: str) -> str | None:
        return plain(_first(node.get(key))) or next(
            (text for entry in contacts if (text := plain(_first(entry.get(key))))), None
        )

    email = contact("email")
    return Publisher(
        name=plain(_first(node.get("name"))),
        legal_name=plain(_first(node.get("legalName"))),
        url=address_in(node.get("url"), url),
        logo_url=address_in(node.get("logo") or node.get("image"), url),
        email=email.removeprefix("mailto:") if email and "@" in email else None,
        telephone=contact("telephone"),
    )


def _first(value: Any) -> Any:
    values = each(value)
    return values[0] if values else None
