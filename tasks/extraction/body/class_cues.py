"""Words of class names and ids that tell what a part of a page is for, as bits that features are made of.

What belongs here: generic words of many languages. What does not: names of publishers or hosts (never),
phrases in the text itself (``text_cues``), and what the bits weigh (``model.json``).
"""
# ruff: noqa: SIM905 (long lists of words are read best as words)

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Order is part of the model's format: a bit keeps its place.
CLASS_CUES: Final[dict[str, str]] = {
    "body": r"article-?(?:body|content|text|main|wrap\w*|detail|copy)|(?:body|main|post|entry|story|page|rich|single|"
    r"news|blog|content)-?(?:body|content|text|copy|inner)|articlebody|entry-?content|wysiwyg|prose|richtext|"
    r"rte|paragraphs?|body-?(?:copy|text|content)|texte|cuerpo|corpo|inhalt|artikel-?(?:text|body|inhalt)|"
    r"nota-?(?:cuerpo|texto)|detail",
    "article": r"article|post|entry|story|artikel|articolo|articulo|artigo|nota|noticia|news|blog|hentry",
    "content": r"content|main|text|copy|body|primary",
    "lead": r"lead|lede|intro|summary|standfirst|dek|excerpt|abstract|chapo|chapeau|subtitle|sub-?head\w*|deck|"
    r"entradilla|bajada|sommario|teasertext|ingress|vorspann|sapo|preamble|perex|kicker|key-?points?|"
    r"highlights?",
    "title": r"title|headline|heading|titulo|titre|titolo|titel|header",
    "related": r"related\w*|recommend\w*|similar|read-?(?:more|next|also)|more-?(?:from|on|stories|news|posts)|also|"
    r"suggest\w*|trending|popular|most-?(?:read|viewed|popular)|latest|further|next|prev(?:ious)?|siblings?|"
    r"upnext|recirc\w*|relacionad\w+|correlat\w+|verwandt\w*|aehnlich\w*|mehr|lies|leesook|crosslinks?|"
    r"morelinks|readmore|seealso",
    "teaser": r"teasers?|cards?|tiles?|grid|carousel|slider|swiper|slick|slides?|listing|feed|river|archive|loop|"
    r"items?|thumb\w*|gallery|playlist|collection|tabs?|accordion",
    "share": r"shar(?:e|es|ing|er|edaddy)|social\w*|addtoany|addthis|follow\w*|whatsapp|facebook|twitter|tweet|"
    r"pinterest|linkedin|teilen|partage\w*|compartir|condividi",
    "comment": r"comment\w*|repl(?:y|ies)|respond|discussion|disqus|kommentar\w*|reacties|forum|reviews?|rating\w*",
    "nav": r"nav\w*|menus?|breadcrumbs?|crumbs?|pagination|pager|paging|toc|jump\w*|skip|anchor\w*|toolbar|topbar|"
    r"header|masthead|footer|foot|bottom|colophon|sitemap|hamburger|megamenu|drawer",
    "aside": r"side-?bar\w*|aside|rail|widgets?|secondary|complementary|sticky|infobox|box|callout|factbox|module|"
    r"panel",
    "promo": r"promo\w*|ads?|advert\w*|adv|banner\w*|sponsor\w*|cta|call-?to|offer\w*|affiliate\w*|marketing|"
    r"commercial|outbrain|taboola|dfp|gpt|anzeige|werbung|publicidad|pub|upsell|donat\w+|support-?us|shop|buy|"
    r"price|product\w*|deal",
    "signup": r"newsletter\w*|subscri\w+|sign-?up|signin|login|register|registration|paywall|membership|abo\w*|mail\w*|"
    r"optin|form\w*|regwall|premium|piano|metered",
    "caption": r"caption\w*|credits?|figure|fig|photo\w*|image\w*|img|picture\w*|pic|media\w*|video\w*|player|embed\w*|"
    r"legend\w*|bildunterschrift|copyright|source|quelle|didascalia|leyenda|pie-?foto|epigraf\w*|lightbox",
    "author": r"author\w*|byline\w*|bio|writer|contributors?|autor\w*|auteur|autore|profile|about|vcard|avatar|person|"
    r"reporter|signature|redactor|journalist\w*",
    "meta": r"meta\w*|dates?|times?|timestamp|published|updated|posted|datum|fecha|info|details?|dateline|"
    r"read(?:ing)?-?time|location|category|categories|section|views?|stats?|counter",
    "tags": r"tags?|tag-?(?:list|cloud)|topics?|keywords?|labels?|taxonomy|terms|themen|temas|hashtags?",
    "consent": r"cookie\w*|consent|gdpr|privacy|ccpa|onetrust|cmp|legal|terms|disclaimer|disclosure|notice|alert|"
    r"disclos\w+",
    "popup": r"popup\w*|modal\w*|overlay|dialog|lightbox|tooltip|dropdown|offcanvas|flyout|toast|snackbar|mfp\w*",
    "hidden": r"hidden|hide|sr-?only|screen-?reader\w*|visually-?hidden|invisible|d-none|collapsed?|noprint|no-?print|"
    r"print-?(?:hidden|none|no)|print-?only|offscreen|mobile-?only",
    "quote": r"quote\w*|pull-?quote|blockquote|zitat|citation|cita|tweet|instagram\w*",
    "tool": r"button\w*|btn\w*|tools?|actions?|controls?|print|copy-?link|bookmark|save|like\w*|vote\w*|listen|audio|"
    r"search\w*|filter\w*|sort|icons?|badge|translate|language\w*|switch\w*",
    "event": r"event\w*|job\w*|agenda|schedule|calendar|weather|ticker|breaking|live|score\w*|quotes?-?list|stock\w*|"
    r"quiz|poll",
    "reference": r"references?|footnotes?|endnotes?|bibliograph\w*|citations?|sources?|reflist|notes?|faq\w*|glossary",
}
"""Each cue and the class words that carry it; ``-?`` stands where words may be joined or apart."""

CLASS_BIT: Final = {name: 1 << place for place, name in enumerate(CLASS_CUES)}

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # of camel case too: articleBody is two
_CUE_PATTERNS = [(CLASS_BIT[name], re.compile(rf"(?:{words})\Z")) for name, words in CLASS_CUES.items()]


@lru_cache(maxsize=1 << 16)
def word_bits(word: str) -> int:
    """The cues that one word in lower case carries, or two joined by a hyphen."""
    bits = 0
    for bit, pattern in _CUE_PATTERNS:
        if pattern.match(word):
            bits |= bit
    return bits


# First halves of the cues that may be written as two words ("-?" in the middle).
FIRST_HALVES: Final = frozenset(
    "article body main post entry story page rich single news blog content artikel nota sub key read more "
    "most side call support sign screen visually d no print offscreen mobile copy pull up pie".split()
)


def class_bits(names: str) -> int:
    """The cues in a class attribute or an id. What is beyond 300 characters is not looked at."""
    # Cut before the cache: it would hold on to thousands of attributes of a megabyte each.
    return _class_bits(names[:300])


@lru_cache(maxsize=1 << 14)
def _class_bits(names: str) -> int:
    bits = 0
    before = ""
    for found in _WORD.findall(names):
        word = found.lower()
        bits |= word_bits(word)
        if before in FIRST_HALVES:
            bits |= word_bits(f"{before}-{word}")
        before = word
    return bits
