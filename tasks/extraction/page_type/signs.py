"""Signs of what kind a page is: figures from its declarations, its URL, its tree and its text.

What belongs here: each sign and how it is counted. What does not: what the signs add up to (``classify``).
"""

from __future__ import annotations

import math
import re
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from tasks.extraction.body import Body
from tasks.extraction.body.text_cues import TEXT_CUES
from tasks.extraction.structured import StructuredData

# schema.org types, without prefix, by what they speak for.
TYPES: Final[dict[str, re.Pattern[str]]] = {
    "article": re.compile(r"(?:Article|LiveBlogPosting|Report|Recipe|HowTo|Review|CreativeWork)$"),
    "product": re.compile(
        r"(?:Product\w*|Offer|AggregateOffer|IndividualProduct|Brand|SoftwareApplication|WebApplication)$"
    ),
    "list": re.compile(r"(?:ItemList|CollectionPage|OfferCatalog|SearchResultsPage|Blog|PodcastSeries|JobPosting)$"),
    "forum": re.compile(r"(?:DiscussionForumPosting|QAPage|Question|Answer|Comment)$"),
    "documentation": re.compile(r"(?:TechArticle|APIReference|SoftwareSourceCode)$"),
    "service": re.compile(
        r"(?:Service|LocalBusiness|ProfessionalService|Course|FAQPage|FinancialProduct|MovingCompany|(?<=\w)Business|Corporation|AboutPage|ContactPage)$"
    ),
}
# Words of paths and of the first label of a host that speak for a kind.
URL_WORDS: Final[dict[str, re.Pattern[str]]] = {
    "article": re.compile(
        r"blogs?|news|nachrichten|articles?|artikel\w*|articol\w*|articulo|artigo|noticias?|stor(?:y|ies)|posts?|magazine|opinion|"
        r"features?|reviews?|reports?|columns?|politics?|politik|sports?|world|business|actualites?|insights?|guides?|"
        r"learning|resources|press|pulse|journal|p|a|entry|advice|recipes?"
    ),
    "product": re.compile(r"products?|shop|store|item|dp|buy|produkt\w*|prod|sku|p"),
    "list": re.compile(
        r"categor(?:y|ies)|tags?|topics?|collections?|search|list|lists|archives?|hub|sections?|browse|cat|c|catalog\w*|departments?|"
        r"shows|jobs|directory|index|page|latest|newest|trending|author|authors|best-?sellers?|catpage\w*"
    ),
    "forum": re.compile(
        r"forums?|threads?|showthread|topic|discussion|discussions|community|t|questions?|boards?|comments|talk|viewtopic|r|s"
    ),
    "documentation": re.compile(
        r"docs?|documentation|reference|manual|wiki|api|handbook|library|support|help|hooks|kb|man|howto|learn|tutorial"
    ),
    "service": re.compile(
        r"services?|solutions?|about|about-us|features?|pricing|contact|company|use-?cases|industries|platform|products|department|testimonials|careers|plans?|calculators?"
    ),
}
GENERATORS: Final = re.compile(
    r"discourse|vbulletin|xenforo|phpbb|vanilla|invision|nodebb|flarum|docusaurus|sphinx|mkdocs|rustdoc|gitbook|shopify|woocommerce|magento"
)
_DATE_PATH = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2]|[a-z]{3})\b")
_WORDS = re.compile(r"[-_+ .]+")
_COUNTED: Final = (
    "a",
    "article",
    "h1",
    "h2",
    "h3",
    "time",
    "input",
    "button",
    "img",
    "pre",
    "code",
    "table",
    "form",
    "video",
    "p",
    "li",
    "dl",
)


def signs(tree: etree._Element, structured: StructuredData, body: Body, url: str) -> dict[str, float]:
    """Every sign by name, as a number. The tree is only read."""
    return {**signs_of_page(tree, structured, url), **signs_of_body(body)}


def signs_of_page(tree: etree._Element, structured: StructuredData, url: str) -> dict[str, float]:
    """The signs that do not hang on the body found."""
    out: dict[str, float] = {}
    _declared(out, structured)
    _address(out, url)
    _counts(out, tree)
    return out


def _declared(out: dict[str, float], structured: StructuredData) -> None:
    types = structured.types()
    for kind, pattern in TYPES.items():
        out[f"type.{kind}"] = float(any(pattern.match(name) for name in types))
    out["type.news"] = float(any(name.endswith(("NewsArticle", "BlogPosting")) for name in types))
    out["type.website-only"] = float(
        bool(types) and types <= {"WebSite", "Organization", "WebPage", "BreadcrumbList", "SearchAction", "ImageObject"}
    )
    og = (structured.first_meta("og:type") or "").lower()
    out["og.article"] = float(og == "article")
    out["og.website"] = float(og == "website")
    out["og.product"] = float("product" in og)
    out["og.none"] = float(not og)
    nodes = (*structured.json_ld, *structured.microdata)
    out["published"] = float(
        bool(
            structured.first_meta(
                "article:published_time", "article:modified_time", "date", "pubdate", "dc.date", "publishdate"
            )
        )
        or any("datePublished" in node for node in nodes)
    )
    out["author"] = float(
        bool(structured.first_meta("author", "article:author", "dc.creator", "byl", "twitter:data1", "parsely-author"))
        or any("author" in node for node in nodes)
    )
    out["meta.published"] = float(bool(structured.first_meta("article:published_time")))
    out["price"] = float(
        bool(structured.first_meta("product:price:amount", "og:price:amount", "product:price"))
        or any("offers" in node for node in nodes)
    )
    out["article-section"] = float(bool(structured.first_meta("article:section", "article:tag", "news_keywords")))
    out["generator"] = float(bool(GENERATORS.search((structured.first_meta("generator") or "").lower())))
    out["bodies"] = float(bool(structured.article_bodies()))
    title = structured.title or ""
    out["title.words"] = float(len(title.split()))
    out["title.bars"] = float(title.count("|") + title.count(" - ") + title.count(" – "))


def _address(out: dict[str, float], url: str) -> None:
    try:
        parts = urlsplit(url)
        host, path, query = parts.hostname or "", unquote(parts.path), parts.query
    except ValueError:
        host, path, query = "", "", ""
    steps = [step for step in path.lower().split("/") if step]
    last = steps[-1] if steps else ""
    slug = [word for word in _WORDS.split(last.rsplit(".", 1)[0]) if word]
    labels = host.lower().split(".")[:-2] or [""]
    out["url.depth"] = float(len(steps))
    out["url.home"] = float(not steps)
    out["url.slug-words"] = float(
        max((len([word for word in _WORDS.split(step) if word]) for step in steps), default=0)
    )
    out["url.last-words"] = float(len(slug))
    out["url.last-length"] = float(len(last))
    out["url.digits"] = float(sum(map(str.isdigit, last)))
    out["url.date"] = float(bool(_DATE_PATH.search(path.lower())))
    out["url.query"] = float(bool(query))
    out["url.file"] = float(last.endswith((".html", ".htm", ".php", ".aspx", ".jsp", ".shtml")))
    out["url.ends-slash"] = float(path.endswith("/"))
    for kind, pattern in URL_WORDS.items():
        out[f"url.{kind}"] = float(any(pattern.fullmatch(step.rsplit(".", 1)[0]) for step in steps[:-1]))
        out[f"url.last-{kind}"] = float(
            bool(slug) and (bool(pattern.fullmatch(slug[0])) or bool(pattern.fullmatch(last)))
        )
        out[f"host.{kind}"] = float(any(pattern.fullmatch(label) for label in labels))


def _counts(out: dict[str, float], tree: etree._Element) -> None:
    counted = dict.fromkeys(_COUNTED, 0)
    for element in tree.iter(*_COUNTED):
        counted[element.tag] += 1
    for tag, count in counted.items():
        out[f"count.{tag}"] = math.log1p(count)


def signs_of_body(body: Body) -> dict[str, float]:
    """The signs that come from the body and the page's blocks."""
    out: dict[str, float] = {}
    chars = max(body.chars, 1)
    page = max(body.page_chars, 1)
    out["body.chars"] = math.log1p(body.chars)
    out["body.share"] = body.chars / page
    out["body.density"] = body.link_chars / chars
    out["body.paragraphs"] = math.log1p(body.paragraphs)
    out["body.long"] = math.log1p(body.long_paragraphs)
    out["body.long-share"] = body.long_paragraphs / max(body.paragraphs, 1)
    out["body.mean"] = chars / max(body.paragraphs, 1)
    out["body.headings"] = body.headings / max(body.paragraphs, 1)
    out["body.items"] = body.list_items / max(body.paragraphs, 1)
    out["body.certainty"] = body.certainty
    out["body.spread"] = body.spread
    out["page.chars"] = math.log1p(body.page_chars)
    out["page.density"] = body.page_link_chars / page
    out["page.blocks"] = math.log1p(body.page_blocks)
    blocks = max(body.page_blocks, 1)
    out["page.prices"] = math.log1p(body.prices)
    for cue, count in body.cues.items():
        out[f"says.{cue}"] = count / blocks
        out[f"count-says.{cue}"] = math.log1p(count)
    for cue in TEXT_CUES if not body.cues else ():
        out[f"says.{cue}"] = out[f"count-says.{cue}"] = 0.0
    return out
