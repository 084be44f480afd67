"""From a list of sites to a release: harvest, ingest, publish, as a user takes it, against a local site."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.flows.conftest import page
from tests.flows.test_road import broadsheet
from tests.harvest.site import Site

TIMES, COURIER = "times.example.org", "courier.example.org"
AGENT = "broadsheet-tests/1 (+mailto:tests@example.org)"


@pytest.fixture
def web() -> Iterator[Site]:
    """Two papers: one with a feed, one with a news sitemap; the second has the first's harbour story too."""
    with Site() as site:
        for name in ("harbour", "library"):
            site.put(TIMES, f"/local/{name}.html", page(name))
        site.put(TIMES, "/robots.txt", "User-agent: *\nDisallow: /private\n\nUser-agent: GPTBot\nDisallow: /\n")
        site.feed(
            TIMES, "/feed.xml", ["/local/harbour.html", "/local/library.html", "/private/tram.html", "/gone.html"]
        )
        more = "<p>This report came from an agency.</p>"
        copy = page("harbour", headline="Westhaven harbour open again", more=more)
        site.put(COURIER, "/news/harbour-open-again.html", copy.replace('lang="en"', ""))
        news = "http://www.google.com/schemas/sitemap-news/0.9"
        site.put(
            COURIER,
            "/sitemap.xml",
            f'<urlset xmlns:news="{news}"><url>'
            f"<loc>{site.url(COURIER, '/news/harbour-open-again.html')}</loc><news:news>"
            "<news:publication_date>2026-03-02T09:00:00+01:00</news:publication_date><news:keywords>harbour, storm"
            "</news:keywords><news:title>Westhaven harbour open again</news:title></news:news></url></urlset>",
            content_type="application/xml",
        )
        yield site


@pytest.fixture
def words(web: Site, tmp_path: Path) -> list[str]:
    """The words that every command of the test takes: the file of sources, the data folder, where the hosts are."""
    file = tmp_path / "sources.toml"
    common = 'delay = 0\nconcurrency = 2\nlanguage = "en"\nlicence = "CC0-1.0"\n'
    file.write_text(
        f'user_agent = "{AGENT}"\n'
        f'[[source]]\nname = "times"\nkind = "feed"\nlocation = "{web.url(TIMES, "/feed.xml")}"\n'
        f'allow_hosts = ["{TIMES}"]\n{common}'
        f'[[source]]\nname = "courier"\nkind = "sitemap"\nlocation = "{web.url(COURIER, "/sitemap.xml")}"\n'
        f'allow_hosts = ["{COURIER}"]\n{common}'
    )
    resolve = ["--resolve", f"{TIMES}=127.0.0.1", "--resolve", f"{COURIER}=127.0.0.1"]
    return ["--sources", str(file), "--data", str(tmp_path / "data"), *resolve]


def run_json(capsys: pytest.CaptureFixture[str], *said: object) -> dict[str, Any]:
    status, out, err = broadsheet(capsys, *said, "--json", "--quiet")
    assert status == 0, err
    return dict(json.loads(out))


def test_a_list_of_sites_becomes_a_release_and_the_next_run_adds_what_is_new(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], tmp_path: Path
) -> None:
    report = run_json(capsys, "run", *words)
    assert report["funnel"] | {"unchanged": 0} == {
        "read": 3, "articles": 2, "copies": 1, "revisions": 0, "unchanged": 0, "rejects": 0,
    }  # fmt: skip
    release = Path(report["release"])
    rows = pl.concat(
        [pl.read_parquet(release / table / "*.parquet") for table in ("articles", "copies")], how="diagonal"
    )
    by_source = {row["source"]: row for row in rows.sort("url").to_dicts()}
    assert rows["source"].sort().to_list() == ["courier", "times", "times"]
    assert by_source["courier"]["robots"]["robots_txt"] == "no-robots-txt"
    assert by_source["times"]["robots"]["robots_txt"] == "allowed"
    assert by_source["times"]["robots"]["ai_opt_outs"] == ["robots:gptbot"]
    assert set(rows["license"]) == {"CC0-1.0"}
    (kept,) = (tmp_path / "data" / "harvest" / "reports").glob("*.json")
    total = json.loads(kept.read_text())["total"]
    assert (total["discovered"], total["fetched"], total["refused"], total["gone"]) == (5, 3, 1, 1)
    assert not web.hits(TIMES, "/private/tram.html")

    asked = len(web.log)
    again = run_json(capsys, "run", *words)
    assert again["funnel"]["read"] == 0  # nothing was due, and what is in the store is not read again
    assert again["release"] is None
    assert len(web.log) == asked


def test_harvest_alone_writes_warcs_and_says_what_came_of_each_page(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], tmp_path: Path
) -> None:
    status, out, err = broadsheet(capsys, "harvest", *words)
    assert status == 0
    assert [line.split(" done")[0] for line in err.splitlines()] == ["Start the engine", "Harvest"]
    assert "5 = 3 + 0 + 0 + 1 + 1 + 0" in out
    assert "http_404" in out
    assert "wrote" in out
    assert len(list((tmp_path / "data" / "harvest").glob("*.warc.gz"))) == 1
    report = run_json(capsys, "harvest", *words, "--source", "times")
    assert list(report["sources"]) == ["times"]
    assert report["total"]["asked"] == 0
    assert len(web.hits(TIMES, "/feed.xml")) == 1  # asked again in an hour


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({AGENT: "my-crawler/1"}, "names nobody to write to"),
        ({"[[source]]": "[[source]]\nenabled = false"}, "nothing to harvest"),
    ],
)
def test_what_is_wrong_with_the_sources_is_told_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], web: Site, words: list[str], change: dict[str, str], said: str
) -> None:
    file = Path(words[1])
    for old, new in change.items():
        file.write_text(file.read_text().replace(old, new))
    status, _, err = broadsheet(capsys, "harvest", *words)
    assert status == 2
    assert said in err
    assert not web.log


def test_words_that_are_off_are_told(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert broadsheet(capsys, "harvest", *words, "--source", "nobody")[0] == 2
    assert "NAME=ADDRESS" in broadsheet(capsys, "harvest", *words, "--resolve", "x=y")[2]
    status, _, err = broadsheet(capsys, "harvest", *words, "--state", "mysql://x/y", "--quiet")
    assert status == 1
    assert "not mysql" in err
