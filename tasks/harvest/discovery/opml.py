"""OPML, versions 1 and 2: the lists of feeds that feed readers export.

What belongs here: from a file's bytes to subscriptions. What does not: declaring them as sources (``tasks.sources``).
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from tasks.harvest.discovery.addresses import absolute
from tasks.harvest.discovery.decoding import decoded, unpacked
from tasks.harvest.discovery.listing import DiscoveryError
from tasks.harvest.discovery.markup import Reader, name_of, root_in
from tasks.harvest.discovery.plain import from_title, one_line

MAX_SUBSCRIPTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a reader's list. ``folders``: the outlines around it, the outermost first."""

    url: str
    title: str | None = None
    site: str | None = None
    language: str | None = None
    folders: tuple[str, ...] = ()


def read_opml(body: bytes) -> tuple[list[Subscription], list[str]]:
    """The feeds of an OPML file, in its order, each URL once; and what was wrong, one line each.

    Raises ``DiscoveryError`` where the file is no OPML.
    """
    data, problem = unpacked(body)
    text = decoded(data, None)
    root = root_in(text)
    if root is None or root[0] != "opml":
        raise DiscoveryError("no OPML: no opml element begins in it")
    reader = Reader(text[root[1] :], frozenset(), frozenset({"outline"}))
    found: dict[str, Subscription] = {}
    problems = [problem] if problem else []
    repeated = left_out = 0
    for element in reader:
        values = {name_of(name): value for name, value in element.attrib.items()}
        written = values.get("xmlurl") or (
            values.get("url") if values.get("type", "").lower() in ("rss", "atom") else None
        )
        if not written:
            continue
        address = absolute(written.replace("feed://", "http://", 1).removeprefix("feed:"), "")
        if address is None:
            left_out += 1
        elif address in found:
            repeated += 1
        elif len(found) == MAX_SUBSCRIPTIONS:
            problems.append(f"more than {MAX_SUBSCRIPTIONS:,} feeds; the rest was left out")
            break
        else:
            found[address] = _subscription(address, values, element)
    if repeated:
        problems.append(f"listed more than once: {repeated:,}")
    if left_out:
        problems.append(f"left out, without an http or https URL: {left_out:,}")
    if reader.problem:
        problems.append(reader.problem)
    return list(found.values()), problems


def _subscription(address: str, values: dict[str, str], element: etree._Element) -> Subscription:
    around = [ancestor for ancestor in element.iterancestors() if name_of(ancestor.tag) == "outline"]
    names = [from_title(ancestor.get("title") or ancestor.get("text")) for ancestor in reversed(around)]
    return Subscription(
        address,
        title=from_title(values.get("title") or values.get("text")),
        site=absolute(values.get("htmlurl"), ""),
        language=one_line(values.get("language")),
        folders=tuple(name for name in names if name),
    )
