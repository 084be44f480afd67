"""What a page's site is called, and headlines without it.

What belongs here: the names of the site as declared, and cutting them off titles. What does not: choosing the
headline (``headline``).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tasks.extraction.plain import plain, squash
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.json_ld import each, types_of

# A quotation mark such as » separates only with white space on both sides.
_PARTS = re.compile(
    r"(\s*[|ǀ│丨ㅣ¦•●⋆★✩]\s*|\s+[-–—~/:·*»«›‹]+\s+|\s*—+\s*|(?<=\S)--(?=\S)|_(?=[^\x00-\x7f])|：|:\s+|\s*[-–](?=[^-–|]{2,40}[|ㅣ丨]))"
)
_STRONG = re.compile(r"[|ǀ│丨ㅣ¦•●»«›‹⋆★✩*]")
_BEGINS_WITH_SEPARATOR = re.compile(r"\s*[|ǀ│丨ㅣ¦•●⋆★✩·:—]|\s+[-–~/*»«›‹]|[-–](?=[^-–|]{2,40}[|ㅣ丨])")
_ENDS_WITH_SEPARATOR = re.compile(r"[|ǀ│丨ㅣ¦•●⋆★✩·:—]\s*$|[-–~/*»«›‹]\s+$")
_PLACES = frozenset({"WebSite", "Organization", "NewsMediaOrganization", "Corporation", "Newspaper"})


def site_names(structured: StructuredData, url: str) -> set[str]:
    """The squashed names of the site: declared ones, and the host's own label."""
    names = [
        structured.first_meta(name)
        for name in (
            "og:site_name",
            "application-name",
            "apple-mobile-web-app-title",
            "twitter:site",
            "dc.publisher",
            "publisher",
            "author.site",
        )
    ]
    for node in (*structured.json_ld, *structured.microdata):
        for publisher in each(node.get("publisher")):
            names.extend(
                plain(name) for name in (each(publisher.get("name")) if isinstance(publisher, dict) else [publisher])
            )
        if _PLACES & set(types_of(node)):
            names.extend(plain(name) for key in ("name", "alternateName", "legalName") for name in each(node.get(key)))
    host = host_of(url)
    names.append(host)
    labels = [label for label in host.split(".") if label not in ("www", "m", "amp")]
    names.extend(labels[:-1])
    return {squashed for name in names if (squashed := squash(name)) and len(squashed) > 1}


def host_of(url: str) -> str:
    """The URL's host without ``www.``; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def without_site(title: str, names: set[str], others: list[str]) -> str:
    """The title without the site's name and what stands between.

    ``others``: the page's other headlines: a title that is one of them and something more is that one.
    """
    squashed = squash(title)
    if squashed in names:
        return title
    for other in sorted(others, key=len, reverse=True):
        short = squash(other)
        if len(short) < 12 or short == squashed or short in names:
            continue
        low, part = title.casefold(), other.casefold()
        if (low.startswith(part) and _BEGINS_WITH_SEPARATOR.match(title[len(other) :])) or (
            low.endswith(part) and _ENDS_WITH_SEPARATOR.search(title[: -len(other)])
        ):
            return other
    pieces = _PARTS.split(title)
    if len(pieces) < 3:
        return title
    start, end = 0, len(pieces)
    while end - start > 2 and _is_site(pieces[end - 1], names):
        end -= 2
    while end - start > 2 and _is_site(pieces[start], names):
        start += 2
    # A bar, unlike a hyphen, hardly ever stands inside of a headline: short pieces after it are sections and slogans.
    while (
        end - start > 2
        and _STRONG.search(pieces[end - 2])
        and len(pieces[end - 1]) * 1.5 < len("".join(pieces[start : end - 2]))
    ):
        end -= 2
    return "".join(pieces[start:end]).strip() or title


def _is_site(piece: str, names: set[str]) -> bool:
    squashed = squash(piece)
    if not squashed:
        return True
    if squashed in names:
        return True
    # "Example News Online" for a host example.com; not a headline that mentions the site.
    return len(squashed) <= 40 and any(
        len(name) >= 5 and name in squashed and len(name) * 2 >= len(squashed) for name in names
    )
