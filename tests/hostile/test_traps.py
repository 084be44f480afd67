"""The corpus of traps: pages and inputs made to break a reader, each with what becomes of it.

``accepted`` means that the page's article came through whatever surrounds it; everything else is a reject's reason.
Pages are made here, small and by hand; none is a page that somebody published.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.flows.conftest import page, put_page
from tests.hostile.road import KEPT, outcomes, outcomes_in_a_worker, worked

SITE = "https://times.example.com/local/2026/03"
GOOD = page("harbour")
HEAD, BODY = GOOD.split("<main>")


def spliced(text: str) -> bytes:
    """The good page with something before its article."""
    return (HEAD + text + "<main>" + BODY).encode("utf-8", "surrogatepass")


def with_data(value: str) -> bytes:
    """The good page with more structured data, before its own."""
    return GOOD.replace("<script", f'<script type="application/ld+json">{value}</script><script', 1).encode()


PAGES: dict[str, tuple[bytes, str]] = {
    "elements nested 1,500 deep": (spliced("<div>" * 1_500), KEPT),
    "elements nested 100,000 deep": (spliced("<b>" * 100_000), KEPT),
    "tables in tables": (spliced("<table><tr><td>" * 400), KEPT),
    "an element with 50,000 attributes": (spliced("<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">"), KEPT),
    "an attribute of three megabytes": (spliced(f'<p class="{"x " * 1_500_000}">'), KEPT),
    "50,000 classes": (spliced(f'<p class="{" ".join(f"c{n}" for n in range(50_000))}">'), KEPT),
    "a comment that never ends": (spliced("<!-- "), "not_an_article"),
    "a script that never ends": (spliced("<script>"), "not_an_article"),
    "a title that never ends": (GOOD.replace("</title>", "").encode(), "no_content"),
    "NUL bytes at the start": (GOOD.replace(" ", "\x00 ", 3).encode(), "binary"),
    "NUL bytes at the end": (GOOD.encode() + b" " * 1_024 + b"\x00\x00", KEPT),
    "more NUL bytes than text": (b"\x00" * 5_000 + GOOD.encode(), "binary"),
    "UTF-7 that it declares": (GOOD.replace("<head>", '<head><meta charset="utf-7">').encode(), KEPT),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), KEPT),
    "UTF-16 that calls itself UTF-8": (GOOD.replace("<head>", "<head><meta charset=utf-8>").encode("utf-16"), KEPT),
    "two charsets in one page": (GOOD.encode() + "<p>Caf\xe9 r\xe9ouvert</p>".encode("latin-1"), KEPT),
    "bytes that no charset has": (GOOD.encode().replace(b"Westhaven", b"West\xffhaven"), KEPT),
    "surrogates as UTF-8": (spliced("<p>\ud83d\ude00</p>"), KEPT),
    "an overlong encoding of a tag": (GOOD.encode().replace(b"<main>", b"<main>\xc0\xbcscript\xc0\xbe"), KEPT),
    "bidi controls in the headline": (GOOD.replace("News of", "News\u202e of").encode(), KEPT),
    "JSON nested 10,000 levels": (with_data('{"@graph":[' * 10_000), KEPT),
    "JSON nested 10,000 levels and closed": (with_data('{"a":' * 10_000 + "1" + "}" * 10_000), KEPT),
    "JSON-LD of ten megabytes": (with_data('{"@type":"NewsArticle","headline":"' + "x " * 5_000_000 + '"}'), KEPT),
    "100,000 JSON-LD objects": (with_data("[" + ",".join(['{"@type":"Thing"}'] * 100_000) + "]"), KEPT),
    "a JSON number of 100,000 digits": (with_data('{"@type":"NewsArticle","keywords":' + "9" * 100_000 + "}"), KEPT),
    "JSON that refers to itself": (
        with_data('{"@id":"#a","@type":"NewsArticle","author":{"@id":"#a"},"publisher":{"@id":"#a"}}'), KEPT),
    "a date in the year 99999": (GOOD.replace("2026-03-02T08", "99999-03-02T08").encode(), KEPT),
    "a date of the 31st of February": (GOOD.replace("2026-03-02", "2026-02-31").encode(), KEPT),
    "a date before all calendars": (GOOD.replace("2026-03-02T08:15:00", "0001-01-01T00:00:00").encode(), KEPT),
    "a date at the end of all calendars": (
        GOOD.replace("2026-03-02T08:15:00+01", "9999-12-31T23:59:59-14").encode(), KEPT),
    "a canonical URL of a megabyte": (
        GOOD.replace("<head>", f'<head><link rel=canonical href="{SITE}/{"a" * 1_000_000}">').encode(), KEPT),
    "a base URL that is none": (
        GOOD.replace("<head>", '<head><base href="//[::1"><link rel=canonical href=b>').encode(), KEPT),
    "entities beyond Unicode": (spliced("<p>&#x110000;&#xD800;&#0;&#99999999999;</p>"), KEPT),
    "an XML bomb": (b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
                    + GOOD.replace("<main>", "<main>&b;&b;").encode(), KEPT),
    "an external entity": (
        b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + GOOD.replace("<h1>", "<h1>&x;").encode(), KEPT),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "binary"),
    "white space alone": (b" \n\t" * 100_000, "empty_payload"),
    "one byte more than 20 MB": (GOOD.encode() + b" " * (20_000_001 - len(GOOD.encode())), "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accepted_or_has_its_reason(tmp_path: Path, name: str) -> None:
    payload, outcome = PAGES[name]
    put_page(tmp_path / "pages", "trap", "", f"{SITE}/trap.html")
    (tmp_path / "pages" / "trap.html").write_bytes(payload)
    assert outcomes(tmp_path / "pages", tmp_path / "work") == {f"{SITE}/trap.html": outcome}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("one string", '{"@type":"NewsArticle","headline":"' + "x " * 50_000_000 + '"}'),
        ("two million objects", "[" + ",".join(['{"@type":"Thing","name":"of no use"}'] * 2_700_000) + "]"),
        ("10,000 levels, in a hundred scripts", '{"@graph":[' * 10_000 + "{}" + "]}" * 10_000),
        ("a hundred megabytes of levels", "[" * 50_000_000 + "]" * 50_000_000),
    ],
    ids=lambda value: value if len(value) < 100 else "",
)
def test_json_ld_of_100_megabytes_is_too_large_or_read_within_the_limits_of_a_page(
    tmp_path: Path, name: str, value: str
) -> None:
    """In a worker of its own, with the limits of a page: the size first, and where that is raised, time and memory."""
    folder = tmp_path / "pages"
    put_page(folder, "small", GOOD, f"{SITE}/small.html")
    put_page(folder, "large", "", f"{SITE}/large.html")
    script = f'<script type="application/ld+json">{value}</script>'
    (folder / "large.html").write_bytes(GOOD.replace("<script", script * (100 if "scripts" in name else 1), 1).encode())
    assert outcomes_in_a_worker(folder, tmp_path / "as-ever") == {
        f"{SITE}/small.html": KEPT,
        f"{SITE}/large.html": KEPT if "scripts" in name else "too_large",
    }
    found = outcomes_in_a_worker(folder, tmp_path / "raised", max_payload_bytes=200_000_000)
    assert found[f"{SITE}/small.html"] == KEPT
    assert found[f"{SITE}/large.html"] in (KEPT, "timeout", "out_of_memory")


def test_what_a_page_hides_reaches_no_column(tmp_path: Path) -> None:
    for name in ("an external entity", "bidi controls in the headline", "surrogates as UTF-8"):
        put_page(tmp_path / "pages", name.replace(" ", "-"), "", f"{SITE}/{name.replace(' ', '-')}.html")
        (tmp_path / "pages" / f"{name.replace(' ', '-')}.html").write_bytes(PAGES[name][0])
    kept, _ = worked(tmp_path / "pages", tmp_path / "work")
    shown = "".join(kept["headline"]) + "".join(kept["text"])
    assert len(kept) == 3
    assert "root:" not in shown
    assert "\u202e" not in shown


def test_credentials_in_urls_are_in_no_row(tmp_path: Path) -> None:
    secret = "s3cret-w0rd"
    html = GOOD.replace(
        "<head>", f'<head><link rel=canonical href="https://ada:{secret}@times.example.com/a-b-c-d.html">'
    )
    html = html.replace(
        '"keywords"',
        f'"image": "https://ada:{secret}@times.example.com/i.jpg", "publisher": {{"name": "Times", '
        f'"url": "https://ada:{secret}@times.example.com"}}, "keywords"',
    )
    put_page(tmp_path / "pages", "trap", html, f"https://ada:{secret}@times.example.com/local/2026/03/trap.html")
    put_page(tmp_path / "pages", "empty", "", f"https://ada:{secret}@times.example.com/empty.html")
    kept, rejected = worked(tmp_path / "pages", tmp_path / "work")
    assert kept["url"].to_list() == [f"{SITE}/trap.html"]
    assert rejected["url"].to_list() == ["https://times.example.com/empty.html"]
    assert kept["images"].to_list()[0][0]["url"] == "https://times.example.com/i.jpg"
    assert secret not in str(kept.to_dicts()) + str(rejected.to_dicts())


def test_a_urls_length_is_limited_and_said(tmp_path: Path) -> None:
    rows = [{"url": f"{SITE}/{'a' * 1_000_000}", "html": GOOD}, {"url": f"{SITE}/short.html", "html": GOOD}]
    (tmp_path / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    kept, rejected = worked(tmp_path / "pages.jsonl", tmp_path / "work")
    assert kept["url"].to_list() == [f"{SITE}/short.html"]
    assert rejected["reason"].to_list() == ["invalid_url"]
    assert rejected["url"].str.len_chars().to_list() == [8192]


JSON_LINES: dict[str, tuple[str, str]] = {
    "a lone surrogate in the URL": (json.dumps({"url": f"{SITE}/\ud83d.html", "html": GOOD}), KEPT),
    "a lone surrogate in the page": (json.dumps({"url": f"{SITE}/a.html", "html": GOOD + "\ud83d"}), KEPT),
    "a lone surrogate in a sidecar field": (
        json.dumps({"url": f"{SITE}/a.html", "html": GOOD, "section": "\ud83d"}), KEPT),
    "arrays in arrays": ("[" * 100_000, "corrupt_record"),
    "objects in objects": ('{"url":' * 100_000, "corrupt_record"),
    "a number where the page should be": (json.dumps({"url": f"{SITE}/a.html", "html": 7}), "no_content_column"),
    "a list where the URL should be": (json.dumps({"url": [SITE], "html": GOOD}), "no_url"),
    "a number without end": ('{"url": ' + "9" * 5_000 + ', "html": ""}', "corrupt_record"),
    "the same key twice": (f'{{"url": "x", "url": "{SITE}/a.html", "html": {json.dumps(GOOD)}}}', KEPT),
    "a javascript: URL": (json.dumps({"url": "javascript:alert(1)//https://a", "html": GOOD}), "no_url"),
    "a file: URL": (json.dumps({"url": "file:///etc/passwd", "html": GOOD}), "no_url"),
}  # fmt: skip


@pytest.mark.parametrize("name", JSON_LINES)
def test_a_json_line_is_accepted_or_has_its_reason(tmp_path: Path, name: str) -> None:
    line, outcome = JSON_LINES[name]
    good = json.dumps({"url": f"{SITE}/good.html", "html": page("tram")})
    (tmp_path / "pages.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8", errors="surrogatepass")
    found = outcomes(tmp_path / "pages.jsonl", tmp_path / "work")
    assert found.pop(f"{SITE}/good.html") == KEPT
    assert list(found.values()) == [outcome]


@pytest.mark.parametrize(
    ("url", "html", "outcome"),
    [
        (pa.array([1, 2]), pa.array([GOOD, GOOD]), {"no_url"}),
        (pa.array([f"{SITE}/a.html"] * 2), pa.array([1.5, 2.5]), {"no_content_column"}),
        (pa.array([f"{SITE}/a.html", None]), pa.array([[GOOD], [GOOD]]), {"no_content_column", "no_url"}),
        (pa.array([f"{SITE}/a.html"] * 2).dictionary_encode(), pa.array([GOOD.encode()] * 2), {KEPT}),
        (pa.array([{"a": 1}, {"a": 2}]), pa.array([None, None], pa.string()), {"no_url"}),
    ],
    ids=["numbers as URLs", "numbers as pages", "lists as pages", "dictionaries and binary", "structs as URLs"],
)
def test_parquet_of_wrong_types_is_read_for_what_it_is(
    tmp_path: Path, url: pa.Array, html: pa.Array, outcome: set[str]
) -> None:
    pq.write_table(pa.table({"url": url, "html": html}), tmp_path / "pages.parquet")
    assert set(outcomes(tmp_path / "pages.parquet", tmp_path / "work").values()) == outcome


def record(url: str, body: bytes, *, length: int | None = None, headers: str = "", http: str = "") -> bytes:
    """A WARC record; ``length`` lies about its size, ``headers`` and ``http`` add lines."""
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{http}\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-03T06:00:00Z\r\n{headers}"
        f"Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


BOMB = gzip.compress(b"<p>" + b" " * 30_000_000)
RECORDS: dict[str, tuple[bytes, str]] = {
    "a length that is too short": (record(f"{SITE}/a.html", GOOD.encode(), length=300), "corrupt_record"),
    "a length beyond the file": (record(f"{SITE}/a.html", GOOD.encode(), length=10**15), "corrupt_record"),
    "a length below nothing": (record(f"{SITE}/a.html", GOOD.encode(), length=-5), "corrupt_record"),
    "a body that unpacks to 1,000 times its size": (
        record(f"{SITE}/a.html", BOMB, http="Content-Encoding: gzip\r\n"), "too_large"),
    "a body packed five times": (
        record(f"{SITE}/a.html", gzip.compress(gzip.compress(GOOD.encode())), http="Content-Encoding: gzip, gzip\r\n"),
        KEPT),
    "twenty content encodings": (
        record(f"{SITE}/a.html", b"\x00" * 50, http=f"Content-Encoding: {'gzip,' * 20}\r\n"), "undecodable_body"),
    "a chunk size of a petabyte": (
        record(f"{SITE}/a.html", b"ffffffffffffff\r\nabc", http="Transfer-Encoding: chunked\r\n"), "undecodable_body"),
    "a header line of a megabyte": (
        record(f"{SITE}/a.html", GOOD.encode(), headers=f"X: {'x' * 1_000_000}\r\n"), "corrupt_record"),
    "a header of 60,000 spaces": (
        record(f"{SITE}/a.html", GOOD.encode(), http=f"X-Type: charset={' ' * 60_000}\r\n"), "corrupt_record"),
    "control characters in the URL": (record(f"{SITE}/\x1b]0;title\x07a.html", GOOD.encode()), KEPT),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", RECORDS)
def test_a_warc_record_is_accepted_or_has_its_reason(tmp_path: Path, name: str, packed: bool) -> None:
    data, outcome = RECORDS[name]
    records = [record(f"{SITE}/good.html", page("tram").encode()), data, record(f"{SITE}/last.html", GOOD.encode())]
    file = tmp_path / ("trap.warc.gz" if packed else "trap.warc")
    file.write_bytes(b"".join(gzip.compress(one) if packed else one for one in records))
    found = outcomes(file, tmp_path / "work")
    assert found.pop(f"{SITE}/good.html") == KEPT
    assert found.pop(f"{SITE}/last.html") == KEPT
    # A gzip member's end is proven by its checksum: there a length that is wrong is only a wrong number.
    proven = packed and name in ("a length that is too short", "a length beyond the file")
    assert set(found.values()) <= {outcome, *([KEPT] if proven else [])}


def test_a_gzip_member_that_unpacks_to_a_gigabyte_costs_no_memory(tmp_path: Path) -> None:
    import resource

    zeros = gzip.compress(b"\x00" * 200_000_000, compresslevel=9)
    member = gzip.compress(record(f"{SITE}/good.html", page("tram").encode()))
    (tmp_path / "bomb.warc.gz").write_bytes(member + zeros + member.replace(b"good", b"last"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = outcomes(tmp_path / "bomb.warc.gz", tmp_path / "work")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
    assert found[f"{SITE}/good.html"] == KEPT
    assert "corrupt_record" in found.values()


def test_nothing_that_is_asked_of_a_row_is_unbounded(tmp_path: Path) -> None:
    """Raw values are kept as found, so they are kept short."""
    endless = "x" * 300_000
    html = GOOD.replace("2026-03-02T08:15:00+01:00", endless).replace("Ada Marlow", endless)
    put_page(tmp_path / "pages", "trap", html, f"{SITE}/trap.html")
    kept, _ = worked(tmp_path / "pages", tmp_path / "work")
    row: dict[str, Any] = kept.drop("text").to_dicts()[0]
    assert len(json.dumps(row, default=str)) < 100_000, {k: len(str(v)) for k, v in row.items() if len(str(v)) > 1000}
    assert isinstance(kept, pl.DataFrame)
