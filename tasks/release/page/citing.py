"""How to cite a release: a sentence, and an entry for BibTeX.

What belongs here: the two as the page shows them. What does not: CITATION.cff (``tasks.release.citation``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SPECIAL = {ord(c): f"\\{c}" for c in "&%$#_{}"} | {ord("\\"): "\\textbackslash{}", ord("~"): "\\textasciitilde{}"}


def citation(publication: Mapping[str, Any], version: str, year: str) -> str:
    """Creators (year). Title (release) [Data set]. Where."""
    where = f" {publication['homepage']}" if publication["homepage"] else ""
    creators = ", ".join(publication["creators"])
    return f"{creators} ({year}). {publication['title']} (release {version}) [Data set].{where}"


def bibtex(publication: Mapping[str, Any], version: str, year: str) -> str:
    """An entry of type misc, which every style knows."""
    key = re.sub(r"[^a-z0-9]+", "-", f"{publication['title']} {version}".lower()).strip("-")
    fields = {
        "author": " and ".join(f"{{{_tex(creator)}}}" for creator in publication["creators"]),
        "title": f"{{{_tex(publication['title'])}}}",
        "year": year,
        "note": f"Data set, release {_tex(version)}",
    }
    if publication["homepage"]:
        fields["url"] = publication["homepage"]
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key},\n{lines}\n}}"


def _tex(text: str) -> str:
    return str(text).translate(_SPECIAL)
