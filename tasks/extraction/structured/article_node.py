"""Which of a page's schema.org objects speaks of the page itself.

What belongs here: the choice among objects. What does not: reading them (``structured``) and taking fields from them.

Pages carry objects for teasers of other articles, for the site, and sometimes the same article twice. An object
that names another URL and another headline than the page's speaks of another page.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tasks.extraction.plain import plain
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.json_ld import each, types_of

Node = dict[str, Any]

_ARTICLE = re.compile(r"(?:Article|Report|BlogPosting|SocialMediaPosting|DiscussionForumPosting|LiveBlogPosting)$")
_WRITING = frozenset({"CreativeWork", "Review", "Recipe", "HowTo", "Blog", "Report", "Message", "Question", "QAPage"})
_MEDIA = frozenset(
    {"VideoObject", "AudioObject", "PodcastEpisode", "RadioEpisode", "ImageGallery", "MediaGallery", "LiveBlog"}
)
_PAGE = frozenset({"WebPage", "ItemPage", "AboutPage", "FAQPage", "MedicalWebPage", "WebPageElement"})
_SAME_TITLE = 0.8
_WORD = re.compile(r"\w+")


def is_article(node: Node) -> bool:
    """Whether the object's type is one of articles."""
    return any(_ARTICLE.search(kind) for kind in types_of(node))


def own_nodes(structured: StructuredData, url: str, headings: list[str]) -> list[Node]:
    """The objects about this page, the most telling first: articles, other writing, then the page object.

    ``headings``: what the page calls itself elsewhere (h1, og:title, title element).
    """
    own_urls = {
        _bare(address) for address in (url, *structured.links.get("canonical", ()), *structured.meta.get("og:url", ()))
    }
    word_sets = [words for heading in headings if (words := telling_words(heading))]
    ranked: list[tuple[float, int, Node]] = []
    nodes = [(node, 0.0) for node in structured.json_ld] + [(node, -1.0) for node in structured.microdata]
    all_kinds = [set(types_of(node)) for node, _ in nodes]
    for position, (node, handicap) in enumerate(nodes):
        kinds = set(types_of(node))
        if is_article(node):
            score = 6.0
        elif kinds & _WRITING:
            score = 3.0
        elif kinds & _MEDIA:
            # A video is what the page is about where it bears the page's title; else it stands in an article.
            if (_agreement(node, word_sets) or 0.0) < _SAME_TITLE:
                continue
            score = 0.5
        elif kinds & _PAGE:
            score = 1.0
        elif not kinds and ("headline" in node or "datePublished" in node or "author" in node or "keywords" in node):
            score = 2.0  # properties outside of an item
        else:
            continue
        agrees = _agreement(node, word_sets)
        address = _address(node)
        same = address is not None and _bare(address) in own_urls
        if score > 2 and not same:
            # A teaser of another article: it has a headline of its own, or is one of several that have none.
            several = sum(other_kinds == kinds for other_kinds in all_kinds) > 1
            if agrees is not None and agrees < (0.6 if several else 0.3) and (address is not None or several):
                continue
            if agrees is None and several and handicap < 0:
                continue
        score += handicap + (3.0 if same else 0.0) + 3.0 * (agrees or 0.0)
        score += 0.5 * sum(key in node for key in ("datePublished", "author", "articleBody", "headline"))
        ranked.append((-score, position, node))
    ranked.sort(key=lambda entry: entry[:2])
    return [node for _, _, node in ranked]


def _agreement(node: Node, word_sets: list[set[str]]) -> float | None:
    """Best share of common words between the object's headline and the page's headings; null where it has none."""
    texts = [plain(value) for key in ("headline", "name") for value in each(node.get(key))]
    best: float | None = None
    for text in texts:
        words = telling_words(text or "")
        if words and word_sets:
            share = max((len(words & other) / max(1, min(len(words), len(other))) for other in word_sets), default=0.0)
            best = max(best or 0.0, share)
    return best


def telling_words(text: str) -> set[str]:
    """Words of four letters or more: shorter ones agree by chance. All of them where there are none, or no spaces."""
    words = set(_WORD.findall(text.lower()))
    return {word for word in words if len(word) > 3 or not word.isascii()} or words


def _address(node: Node) -> str | None:
    for key in ("url", "mainEntityOfPage", "@id"):
        for value in each(node.get(key)):
            address = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(address, str) and address.startswith(("http", "/")):
                return address
    return None


def _bare(address: str) -> str:
    """Host-less path, without query, fragment and trailing slash: enough to tell a page from its neighbours."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return parts.path.rstrip("/").lower() or "/"
