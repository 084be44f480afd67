"""Signs of what kind a page is: figures from its declarations, its URL, its tree and its text.

What belongs here: each sign and how it is counted. What does not: what the signs add up to (``classify``).
"""

# ruff: noqa: SIM905 (long lists of words are read best as words)

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final
from urllib.parse import unquote, urlsplit

from tasks.extraction.body import Body
from tasks.extraction.body.text_cues import TEXT_CUES
from tasks.extraction.fields.view import View
from tasks.extraction.structured import StructuredData
from tasks.extraction.structured.article_node import is_article
from tasks.extraction.structured.json_ld import types_of
from tasks.extraction.visible.dates import near_headline
from tasks.record import Record

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
_DECLARATIONS: Final = frozenset({"json-ld", "microdata", "opengraph", "meta"})
_AT_HEADLINE: Final = (6, 14)  # pieces of text before and after it
_NO_DATE: Final = -5.0
_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_HEADLINE_WORDS = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.!?。！？।](?:(?<=[。！？।])|(?=\s|$))")  # a set first: it is found sooner
# Words as they stand between spaces, in a few languages.
_VOICES: Final[dict[str, frozenset[str]]] = {
    "you": frozenset(
        "you your yours you're you’re vous votre vos usted ustedes você vocês jullie uw euch eure deine".split()
    ),
    "we": frozenset(
        "we our us we're we’re we've we’ve nous notre nos wir unser unsere unseren nosotros nuestra nuestro nuestros "
        "nossa nosso nossos wij onze".split()
    ),
    "i": frozenset("i my i'm i’m i've i’ve ich mein meine je mon ma yo mi eu meu minha ik mijn".split()),
    "said": frozenset(
        "said says told added sagte sagt erklärte déclaré affirmé dijo afirmó aseguró disse afirmou detto zei säger "
        "сказал сказала заявил заявила сообщил сообщила قال أعلن".split()
    ),
}
_VOICE_OF: Final = {word: voice for voice, words in _VOICES.items() for word in words}  # no word speaks for two
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


def signs_of_page(view: View, record: Record) -> dict[str, float]:
    """The signs that do not hang on the body found, by name, as numbers. The tree is only read."""
    return signs_declared(view, record) | signs_shown(view, record)


def signs_declared(view: View, record: Record) -> dict[str, float]:
    """Those from declarations and the address."""
    out: dict[str, float] = {}
    _declared(out, view.structured)
    _address(out, view.url)
    _fields(out, view, record)
    return out


def signs_shown(view: View, record: Record) -> dict[str, float]:
    """Those from what the page shows."""
    out: dict[str, float] = {}
    for tag in _COUNTED:
        out[f"count.{tag}"] = math.log1p(view.marks.tags[tag])
    _headline(out, view, record)
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


def _fields(out: dict[str, float], view: View, record: Record) -> None:
    """What the choice of the fields found: articles have a date, a byline and a headline that their address repeats."""
    sources = record.field_sources
    for field, name in (("published_raw", "date"), ("authors", "authors")):
        out[f"{name}.declared"] = float(sources.get(field) in _DECLARATIONS)
        out[f"{name}.html"] = float(sources.get(field) == "html")
    out["date.url"] = float(sources.get("published_raw") == "url")
    out["authors.count"] = float(len(record.authors))
    out["modified"] = float("modified_raw" in sources)
    out["section"] = float("section" in sources)
    out["publisher"] = float("publisher" in sources)
    out["keywords"] = float(len(record.keywords))
    out["images"] = math.log1p(len(record.images))
    out["described"] = float(len(record.description or ""))
    out["own.article"] = float(any(is_article(node) for node in view.nodes))
    out["own.news"] = float(any("News" in kind for node in view.nodes for kind in types_of(node)))


def _headline(out: dict[str, float], view: View, record: Record) -> None:
    """The headline and what stands about it."""
    around = view.surroundings
    out["anchored"] = float(around.anchored)
    shown = near_headline(around, view.language, *_AT_HEADLINE) if around.anchored else []
    out["date.shown"] = max((score for score, _ in shown), default=_NO_DATE)
    out["date.times"] = math.log1p(len(view.times))
    words = _HEADLINE_WORDS.findall((record.headline or "").lower())
    unspaced = len(_UNSPACED.findall(record.headline or ""))  # of scripts that put no spaces between words
    out["headline.words"] = float(max(len(words), unspaced // 2))
    out["headline.chars"] = float(len(record.headline or ""))
    out["headline.shown"] = float(record.field_sources.get("headline") == "html")
    out["headline.others"] = float(len(record.alternative_headlines))
    slug = _slug(view.url)
    shared = sum(word in words for word in slug)
    out["slug.shared"] = float(shared)
    out["slug.agrees"] = shared / len(slug) if len(slug) > 1 else -1.0


def _slug(url: str) -> list[str]:
    """The words of that step of the path that has most."""
    try:
        path = unquote(urlsplit(url).path).lower()
    except ValueError:
        return []
    return max(([word for word in _WORDS.split(step) if word] for step in path.split("/")), key=len)


def signs_of_body(body: Body) -> dict[str, float]:
    """The signs that come from the body and the page's blocks."""
    return signs_of_shape(body) | signs_of_voice(body)


def signs_of_shape(body: Body) -> dict[str, float]:
    """Those that take no look at the words."""
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
    out["text.sentences"] = math.log1p(len(_SENTENCE.findall(body.text or "")))
    for cue, count in body.cues.items():
        out[f"says.{cue}"] = count / blocks
        out[f"count-says.{cue}"] = math.log1p(count)
    for cue in TEXT_CUES if not body.cues else ():
        out[f"says.{cue}"] = out[f"count-says.{cue}"] = 0.0
    return out


def signs_of_voice(body: Body) -> dict[str, float]:
    """Who speaks to whom: news quotes, guides say "you", firms say "we"."""
    out: dict[str, float] = {}
    text = (body.text or "").lower()
    words = text.split()
    count = max(len(words), 1)
    out["text.sentence"] = count / max(len(_SENTENCE.findall(text)), 1)
    spoken = Counter(map(_VOICE_OF.get, words))
    for voice in _VOICES:
        out[f"text.{voice}"] = spoken[voice] / count
    out["text.quotes"] = sum(map(text.count, '“”«»„"')) / count
    return out
