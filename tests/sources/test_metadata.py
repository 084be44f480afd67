"""What the harvester wrote beside a page comes back with the page, wherever a shard begins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.page import Page, Reject
from tasks.record import Robots
from tasks.sources import ReadOptions, find_inputs, plan_shards, read_pages
from tests.sources.warcs import packed, read, record

FIELDS = {
    "via": "https://paper.example/feed.xml",
    "source": "paper",
    "role": "page",
    "robots": "allowed",
    "ai-opt-out": "robots:gptbot noai",
    "listed": '{"in": "feed", "title": "Hafen \\u00fc", "published": "2024-05-06", "authors": ["Ada", 7], "image": 3}',
    "declared": '{"language_declared": "de", "license": "CC0-1.0", "headline": "not from here"}',
}


def metadata(url: str, tie: str = "WARC-Concurrent-To", **fields: str) -> bytes:
    values = {**FIELDS, **{name.replace("_", "-"): value for name, value in fields.items()}}
    block = "".join(f"{name}: {value}\r\n" for name, value in values.items() if value).encode()
    head = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:meta-{url}>\r\n{tie}: <urn:uuid:{url}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2022-02-03T06:00:00Z\r\nContent-Type: application/warc-fields\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def request(url: str) -> bytes:
    return record(url, b"", warc_type="request").replace(f"<urn:uuid:{url}>".encode(), f"<urn:uuid:r-{url}>".encode())


def url_of(number: int) -> str:
    return f"https://paper.example/{number}"


def write(tmp_path: Path, *records: bytes, plain: bool = False) -> Path:
    path = tmp_path / ("a.warc" if plain else "a.warc.gz")
    path.write_bytes(b"".join(records) if plain else packed(*records))
    return path


def only(found: list[Page | Reject]) -> Page:
    [page] = found
    assert isinstance(page, Page)
    return page


@pytest.mark.parametrize("tie", ["WARC-Concurrent-To", "WARC-Refers-To"])
@pytest.mark.parametrize("before", [True, False])
def test_a_page_has_what_its_metadata_record_says(tmp_path: Path, tie: str, before: bool) -> None:
    url = url_of(1)
    group = [record(url), request(url)]
    group.insert(0 if before else 2, metadata(url, tie))
    page = only(read(write(tmp_path, *group)))
    assert page.listed == {
        "headline": "Hafen ü",
        "published_raw": "2024-05-06",
        "authors": ["Ada"],
    }
    assert (page.listed_in, page.source) == ("feed", "paper")
    assert page.defaults == {"language_declared": "de", "license": "CC0-1.0"}
    assert page.robots == Robots("allowed", [], ["noai", "robots:gptbot"])


def test_a_record_that_names_its_metadata_has_it_too(tmp_path: Path) -> None:
    url = url_of(1)
    tied = record(url, extra=f"WARC-Concurrent-To: <urn:uuid:meta-{url}>\r\n")
    loose = metadata(url).replace(b"WARC-Concurrent-To: ", b"X-Nothing: ")
    assert only(read(write(tmp_path, tied, loose))).source == "paper"


def test_metadata_of_another_record_says_nothing(tmp_path: Path) -> None:
    page = only(read(write(tmp_path, record(url_of(1)), metadata(url_of(2)))))
    assert (page.listed, page.source, page.robots) == ({}, None, None)


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("order", ["page metadata request", "request metadata page", "metadata page request"])
def test_no_cut_comes_between_a_page_and_its_metadata(tmp_path: Path, plain: bool, order: str) -> None:
    records = []
    for number in range(40):
        url = url_of(number)
        said = metadata(url, listed=json.dumps({"title": f"page {number}", "description": "x" * (number * 37 % 900)}))
        parts = {"page": record(url), "metadata": said, "request": request(url)}
        records += [parts[word] for word in order.split()]
    path = write(tmp_path, *records, plain=plain)
    for target in (300, 700, 1_500, 4_000):
        shards = plan_shards(find_inputs([str(path)]), target)
        assert len(shards) > 3
        found = [page for shard in shards for page in read_pages(shard) if isinstance(page, Page)]
        assert [(page.url, page.listed["headline"]) for page in found] == [(url_of(n), f"page {n}") for n in range(40)]


@pytest.mark.parametrize("role", ["listing", "robots"])
def test_what_the_harvester_fetched_for_itself_is_no_page(tmp_path: Path, role: str) -> None:
    url = url_of(1)
    records = [record(url, b"<rss/>", http="Content-Type: application/rss+xml"), metadata(url, role=role)]
    assert read(write(tmp_path, *records)) == []


def test_a_status_that_the_harvester_accounts_for_is_no_reject_and_another_crawlers_is(tmp_path: Path) -> None:
    url = url_of(1)
    gone = record(url, status="404 Not Found")
    assert read(write(tmp_path, gone, metadata(url))) == []
    for others in ([gone], [gone, metadata(url, role="")]):
        [found] = read(write(tmp_path, *others))
        assert isinstance(found, Reject)
        assert found.reason == "http_status"


def test_another_reject_keeps_its_source(tmp_path: Path) -> None:
    url = url_of(1)
    [found] = read(write(tmp_path, record(url, b"%PDF", http="Content-Type: application/pdf"), metadata(url)))
    assert isinstance(found, Reject)
    assert (found.reason, found.source) == ("not_html", "paper")


def test_a_sitemap_is_told_from_a_feed_by_its_address_where_nothing_else_says(tmp_path: Path) -> None:
    url = url_of(1)
    said = metadata(url, via="https://paper.example/sitemap-news.xml", listed='{"access": "Subscription"}')
    page = only(read(write(tmp_path, record(url), said)))
    assert (page.listed_in, page.listed) == ("sitemap", {"is_accessible_for_free": False})


@pytest.mark.parametrize(
    "fields",
    [
        {"listed": "no json", "declared": "[1, 2]", "robots": "perhaps", "ai_opt_out": ""},
        {"listed": "[" * 50_000, "declared": "", "robots": "", "ai_opt_out": ""},
        {
            "listed": '{"title": {"a": 1}, "authors": "Ada", "keywords": 5}',
            "declared": "",
            "robots": "",
            "ai_opt_out": "",
        },
    ],
)
def test_words_that_cannot_be_read_are_passed_over(tmp_path: Path, fields: dict[str, str]) -> None:
    page = only(read(write(tmp_path, record(url_of(1)), metadata(url_of(1), **fields))))
    assert (page.listed.get("headline"), page.robots) == (None, None)


def test_the_responses_own_headers_say_what_robots_may_do(tmp_path: Path) -> None:
    http = "Content-Type: text/html\r\nX-Robots-Tag: noarchive, noai\r\nX-Robots-Tag: otherbot: noindex"
    http += "\r\nTDM-Reservation: 1"
    path = write(tmp_path, record(url_of(1), http=http), metadata(url_of(1)))
    assert only(read(path)).robots == Robots(
        "allowed", ["noai", "noarchive"], ["noai", "robots:gptbot", "tdm-reservation"]
    )


def test_what_the_file_was_given_with_stands_where_the_record_names_no_source(tmp_path: Path) -> None:
    path = write(tmp_path, record(url_of(1)))
    options = ReadOptions(source="mine", declared={"license": "CC-BY-4.0"})
    [shard] = plan_shards(find_inputs([str(path)], options=options))
    assert only(list(read_pages(shard))).defaults == {"license": "CC-BY-4.0"}
