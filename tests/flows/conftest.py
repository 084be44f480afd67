"""One embedded Prefect server for all flow tests, and small sites to run them on."""

from __future__ import annotations

from pathlib import Path

import pytest

SENTENCES = {
    "harbour": "The harbour of Westhaven reopened on Monday after three days of repairs to the northern pier. "
    "Four freighters had waited outside the breakwater since the storm, and the first of them entered at dawn. "
    "The harbour master said that divers had found no damage below the waterline. "
    "Fishing boats will have to use the old landing until the end of the month. ",
    "library": "A library in Oldbridge has begun to lend seeds along with its books, and gardeners are pleased. "
    "The drawers that once held the card catalogue now hold beans, peas and forty kinds of tomato. "
    "Borrowers promise to bring back seeds from their own harvest in the autumn. "
    "The librarian expects that half of them will remember, which would be enough. ",
    "tram": "The city council voted on Tuesday to extend the tram line to the hospital on the eastern hill. "
    "Work on the rails is to begin in spring and will close two streets for about a year. "
    "Shopkeepers asked for a shorter closure, and the council promised to review the plan every month. "
    "The line will cost eighty million and carry nine thousand passengers a day. ",
}


def page(name: str, *, headline: str | None = None, text: str | None = None, more: str = "") -> str:
    """A news page with JSON-LD, as a site would serve it."""
    headline = headline or f"News of the {name}"
    paragraphs = (text or SENTENCES[name]).replace(". ", ".\n").strip().split("\n")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!doctype html><html lang="en"><head><title>{headline} - Example Times</title>
<meta property="og:type" content="article">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "{headline}", "datePublished": "2026-03-02T08:15:00+01:00",
"author": {{"@type": "Person", "name": "Ada Marlow"}}, "keywords": ["{name}", "local"]}}</script></head>
<body><nav><a href="/">Home</a> <a href="/local">Local</a></nav>
<main><article><h1>{headline}</h1><p class="byline">By Ada Marlow</p>{body}{more}</article></main>
<footer>Example Times</footer></body></html>"""


def put_page(folder: Path, name: str, html: str, url: str) -> None:
    """A page and its sidecar."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.html").write_text(html, encoding="utf-8")
    (folder / f"{name}.html.url").write_text(url + "\n")


@pytest.fixture(scope="session", autouse=True)
def _prefect_server(prefect_api: str) -> None:
    """Every run of these tests uses the session's server."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with two articles, a copy of the first at another site, and a page without an URL."""
    folder = tmp_path / "site"
    put_page(folder, "harbour", page("harbour"), "https://times.example.com/local/2026/03/harbour-reopens.html")
    put_page(folder, "library", page("library"), "https://times.example.com/local/2026/03/library-lends-seeds.html")
    put_page(
        folder,
        "harbour-copy",
        page("harbour", headline="Westhaven harbour open again", more="<p>This report came from an agency.</p>"),
        "https://courier.example.org/news/2026/03/westhaven-harbour-open-again.html",
    )
    (folder / "nowhere.html").write_text(page("tram"), encoding="utf-8")
    return folder
