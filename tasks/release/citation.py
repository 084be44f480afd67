"""CITATION.cff: how to cite a release, for machines (Citation File Format 1.2.0).

What belongs here: that file. What does not: the sentence in the data card (``card``).
"""

from __future__ import annotations

import json

from tasks.release.facts import ReleaseFacts


def citation_file(version: str, facts: ReleaseFacts) -> str:
    """CITATION.cff; a JSON string is a YAML string, so values are written by ``json``."""
    publication = facts.publication
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this release, please cite it as below.",
        "type: dataset",
        f"title: {_quoted(publication.title)}",
        f"abstract: {_quoted(publication.summary)}",
        f"version: {_quoted(version)}",
        f"date-released: {facts.published_on.isoformat()}",
        "authors:",
        *(f"- name: {_quoted(creator)}" for creator in publication.creators),
        "keywords:",
        "- news",
        "- web articles",
    ]
    if publication.homepage:
        lines.append(f"url: {_quoted(publication.homepage)}")
    if publication.license != "other":
        lines.append(f"license: {_quoted(publication.license)}")
    elif publication.license_url:
        lines.append(f"license-url: {_quoted(publication.license_url)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
