"""The pages in headless Chromium, as their readers see them: drawn, searched, by keyboard, in the dark, on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.made_up_papers import made_up_store
from tasks.release.page.release_page import MOST_BYTES
from tests.release.page.browser import CHROMIUM, launched
from tests.release.page.hostile import SCRIPT
from tests.release.store import Store

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium: make system")

CHARTS = ("days", "languages", "domains", "funnel", "rejects", "columns", "clusters")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = launched(driver)
        yield browser
        browser.close()


class Reader:
    """A tab, and all that its page said or asked for."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.said: list[str] = []
        self.asked_for: list[str] = []
        tab.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: self.said.append(f"dialog: {dialog.message}") or dialog.dismiss())
        tab.on("request", lambda request: self.asked_for.append(request.url))

    def opens(self, address: str) -> Page:
        self.tab.goto(address)
        self.tab.wait_for_selector("[data-chart] svg, [data-chart] .empty, .lead")
        return self.tab


@contextmanager
def reading(browser: Browser, width: int = 1200, **settings: Any) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
    context.set_default_timeout(120_000)  # a busy machine may need longer than the half minute it gives by itself
    try:
        yield Reader(context.new_page())
    finally:
        context.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on a plain server of this machine."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    handler.func.log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_it_opens_from_disk_without_a_word_and_asks_for_nothing(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        reader.opens(page.as_uri())
        assert reader.said == []
        assert [url for url in reader.asked_for if not url.startswith("data:")] == [page.as_uri()]


def test_it_opens_from_a_server_and_leads_to_all_releases_and_files(browser: Browser, releases: Path) -> None:
    with served(releases) as address, reading(browser) as reader:
        tab = reader.opens(f"{address}/2/index.html")
        assert tab.request.get(f"{address}/2/articles/articles-2026-02.parquet").ok
        tab.click("text=All releases")
        tab.wait_for_selector("[data-chart=growth] svg")
        tab.click("#table-releases a:text-is('1')")
        tab.wait_for_selector("[data-chart=days] svg")
        assert tab.url == f"{address}/1/index.html"
        assert reader.said == []
        assert all(url.startswith((address, "data:")) for url in reader.asked_for)


def test_every_chart_is_drawn_with_its_figures(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())
        for name in CHARTS:
            marks = tab.locator(f"[data-chart={name}] svg :is(rect, path, circle)")
            sizes = marks.evaluate_all("all => all.map(one => one.getBBox().width * one.getBBox().height)")
            assert max(sizes) > 20, name
        texts = {name: tab.locator(f"[data-chart={name}] svg").text_content() or "" for name in CHARTS}
        assert "French" in texts["languages"]
        assert all(name in texts["domains"] for name in ("example.com", "example.org", "56", "20"))
        assert "not_an_article" in texts["rejects"]
        assert "3 texts" in texts["clusters"]
        assert "▼" in texts["columns"], "headlines fell"
        assert "dated articles" in (tab.text_content("#time-status") or "")


def test_the_chart_of_days_can_be_shown_by_another_unit(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())
        tab.select_option("#time-unit", "year")
        assert (tab.text_content("#time-status") or "").endswith("by year.")
        bars = tab.locator("[data-chart=days] svg g[aria-label=rect] rect")
        assert bars.count() == 1


def test_searching_finds_as_one_types_without_accents_and_case(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())
        tab.fill("#sample-query", "elysee FINALE")
        assert tab.locator("#sample-results > li").count() == 1
        assert tab.text_content("#sample-status") == "1 article found."
        assert tab.locator("#sample-results mark").first.text_content() == "Élysée"
        tab.fill("#sample-query", "number 7 harbour")
        assert "Harbour report number 7" in (tab.text_content("#sample-results") or "")
        tab.fill("#sample-query", "no such words")
        assert tab.text_content("#sample-status") == "No article found: try fewer words."
        tab.fill("#sample-query", "")
        tab.select_option("#sample-language", "fr")
        assert set(tab.locator("#sample-results h3").evaluate_all("all => all.map(h => h.lang)")) == {"fr"}
        assert reader.said == []


def test_more_of_what_was_found_is_shown_on_demand(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())
        before = tab.locator("#sample-results > li").count()
        tab.click("#sample-more")
        assert tab.locator("#sample-results > li").count() == 2 * before
        assert tab.evaluate("document.activeElement.matches('#sample-results > li')"), "the reader goes on where it was"


@pytest.mark.parametrize("words", ["script", "Click me", "two", "right to left", "img"])
def test_a_hostile_page_stays_text(browser: Browser, page: Path, words: str) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())
        tab.fill("#sample-query", words)
        assert tab.locator("#sample-results > li").count() >= 1
        assert tab.locator("#sample-results :is(script, img, b, textarea, style)").count() == 0
        if words == "script":
            assert SCRIPT in tab.locator("#sample-results h3").all_text_contents()
        links = tab.locator("#sample-results a").evaluate_all("all => all.map(a => a.protocol)")
        assert set(links) <= {"http:", "https:"}
        assert reader.said == []


def test_it_can_be_read_by_keyboard_alone(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())

        def focused() -> str:
            return str(tab.evaluate("(document.activeElement.textContent || document.activeElement.id).trim()"))

        tab.keyboard.press("Tab")
        assert focused() == "Skip to the content"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        tab.focus("#theme")
        tab.keyboard.press("Enter")
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
        tab.focus("#tab-1")
        tab.keyboard.press("ArrowRight")
        assert focused() == "Polars"
        assert tab.is_visible("#panel-2")
        assert not tab.is_visible("#panel-1")
        tab.focus("#places figure:nth-of-type(2) summary")
        tab.keyboard.press("Enter")
        tab.keyboard.press("Tab")
        tab.keyboard.type("example.org")
        assert tab.text_content("[data-filter-status=table-domains]") == "1 of 4 rows"
        tab.fill("#filter-table-domains", "")
        tab.focus("#table-domains thead th:nth-child(2) button")
        tab.keyboard.press("Enter")
        tab.keyboard.press("Enter")
        assert tab.get_attribute("#table-domains thead th:nth-child(2)", "aria-sort") == "ascending"
        counts = [int(text) for text in tab.locator("#table-domains tbody td:nth-child(2)").all_text_contents()]
        assert counts == sorted(counts)


def test_the_schema_is_found_by_name_and_by_table(browser: Browser, page: Path) -> None:
    with reading(browser) as reader:
        tab = reader.opens(page.as_uri())
        tab.select_option("#schema-table", "rejects")
        tab.fill("#filter-table-schema", "reason")
        shown = tab.locator("#table-schema tbody tr:visible th").all_text_contents()
        assert "reason" in shown
        assert "headline" not in shown


def test_what_is_to_be_copied_is_copied(browser: Browser, page: Path) -> None:
    with reading(browser, permissions=["clipboard-read", "clipboard-write"]) as reader:
        tab = reader.opens(page.as_uri())
        tab.click("[aria-label='Copy: how to load it with DuckDB']")
        expect(tab.locator("[aria-label='Copy: how to load it with DuckDB']")).to_have_text("Copied")
        assert "articles/*.parquet" in tab.evaluate("navigator.clipboard.readText()")
        tab.click("[aria-label='Copy the SHA-256 of README.md']")
        expect(tab.locator("[aria-label='Copy the SHA-256 of README.md']")).to_have_text("Copied")
        assert len(tab.evaluate("navigator.clipboard.readText()")) == 64


@pytest.mark.parametrize("width", [320, 390, 768])
def test_on_a_phone_nothing_scrolls_sideways(browser: Browser, releases: Path, width: int) -> None:
    for page in ("2/index.html", "index.html"):
        with reading(browser, width=width) as reader:
            tab = reader.opens((releases / page).as_uri())
            tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            tab.wait_for_timeout(100)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("page", ["2/index.html", "index.html"])
def test_it_breaks_no_rule_of_accessibility(browser: Browser, releases: Path, page: str, colours: str) -> None:
    """The rules of axe: names, roles, labels, headings, landmarks, contrast."""
    with reading(browser, color_scheme=colours, bypass_csp=True, reduced_motion="reduce") as reader:
        tab = reader.opens((releases / page).as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(tab)
        told = [
            f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
            for rule in found.response["violations"]
            for node in rule["nodes"]
        ]
        assert told == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("page", ["2/index.html", "index.html"])
def test_every_text_stands_out_by_four_and_a_half_to_one(
    browser: Browser, releases: Path, page: str, colours: str
) -> None:
    """By the formula of WCAG 2, for each element that holds text of its own, in charts too."""
    with reading(browser, color_scheme=colours) as reader:
        tab = reader.opens((releases / page).as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = tab.evaluate((Path(__file__).parent / "contrast.js").read_text())
        assert len(found) > 60
        assert sorted(text for text in found if text[0] < 4.5) == []


def test_the_colours_follow_the_system_and_then_the_reader(browser: Browser, page: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with reading(browser, color_scheme="dark") as reader:
        tab = reader.opens(page.as_uri())
        dark = tab.evaluate(ground)
        tab.click("#theme")
        assert tab.text_content("#theme") == "Colours: light"
        assert tab.evaluate(ground) != dark
        tab.reload()
        assert tab.text_content("#theme") == "Colours: light", "kept for the next visit"


@pytest.mark.parametrize("articles", [0, 1])
def test_a_release_of_few_articles_is_drawn_without_a_word(browser: Browser, tmp_path: Path, articles: int) -> None:
    store = Store(tmp_path)
    for number in range(articles):
        store.article(f"only-{number}")
    with reading(browser) as reader:
        tab = reader.opens((store.publish() / "index.html").as_uri())
        assert reader.said == []
        assert tab.locator("#sample-results > li").count() == articles
        assert tab.locator("[data-chart=clusters] .empty").count() == 1


def test_two_thousand_domains_in_twenty_languages_are_drawn(browser: Browser, tmp_path: Path) -> None:
    store = made_up_store(tmp_path, articles=4_000, domains=2_000, days=9_000)
    tags = "en de fr es pt it nl sv pl tr ja ar uk fi da el he hi ko zh-Hant"
    for number, row in enumerate(store.documents):
        row["language"] = tags.split()[number % 20]
        row["domain"] = f"paper-{number % 2000}.example"
    page = store.publish() / "index.html"
    assert page.stat().st_size < MOST_BYTES
    for width in (390, 1200):
        with reading(browser, width=width) as reader:
            tab = reader.opens(page.as_uri())
            assert reader.said == []
            assert "Traditional Chinese" in (tab.text_content("[data-chart=languages] svg") or "")
            assert "the first 20 of 1,977" in tab.inner_text("#places"), "the others hold copies alone"
            assert tab.locator("#table-domains tbody tr").count() == 500
            assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_can_be_read_without_scripts(browser: Browser, page: Path) -> None:
    with reading(browser, java_script_enabled=False) as reader:
        tab = reader.tab
        tab.goto(page.as_uri())
        assert "Charts, searching and sorting need JavaScript" in tab.inner_text("#overview")
        assert tab.is_visible("#panel-7"), "all examples are there"
        assert not tab.is_visible("#sample-form")


def test_on_paper_it_is_light_and_has_no_buttons(browser: Browser, page: Path) -> None:
    with reading(browser, color_scheme="dark") as reader:
        tab = reader.opens(page.as_uri())
        tab.emulate_media(media="print")
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not tab.is_visible("nav.sections")
        assert not tab.is_visible("#theme")
        assert len(tab.pdf()) > 50_000
