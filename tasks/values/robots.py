"""What pages and headers ask of machines: robots directives and reservations against AI training.

What belongs here: how such words are written in meta elements and HTTP headers. What does not: robots.txt, which
decides before a page is fetched (``tasks.harvest``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_AI_AGENTS = """
ai2bot amazonbot anthropic-ai applebot-extended bytespider ccbot chatgpt-user claude-web claudebot cohere-ai
cohere-training-data-crawler diffbot facebookbot google-cloudvertexbot
google-extended gptbot imagesiftbot img2dataset meta-externalagent
mistralai-user oai-searchbot omgili omgilibot perplexitybot petalbot timpibot webzio-extended youbot
"""
AI_AGENTS = frozenset(_AI_AGENTS.split())
"""Crawlers that gather pages for training or answering, by the names that robots files and elements use."""

AI_OPT_OUTS = frozenset({"noai", "noimageai", "noml", "tdm-reservation"})

_NOTHING = frozenset({"index", "follow", "all", "max-snippet:-1", "max-image-preview:large", "max-video-preview:-1"})
_WORD = re.compile(r"[a-z][a-z0-9_-]{1,40}(?:\s{0,4}:\s{0,4}[^,]{1,60})?")
_NAMED = re.compile(r"([a-z][a-z0-9_-]{1,40})\s{0,4}:\s{0,4}([a-z].{0,200})")
_WITH_VALUE = ("max-", "unavailable_after")
_MOST = 30
_LONGEST = 2_000  # characters of one element or header


def directives_in(contents: Iterable[str], agent: str = "") -> list[str]:
    """The directives in the contents of meta robots elements or X-Robots-Tag headers: lower case, each once, sorted.

    Those that ask for nothing (index, follow, all, no limits) are left out. A header may name an agent
    (``gptbot: noindex``), an element is addressed to the ``agent`` it is named after; directives for an AI crawler
    come back with its name, those for other crawlers not at all.
    """
    found: set[str] = set()
    for content in contents:
        name = agent
        for part in content.lower()[:_LONGEST].split(","):
            word = " ".join(part.split())
            named = _NAMED.fullmatch(word)
            if named and not word.startswith(_WITH_VALUE):
                name, word = named[1], named[2]  # holds for the directives after it, too
            if not _WORD.fullmatch(word) or word.replace(" ", "") in _NOTHING:
                continue
            if not name or name in ("robots", "*"):
                found.add(word)
            elif name in AI_AGENTS:
                found.add(f"{name}:{word}")
    return sorted(found)[:_MOST]


def is_reserved(contents: Iterable[str]) -> bool:
    """Whether a ``tdm-reservation`` header or element reserves the rights to text and data mining."""
    return any(content.strip() == "1" for content in contents)


def opt_outs_among(directives: Iterable[str]) -> list[str]:
    """Those directives that shut out AI training."""
    return [word for word in directives if word in AI_OPT_OUTS or word.split(":")[0] in AI_AGENTS]
