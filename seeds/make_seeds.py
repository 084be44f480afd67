"""Make ``seeds/documents/`` out of ``seeds/stories.toml``: the same bytes each time.

What belongs here: how the invented stories look as web pages, a WARC, a table and a flattened dump. What does not:
the stories (``stories.toml``) and the declaration of the sources (``sources.toml``).

Run it as ``python seeds/make_seeds.py``; a test fails when the documents are stale.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import struct
import sys
import tomllib
import uuid
import zlib
from pathlib import Path
from typing import Any

from fastwarc.warc import WarcRecord, WarcRecordType

HERE = Path(__file__).parent
FETCHED = "2026-03-06T04:00:00Z"
IN_WARC = ["bridge", "ferries", "ferries-copy", "nightbus", "oysters", "ecole", "seilbahn", "molino", "bridge-revised"]
IN_TABLE = ["choir", "snow"]


def load_stories() -> dict[str, dict[str, Any]]:
    """The stories by id, with their paper's values; revisions and copies filled from what they change."""
    declared = tomllib.loads((HERE / "stories.toml").read_text("utf-8"))
    stories: dict[str, dict[str, Any]] = {}
    for given in declared["story"]:
        base = stories.get(given.get("revises") or given.get("copies") or "", {})
        story = {**base, **given}
        paragraphs = [part.strip() for part in story["text"].strip().split("\n\n")]
        paragraphs = paragraphs[: len(paragraphs) - given.get("drop_last", 0)]
        if "replace" in given:
            paragraphs = [part.replace(*given["replace"]) for part in paragraphs]
        if "append" in given:
            paragraphs += [part.strip() for part in given["append"].strip().split("\n\n")]
        story["text"] = "\n\n".join(paragraphs)
        story["site"] = declared["paper"][story["paper"]]
        story["url"] = f"https://{story['site']['host']}{story['path']}"
        story["image"] = f"https://{story['site']['host']}/media/{story['path'].rsplit('/', 1)[-1]}.jpg"
        stories[given["id"]] = story
    return stories


def article_page(story: dict[str, Any], stories: dict[str, dict[str, Any]]) -> str:
    """An article as a news site might serve it: JSON-LD, Open Graph, navigation, related links, a footer."""
    site = story["site"]
    related = [
        other for other in stories.values() if other["paper"] == story["paper"] and other["path"] != story["path"]
    ]
    links = "".join(f'<li><a href="{other["url"]}">{_text(other["headline"])}</a></li>' for other in related[:3])
    body = "\n".join(
        f"<h2>{_text(part[3:])}</h2>" if part.startswith("## ") else f"<p>{_text(part)}</p>"
        for part in story["text"].split("\n\n")
    )
    agency = story["author"].endswith("Agency")
    linked_data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": story["url"],
        "headline": story["headline"],
        "description": story["description"],
        "articleSection": story["section"],
        "keywords": story["keywords"],
        "datePublished": story["published"],
        "dateModified": story.get("modified", story["published"]),
        "author": {"@type": "Organization" if agency else "Person", "name": story["author"]},
        "image": {"@type": "ImageObject", "url": story["image"], "width": 1200, "height": 800},
        "publisher": {"@type": "NewsMediaOrganization", "name": site["name"], "url": f"https://{site['host']}/"},
        "isAccessibleForFree": True,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
    }
    return f"""<!doctype html>
<html lang="{site["language"]}">
<head>
<meta charset="utf-8">
<title>{_text(story["headline"])} | {_text(site["name"])}</title>
<link rel="canonical" href="{story["url"]}">
<meta name="description" content="{_attribute(story["description"])}">
<meta property="og:type" content="article">
<meta property="og:site_name" content="{_attribute(site["name"])}">
<meta property="og:title" content="{_attribute(story["headline"])}">
<meta property="og:url" content="{story["url"]}">
<meta property="og:image" content="{story["image"]}">
<meta property="article:published_time" content="{story["published"]}">
<meta property="article:section" content="{_attribute(story["section"])}">
<script type="application/ld+json">{json.dumps(linked_data, ensure_ascii=False)}</script>
</head>
<body>
{_banner(site)}
<main>
<article>
<header>
<h1>{_text(story["headline"])}</h1>
<p class="standfirst">{_text(story["description"])}</p>
<p class="byline">{_text(story["author"])} · <time datetime="{story["published"]}">{story["published"][:10]}</time></p>
</header>
<figure><img src="{story["image"]}" alt="" width="1200" height="800">
<figcaption>{_text(story["caption"])}</figcaption></figure>
{body}
</article>
<aside><h2>{_text(story["section"])}</h2><ul>{links}</ul></aside>
</main>
{_footer(site)}
</body>
</html>
"""


def microdata_page(story: dict[str, Any]) -> str:
    """An article whose values stand in hidden schema.org microdata, the body in one flattened property."""
    site = story["site"]
    parts = story["text"].split("\n\n")
    shown = "\n".join(f'<div class="article__text">{_text(part)}</div>' for part in parts)

    def meta(name: str, value: str) -> str:
        return f'<meta itemprop="{name}" content="{_attribute(value)}">'

    values = "\n".join(
        [
            meta("name", story["headline"]),
            meta("headline", story["headline"]),
            meta("description", story["description"]),
            meta("datePublished", story["published"]),
            meta("dateModified", story.get("modified", story["published"])),
            *(meta("about", word) for word in story["keywords"]),
            meta("articleSection", story["section"]),
            meta("inLanguage", site["language"]),
            meta("copyrightYear", story["published"][:4]),
            meta("articleBody", "".join(parts)),
        ]
    )
    return f"""<!doctype html>
<html lang="{site["language"]}">
<head><meta charset="utf-8"><title>{_text(story["headline"])}</title>
<meta property="og:url" content="{story["url"]}"></head>
<body>
{_banner(site)}
<div class="article" itemscope itemtype="https://schema.org/NewsArticle">
{values}
<div itemprop="author" itemscope itemtype="https://schema.org/Person">{meta("name", story["author"])}</div>
<div itemprop="publisher" itemscope itemtype="https://schema.org/Organization">
{meta("name", site["name"])}{meta("email", site["email"])}</div>
<div itemprop="image" itemscope itemtype="https://schema.org/ImageObject">
{meta("url", story["image"])}{meta("width", "1200")}{meta("height", "800")}</div>
<h1>{_text(story["headline"])}</h1>
{shown}
</div>
{_footer(site)}
</body>
</html>
"""


def flat_text(story: dict[str, Any]) -> str:
    """The same values as an old scraper dumped them: one a line, in document order, the body in one piece."""
    site = story["site"]
    contact = f"{site['name']} {site['email']} +41445550137 Association du Phare 252 60"
    author = f"{story['author']} https://{site['host']}/img/{story['author'].replace(' ', '-').lower()}_100x100.jpg"
    body = "".join(part.removeprefix("## ") for part in story["text"].split("\n\n"))
    times = [story["published"], story["published"], story.get("modified", story["published"])]
    noise = "/html/head/meta[@name='og:title']/@content /html/head/meta[@name='og:description']/@content"
    lines = [
        story["url"],
        story["headline"],
        story["headline"],
        story["description"],
        *times,
        *story["keywords"],
        noise,
    ]
    lines += [story["image"], body, *story["keywords"][:2], contact, story["published"][:4], author, author]
    lines += [story["section"], "fr_FR", contact, "1920 1080 true", "1920 1440 true", "1920 1920 true", contact, author]
    return "\n\n".join([*lines, ", ".join(story["keywords"][:5])]) + "\n"


def section_page(stories: dict[str, dict[str, Any]]) -> str:
    """A section's front: links and teasers, no article."""
    mine = [story for story in stories.values() if story["paper"] == "gazette" and "revises" not in story] * 4
    site = mine[0]["site"]
    teasers = "\n".join(
        f'<li><a href="{story["url"]}?page={number}"><h3>{_text(story["headline"])}</h3></a>'
        f'<a class="more" href="{story["url"]}">{_text(story["section"])}</a></li>'
        for number, story in enumerate(mine)
    )
    linked_data = {"@context": "https://schema.org", "@type": "CollectionPage", "name": "Latest news"}
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Latest news | {site["name"]}</title>
<link rel="canonical" href="https://{site["host"]}/news/"><meta property="og:type" content="website">
<script type="application/ld+json">{json.dumps(linked_data)}</script></head>
<body>
{_banner(site)}
<main><h1>Latest news</h1><ul class="teasers">
{teasers}
</ul><nav class="pages"><a href="/news/?p=2">2</a> <a href="/news/?p=3">3</a> <a href="/news/?p=4">4</a></nav></main>
{_footer(site)}
</body></html>
"""


def warc_bytes(stories: dict[str, dict[str, Any]]) -> bytes:
    """The WARC: articles, a section page, an answer of 404 and a picture; one gzip member a record."""
    gazette = "https://gazette.example.com"
    answers: list[tuple[str, str, str, str, bytes]] = [
        (stories[key]["url"], stories[key].get("captured", FETCHED), "200 OK", "text/html; charset=utf-8", page)
        for key in IN_WARC
        for page in [article_page(stories[key], stories).encode()]
    ]
    missing = b"<!doctype html><title>Not found</title><h1>Not found</h1><p>There is no page here.</p>"
    answers[2:2] = [
        (f"{gazette}/news/", FETCHED, "200 OK", "text/html; charset=utf-8", section_page(stories).encode()),
        (f"{gazette}/news/2025/old-page", FETCHED, "404 Not Found", "text/html", missing),
        (f"{gazette}/media/logo.png", FETCHED, "200 OK", "image/png", _png()),
    ]
    return b"".join(_record(*answer) for answer in answers)


def _record(url: str, date: str, status: str, content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.response)
    record.headers["WARC-Record-ID"] = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url + date)}>"
    record.headers["WARC-Date"] = date
    record.headers["WARC-Target-URI"] = url
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.set_bytes_content(head + body)
    plain = io.BytesIO()
    record.write(plain, checksum_data=True)
    return _gzip(plain.getvalue())


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def _png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def _banner(site: dict[str, str]) -> str:
    return (
        f'<header class="banner"><a href="https://{site["host"]}/">{_text(site["name"])}</a>'
        '<nav><a href="/news/">News</a> <a href="/business/">Business</a> <a href="/culture/">Culture</a>'
        "</nav></header>"
    )


def _footer(site: dict[str, str]) -> str:
    return (
        f'<footer><p>© 2026 {_text(site["name"])} · <a href="/contact">{site["email"]}</a> · '
        '<a href="/privacy">Privacy</a></p></footer>'
    )


def _text(value: str) -> str:
    return html.escape(value, quote=False)


def _attribute(value: str) -> str:
    return html.escape(value)


def documents() -> dict[str, bytes]:
    """Every file of ``seeds/documents``: path in it, and bytes."""
    stories = load_stories()
    rows = [
        {"url": stories[key]["url"], "html": article_page(stories[key], stories), "retrieved_at": FETCHED}
        for key in IN_TABLE
    ]
    rows.append({"url": "https://courier.example.org/region/empty", "html": None, "retrieved_at": FETCHED})
    table = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    clock = article_page(stories["clock"], stories)
    no_url = article_page(stories["nightbus"], stories)
    for line in no_url.splitlines():
        if 'rel="canonical"' in line or "og:url" in line:
            no_url = no_url.replace(line + "\n", "")
    return {
        "pages.warc.gz": warc_bytes(stories),
        "html/church-clock.html": "\n".join(line for line in clock.splitlines() if "canonical" not in line).encode(),
        "html/church-clock.url": stories["clock"]["url"].encode() + b"\n",
        "html/le-phare-microdata.html": microdata_page(stories["phare"]).encode(),
        "html/saved-without-address.html": no_url.encode(),
        "pages.jsonl.gz": _gzip(table.encode()),
        "text/le-phare.txt": flat_text({**stories["phare"], "url": stories["phare"]["url"] + "-dump"}).encode(),
    }


def main() -> None:
    """Write the documents, or with ``--check`` say whether they are stale (exit status 1)."""
    stale = []
    for name, data in documents().items():
        path = HERE / "documents" / name
        if "--check" in sys.argv:
            stale += [name] if not path.is_file() or path.read_bytes() != data else []
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run python seeds/make_seeds.py")


if __name__ == "__main__":
    main()
