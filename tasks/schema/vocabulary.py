"""The closed lists: reject reasons, page types, origins of values. Each word with its meaning.

What belongs here: words that rows hold and documents explain. What does not: the rules that choose
among them (the stages).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["read", "decode", "extract", "classify", "normalise"]


@dataclass(frozen=True, slots=True)
class RejectReason:
    """Why a page did not become a document: the stage that decided it, and what the word means."""

    stage: Stage
    description: str


REJECT_REASONS: dict[str, RejectReason] = {
    "truncated_record": RejectReason("read", "The input ends in the middle of this record."),
    "corrupt_record": RejectReason("read", "The record's bytes cannot be read: bad compression or framing."),
    "http_status": RejectReason("read", "The server answered with another status than 200."),
    "not_html": RejectReason("read", "The content type says that this is no HTML page."),
    "empty_payload": RejectReason("read", "The page has no bytes, or white space alone."),
    "no_url": RejectReason("read", "Neither the input nor the page says at which URL it was found."),
    "no_content_column": RejectReason("read", "The row of the table has no HTML or text value."),
    "too_large": RejectReason("read", "The page is larger than the limit, compressed or unpacked."),
    "undecodable_body": RejectReason("decode", "The body does not unpack as its Content-Encoding declares."),
    "binary": RejectReason("decode", "The bytes are no text in any charset: an image, an archive, noise."),
    "no_content": RejectReason("extract", "The page was read, and no body text was found in it."),
    "extraction_failed": RejectReason("extract", "Extraction raised an error; `detail` names it."),
    "timeout": RejectReason("extract", "Extraction took longer than the limit for one page."),
    "crashed": RejectReason("extract", "The worker process died while it worked on this page."),
    "out_of_memory": RejectReason("extract", "Extraction needed more memory than the limit."),
    "not_an_article": RejectReason("classify", "The page is no article: a list, a product, a forum, a home page."),
    "invalid_url": RejectReason("normalise", "The URL is no absolute http or https URL with a host."),
    "no_text": RejectReason("normalise", "Nothing is left of the text once it is cleaned."),
    "normalisation_failed": RejectReason("normalise", "Cleaning the record raised an error; `detail` names it."),
    "removed": RejectReason("read", "The page was removed for good: see `broadsheet remove`. Its URL is not kept."),
    "invalid_row": RejectReason("normalise", "The row breaks a rule of the schema; `detail` names the rule."),
}

PAGE_TYPES: dict[str, str] = {
    "article": "One piece of writing with a headline: news, feature, comment, blog post, press release.",
    "listing": "Links to other pages: a home page, a section, search results, an archive.",
    "product": "Something for sale.",
    "forum": "Questions and answers, or messages of many people.",
    "documentation": "Reference or help pages.",
    "service": "What an organisation says of itself and offers.",
    "other": "None of these.",
}

FIELD_SOURCES: dict[str, str] = {
    "json-ld": "schema.org data in a script element of type application/ld+json",
    "microdata": "schema.org data in itemprop attributes",
    "opengraph": "meta elements with og: and article: properties",
    "meta": "other meta elements, and link elements",
    "html": "the visible page: headings, bylines, time elements, tag lists, the title element",
    "url": "the page's URL",
    "trafilatura": "the trafilatura library's reading of the page",
    "flat-text": "a flattened text dump of the page",
    "declared": "what the input says of the page: a sidecar file, a table's column, a WARC header",
    "feed": "what the feed that named the page says of it",
    "sitemap": "what the sitemap that named the page says of it",
    "source": "what sources.toml declares for all pages of the source",
    "detected": "worked out from the text",
}

ROBOTS_TXT: dict[str, str] = {
    "allowed": "The site's robots.txt allowed the harvester to fetch the page.",
    "no-robots-txt": "The site had no robots.txt when the page was fetched.",
    "ignored": 'The source\'s declaration told the harvester not to ask (robots = "ignore").',
}

PRECISIONS: dict[str, str] = {
    "day": "The page gives a day; the instant is the day's start, in UTC where no zone is known.",
    "minute": "The page gives hours and minutes.",
    "second": "The page gives seconds or finer.",
}

MATCHES: dict[str, str] = {
    "exact": "The same normalised text.",
    "near": "A verified near-duplicate: see similarity and containment.",
}

REMOVAL_REASONS: dict[str, str] = {
    "rights": "The publisher, an author or another holder of rights asked.",
    "personal-data": "Somebody the page names asked, or the page holds what nobody should find there.",
    "court-order": "A court or an authority ordered it.",
    "mistake": "The page should never have been taken in.",
    "other": "None of these.",
}
