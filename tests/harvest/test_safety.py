"""Servers that mean harm: none of them is followed home, fills the memory, or holds a harvest up."""

import asyncio
import gzip
from pathlib import Path

import pytest
from aiohttp import web

from tests.harvest.conftest import COURIER, PRIVATE, TIMES, Harvest
from tests.harvest.site import Site
from tests.harvest.warcs import check, finished, records, responses

PAGE = "<html><body><h1>News</h1></body></html>"


def reasons(run: Harvest, site: Site, *urls: str, **words: object) -> dict[str, int]:
    return dict(run(kind="urls", urls=urls, **words).total().reasons)


def test_a_private_address_is_refused_by_name_by_number_and_after_a_redirect(site: Site, run: Harvest) -> None:
    for host in (PRIVATE, "127.0.0.1", "localhost"):
        site.put(host, "/secret", PAGE)
    site.put(TIMES, "/a", "", status=302, headers={"Location": site.url(PRIVATE, "/secret")})
    site.put(TIMES, "/b", "", status=302, headers={"Location": f"http://127.0.0.1:{site.port}/secret"})
    site.put(TIMES, "/c", "", status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
    site.put(TIMES, "/d", "", status=302, headers={"Location": f"http://[::ffff:127.0.0.1]:{site.port}/secret"})
    found = run(
        kind="urls",
        urls=(
            *(site.url(TIMES, path) for path in ("/a", "/b", "/c", "/d")),
            site.url(PRIVATE, "/secret"),
            site.url("localhost", "/secret"),
        ),
        robots=False,
    )
    assert found.total().pages["fetched"] == 0
    assert found.total().reasons == {"refused_address": 5}  # a redirect and the list name the same secret
    assert not site.hits(path="/secret")


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(
    site: Site, run: Harvest, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("rebind.example.org", "/secret", PAGE)
    asked = []

    async def getaddrinfo(_: object, host: str, port: int, **__: object) -> object:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) > 1 else "93.184.216.34", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr("tasks.harvest.client.CONNECT_SECONDS", 0.2)
    url = f"http://rebind.example.org:{site.port}/secret"
    first = reasons(run, site, url, robots=False)
    second = reasons(run, site, url + "?2", robots=False)
    assert set(first) <= {"timeout", "connect"}
    assert second == {"refused_address": 1}
    assert not site.log


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://times.example.org/a", "gopher://x", "http://", "http://a:b@times.example.org/"]
)
def test_only_http_and_https_are_asked_for(site: Site, run: Harvest, url: str) -> None:
    counts = run(kind="urls", urls=(url,), robots=False)
    assert counts.total().pages["fetched"] == 0
    assert not site.log


def test_an_endless_body_ends_at_the_limit(site: Site, run: Harvest, tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    assert reasons(run, site, site.put(TIMES, "/a", endless), max_bytes=1_000_000) == {"too_large": 1}
    assert responses(tmp_path) == []


def test_a_declared_length_beyond_the_limit_is_not_even_read(site: Site, run: Harvest) -> None:
    url = site.put(TIMES, "/a", b"x" * 2000)
    assert reasons(run, site, url, max_bytes=1000) == {"too_large": 1}


def test_a_server_that_drips_ends_at_the_time_limit_or_the_least_rate(
    site: Site, run: Harvest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise web.HTTPGone

    monkeypatch.setattr("tasks.harvest.client.RATE_AFTER_SECONDS", 0.3)
    drip, hush = site.put(TIMES, "/drip", dripping), site.put(TIMES, "/hush", silent)
    # Without robots.txt, for which so short a time may not be enough where the machine is busy.
    assert reasons(run, site, drip, robots=False, timeout=30.0) == {"too_slow": 1}
    assert reasons(run, site, hush, robots=False, timeout=0.5) == {"timeout": 1}
    monkeypatch.setattr("tasks.harvest.client.RATE_AFTER_SECONDS", 99.0)
    assert reasons(run, site, site.put(TIMES, "/drip-2", dripping), robots=False, timeout=0.5) == {"timeout": 1}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 5_000 + b"\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "bad_response"),
        (b"", "connect"),
    ],
    ids=["not HTTP", "long header", "many headers", "cut short", "broken chunk", "nothing"],
)
def test_answers_that_are_no_whole_http_are_failures(site: Site, run: Harvest, said: bytes, reason: str) -> None:
    async def raw(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(said)
        await asyncio.sleep(0.2)
        request.transport.close()
        raise web.HTTPGone

    assert reasons(run, site, site.put(TIMES, "/a", raw), robots=False) == {reason: 1}


def test_a_gzip_bomb_is_no_listing_and_as_a_page_is_kept_packed(site: Site, run: Harvest, tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    feed = site.put(TIMES, "/feed", bomb, content_type="application/xml", headers={"Content-Encoding": "gzip"})
    packed = site.put(TIMES, "/sitemap.xml.gz", bomb, content_type="application/gzip")
    page = site.put(TIMES, "/a", bomb, headers={"Content-Encoding": "gzip"})
    assert run(feed).total().reasons == {"not_a_listing": 1}
    assert run(packed, kind="sitemap").total().reasons == {"not_a_listing": 1}
    assert reasons(run, site, page) == {}
    assert sum(path.stat().st_size for path in finished(tmp_path)) < 1_000_000
    assert responses(tmp_path) == [page]


def test_an_entity_bomb_is_survived(site: Site, run: Harvest) -> None:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><rss version="2.0"><channel><item>'
    text += f"<title>&l12;</title><link>{site.url(TIMES, '/a')}</link></item></channel></rss>"
    site.put(TIMES, "/a", PAGE)
    run(site.put(TIMES, "/feed", text, content_type="application/xml"))
    assert len(site.hits(TIMES)) <= 3


def test_what_a_server_or_a_feed_says_never_becomes_a_header_or_a_file_s_name(
    site: Site, run: Harvest, tmp_path: Path
) -> None:
    evil = "x&#13;&#10;WARC-Type: response&#13;&#10;&#13;&#10;../../etc/passwd;$(rm -rf /)"
    text = f"<rss><channel><item><title>{evil}</title><link>{site.url(TIMES, '/a')}</link><category>{evil}</category>"
    site.put(TIMES, "/feed", f"{text}</item></channel></rss>", content_type="application/xml")
    site.put(
        TIMES, "/a", PAGE, headers={"ETag": '"\u00e9\t"', "Content-Disposition": "attachment; filename=../../x.sh"}
    )
    run(site.url(TIMES, "/feed"))
    run(site.url(TIMES, "/feed"), kind="urls", urls=(site.url(TIMES, "/b%0d%0aX-Evil: 1"), site.url(TIMES, "/../../c")))
    check(tmp_path)
    assert {record.kind for record in records(tmp_path)} <= {"warcinfo", "response", "revisit", "metadata", "request"}
    assert all("X-Evil" not in hit.headers for hit in site.log)
    assert all(path.name.startswith(("harvest-", "state.sqlite", ".harvest.lock")) for path in tmp_path.iterdir())


def test_a_host_that_does_not_answer_is_left_alone_after_three_tries(site: Site, run: Harvest) -> None:
    urls = tuple(f"http://{COURIER}:1/{number}" for number in range(20))
    counts = run(kind="urls", urls=urls, robots=False)
    assert counts.total().reasons == {"connect": 3}
    assert any("3 requests in a row failed" in problem for problem in counts.problems)
    assert counts.next_due is not None


@pytest.mark.parametrize(
    "location", ["https://[::1", "http:///", "//", "\\\\", "javascript:alert(1)", "http://x:99999/"]
)
def test_a_redirect_to_nonsense_fails_alone(site: Site, run: Harvest, location: str) -> None:
    first = site.put(TIMES, "/a", "", status=302, headers={"Location": location})
    second = site.put(TIMES, "/b", PAGE)
    site.put(TIMES, "/robots.txt", "", status=302, headers={"Location": location})
    counts = run(kind="urls", urls=(first, second), robots=False)
    assert counts.total().pages["fetched"] == 1
    assert counts.total().asked in (2, 3)
    run(kind="urls", urls=(first + "?2", second + "?2"))


def test_an_answer_that_is_not_understood_is_a_failure_of_its_page_alone(
    site: Site, run: Harvest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprised(*_: object) -> None:
        raise RuntimeError("never seen such a feed")

    feed = site.feed(TIMES, "/feed", ["/a"])
    page = site.put(TIMES, "/b", PAGE)
    with monkeypatch.context() as patched:
        patched.setattr("tasks.harvest.outcomes.read_listing", surprised)
        counts = run(feed, urls=(page,))
    assert counts.total().reasons == {"not_understood": 1}
    assert counts.total().pages == {"fetched": 1}
    assert any("never seen such a feed" in problem for problem in counts.problems)
    with monkeypatch.context() as patched:
        patched.setattr("tasks.harvest.visits.header_opt_outs", surprised)
        assert run(urls=(page + "?2",)).total().reasons == {"not_understood": 1}
