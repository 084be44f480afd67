"""Bad pages end as rejects with a reason, good ones beside them get through, and the sum holds."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from flows.commands.command_line import run_command_line
from tests.flows.conftest import SENTENCES, page, put_page

SITE = "https://times.example.com/local/2026/03/"


def rejects_of(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[dict[str, str], dict[str, int]]:
    """Reject reasons by URL (by file name where there is none), and the funnel."""
    data = folder.parent / "data"
    assert run_command_line(["run", str(folder), "--data", str(data), "--json", "--quiet", *words]) == 0
    report = json.loads(capsys.readouterr().out)
    rejects = pl.read_parquet(Path(report["release"]) / "rejects" / "*.parquet")
    reasons = {
        (url or Path(path).name).removeprefix(SITE): reason
        for url, path, reason in rejects.select("url", "input", "reason").iter_rows()
    }
    return reasons, report["funnel"]


def test_each_bad_page_has_its_reason_and_costs_no_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    put_page(folder, "good", page("harbour"), f"{SITE}good.html")
    put_page(folder, "empty", "", f"{SITE}empty.html")
    put_page(folder, "bad-url", page("tram"), "not a url")
    put_page(folder, "huge", page("tram") + "<!-- " + "x" * 21_000_000 + " -->", f"{SITE}huge.html")
    put_page(folder, "binary", "", f"{SITE}binary.html")
    (folder / "binary.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (folder / "no-url.html").write_text(page("library"), encoding="utf-8")
    broken = page("library", text="".join(SENTENCES.values())).replace('"headline"', '"headline')
    put_page(folder, "broken-json", broken, f"{SITE}broken-json.html")
    put_page(folder, "bad-charset", "", f"{SITE}bad-charset.html")
    text = page("tram", headline="Café réouvert").replace("<head>", '<head><meta charset="x-no-such">')
    (folder / "bad-charset.html").write_bytes(text.encode("cp1252"))
    deep = page("harbour", text="Deep down. " * 30, headline="Deep").replace("<main>", "<div>" * 10_000 + "<main>")
    put_page(folder, "deep", deep, f"{SITE}deep.html")

    reasons, funnel = rejects_of(folder, capsys)
    assert reasons == {
        "empty.html": "empty_payload",
        "bad-url.html": "no_url",
        "huge.html": "too_large",
        "binary.html": "binary",
        "no-url.html": "no_url",
        "deep.html": "not_an_article",  # libxml2 drops what lies deeper than 2,048 elements: only the links are left
    }
    assert (funnel["read"], funnel["articles"]) == (9, 3)
    articles = pl.read_parquet(tmp_path / "data/releases/*/articles/*.parquet")
    assert "Café réouvert" in articles["headline"].to_list()


def test_a_warc_cut_in_the_middle_keeps_what_is_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "warc"
    folder.mkdir()
    records = [
        gzip.compress(_response(f"{SITE}{name}.html", page(name).encode())) for name in ("harbour", "library", "tram")
    ]
    whole = b"".join(records)
    (folder / "cut.warc.gz").write_bytes(whole[: len(records[0]) + len(records[1]) + len(records[2]) // 2])
    reasons, funnel = rejects_of(folder, capsys)
    assert (funnel["read"], funnel["articles"], funnel["rejects"]) == (3, 2, 1)
    assert set(reasons.values()) <= {"truncated_record", "corrupt_record"}


def test_a_list_of_links_is_no_article_unless_all_pages_are_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    put_page(folder, "good", page("harbour"), f"{SITE}good.html")
    links = "".join(
        f'<li><a href="/local/{number}.html">Another short piece of news, number {number}</a></li>'
        for number in range(80)
    )
    listing = (
        f"<html lang=en><head><title>Local news</title></head><body><h1>Local news</h1><ul>{links}</ul></body></html>"
    )
    put_page(folder, "list", listing, "https://times.example.com/local/")
    reasons, funnel = rejects_of(folder, capsys)
    assert set(reasons.values()) <= {"not_an_article", "no_content"}
    assert (funnel["articles"], funnel["rejects"]) == (1, 1)


def _response(url: str, body: bytes) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-03T06:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{len(body):012d}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"
