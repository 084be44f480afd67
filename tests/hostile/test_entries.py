"""Every function that takes a string from a page stands 50,000 hostile characters of it: it answers, and soon.

The patterns are tested one by one beside this; here it is what the code does with them, lengths and all.
"""

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from tasks.extraction import extract
from tasks.extraction.body.class_cues import class_bits
from tasks.extraction.structured.json_ld import parse_lenient
from tasks.page import Origin, Page, RejectError
from tasks.sources.html_files import first_line_url, own_url
from tasks.values.bylines import split_byline
from tasks.values.canonical import believe_canonical
from tasks.values.dates import parse_date
from tasks.values.keywords import split_keywords
from tasks.values.languages import language_tag
from tasks.values.names import name_in_address
from tasks.values.text import repair_mojibake, strip_tags, unescape
from tasks.values.urls import absolute_url, normalise_url, without_credentials
from tests.hostile.test_patterns import cpu_limit

SIZE = 50_000
CPU_SECONDS = 5.0
SITE = "https://example.com"
UNITS = {
    "spaces": " ",
    "lines": " \n",
    "letters": "a",
    "digits": "1",
    "words": "A ",
    "names": "Ada Marlow, ",
    "ands": "and ",
    "bys": "By ",
    "dates": "1 Jan ",
    "iso": "2026-01-01T",
    "slashes": "/",
    "dots": "/..",
    "amp": ".amp",
    "hyphens": "- ",
    "commas": ",",
    "quotes": '"',
    "brackets": "[{",
    "angles": "<a ",
    "comments": "<!-- ",
    "entities": "&amp;",
    "escapes": "%41",
    "at": "a@",
    "full stops": "。",
    "bars": " | ",
    "credentials": "://a:b",
    "mojibake": "Ã©",
    "zero-width": "\u200b",
    "bidi": "\u202e",
    "combining": "e\u0301\u0301",
    "emoji": "👩‍🚒",
}
FUNCTIONS: dict[str, Callable[[str], object]] = {
    "split_byline": split_byline,
    "name_in_address": name_in_address,
    "parse_date": parse_date,
    "split_keywords": lambda text: split_keywords([text]),
    "language_tag": language_tag,
    "normalise_url": lambda text: normalise_url(f"{SITE}/{text}"),
    "normalise_host": lambda text: normalise_url(f"https://{text}"),
    "absolute_url": lambda text: absolute_url(SITE, text),
    "without_credentials": lambda text: without_credentials(f"{text}@"),
    "believe_canonical": lambda text: believe_canonical(f"{SITE}/a/b", f"/{text[:8000]}"),
    "unescape": unescape,
    "strip_tags": strip_tags,
    "repair_mojibake": repair_mojibake,
    "parse_lenient": parse_lenient,
    "json_ld value": lambda text: parse_lenient('{"headline": "' + text + '"}'),
    "own_url": lambda text: own_url(text.encode()),
    "first_line_url": lambda text: first_line_url(text.encode()),
}
PROSE = (
    "<p>" + "The harbour reopened on Monday, three days after the storm had closed it, and ships came in. " * 6 + "</p>"
)
PLACES = {
    "title": "<title>%s</title>",
    "heading": "<h1>%s</h1>",
    "byline": '<span class="byline">%s</span>',
    "paragraph": "<p>%s</p>",
    "attribute": '<div class="%s" id="%s">',
    "link": '<a href="%s">more</a>',
    "canonical": '<link rel="canonical" href="%s">',
    "date": '<meta property="article:published_time" content="%s">',
    "author": '<meta name="author" content="%s">',
    "keywords": '<meta name="keywords" content="%s">',
    "time": '<time datetime="%s">%s</time>',
    "json-ld": '<script type="application/ld+json">{"@type":"NewsArticle","headline":"%s","author":"%s",'
    '"datePublished":"%s"}</script>',
    "microdata": '<div itemscope itemtype="https://schema.org/NewsArticle"><i itemprop="author">%s</i></div>',
    "script": "<script>%s</script>",
    "comment": "<!-- %s",
}  # fmt: skip


def hostile(unit: str, size: int = SIZE) -> str:
    return unit * (size // len(unit)) + "\x00"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_answers_soon_whatever_it_is_given(name: str) -> None:
    for kind, unit in UNITS.items():
        for text in (hostile(unit), "Harbour " + hostile(unit) + " harbour", f"2026-01-01{hostile(unit)}"):
            try:
                with cpu_limit(CPU_SECONDS):
                    FUNCTIONS[name](text)
            except BaseException as error:
                raise AssertionError(f"{name} of {kind}: {type(error).__name__} {error}") from error


@pytest.mark.parametrize("place", PLACES)
def test_a_page_answers_soon_wherever_the_hostile_text_stands(place: str) -> None:
    for kind, unit in UNITS.items():
        markup = PLACES[place].replace("%s", hostile(unit).replace('"', "&quot;" if "ld+json" not in place else '"'))
        page = (
            f"<html><head><title>Harbour</title></head><body><h1>Harbour reopens</h1>{markup}{PROSE * 3}</body></html>"
        )
        _answers(page.encode("utf-8", "surrogatepass"), f"{place} of {kind}")


@pytest.mark.parametrize("kind", UNITS)
def test_a_flattened_text_answers_soon_whatever_its_lines_hold(kind: str) -> None:
    text = hostile(UNITS[kind])
    dump = (
        f"https://example.com/a\nHarbour reopens\nx{text}y\n{text}\n2026-01-01\n{text}\n{text.strip()} 100 200 true\n"
    )
    _answers(dump.encode(), kind, flat=True)


def _answers(payload: bytes, what: str, *, flat: bool = False) -> None:
    page = Page(f"{SITE}/a", payload, Origin("test"), kind="flat-text" if flat else "html")
    try:
        with cpu_limit(CPU_SECONDS):
            extract(page)
    except RejectError:
        pass
    except BaseException as error:
        raise AssertionError(f"{what}: {type(error).__name__} {error}") from error


@pytest.mark.parametrize("function", [class_bits, language_tag])
def test_a_cache_holds_on_to_no_long_string(function: Callable[[str], object]) -> None:
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(50):
            function(f"{number} content {'x' * 1_000_000}")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
