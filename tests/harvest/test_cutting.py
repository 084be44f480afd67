"""Records of pages that were taken out for good leave the WARCs; the others are as they were, where they were."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tasks.harvest import cutting
from tasks.harvest.at_work import AtWorkError, at_rest, at_work
from tasks.harvest.cutting import Cuts, look_through
from tasks.harvest.records import warcinfo
from tasks.harvest.screening import IsRemoved
from tasks.harvest.warc_file import Shelf, WarcFile
from tests.harvest.conftest import AGENT, COURIER, TIMES, Harvest
from tests.harvest.site import Site
from tests.harvest.test_outcomes import NOW
from tests.harvest.test_screening import removing, unpacked
from tests.harvest.warcs import check, finished, metadata, records, responses


def cut(folder: Path, is_removed: IsRemoved) -> Cuts:
    cuts = Cuts(is_removed)
    for one in look_through(folder, cuts):
        one.carry_out()
    return cuts


def test_the_page_s_records_go_and_the_file_keeps_its_length_its_time_and_its_other_links(
    site: Site, run: Harvest, tmp_path: Path
) -> None:
    for name in ("/a", "/secret", "/b"):
        site.put(TIMES, name, f"<html>{name}</html>")
    run(site.feed(TIMES, "/feed", ["/a", "/b"]), urls=(site.url(TIMES, "/secret"),))
    (path,) = finished(tmp_path)
    backup = tmp_path / "backup"
    os.link(path, backup)
    before, kept = path.stat(), backup.read_bytes()
    cuts = cut(tmp_path, removing(site.url(TIMES, "/secret")))
    assert not cuts.problems
    assert responses(tmp_path) == [site.url(TIMES, "/a"), site.url(TIMES, "/b")]
    assert "secret" not in unpacked(tmp_path)
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_mode) == (before.st_size, before.st_mtime_ns, before.st_mode)
    assert backup.read_bytes() == kept
    check(tmp_path)
    assert not look_through(tmp_path, Cuts(removing(site.url(TIMES, "/secret"))))  # a second time: nothing


def test_a_file_in_which_nothing_goes_is_not_touched(site: Site, run: Harvest, tmp_path: Path) -> None:
    site.put(TIMES, "/a", "<html></html>")
    run(site.feed(TIMES, "/feed", ["/a"]))
    assert look_through(tmp_path, Cuts(removing(site.url(TIMES, "/elsewhere")))) == []


def test_a_listing_that_names_the_page_goes_with_what_refers_to_it(site: Site, run: Harvest, tmp_path: Path) -> None:
    site.put(TIMES, "/a", "<html></html>")
    feed = site.feed(TIMES, "/feed", ["/a", "/secret"])
    site.answers[TIMES, "/feed"].etag = '"1"'  # type: ignore[attr-defined]  # an Answer, as was put there
    run(feed)
    run(feed)
    assert [record.kind for record in records(tmp_path) if record.url == feed].count("revisit") == 1
    cut(tmp_path, removing(site.url(TIMES, "/secret")))
    assert not [record for record in records(tmp_path) if record.url == feed]
    assert responses(tmp_path) == [site.url(TIMES, "/a")]
    assert len(finished(tmp_path)) == 1  # the second held the revisit alone
    check(tmp_path)


def test_a_way_of_redirects_to_the_page_goes_to_its_first_step(site: Site, run: Harvest, tmp_path: Path) -> None:
    site.put(TIMES, "/0", "", status=301, headers={"Location": "/1"})
    site.put(TIMES, "/1", "", status=301, headers={"Location": "/secret"})
    site.put(TIMES, "/secret", "<html></html>")
    site.put(TIMES, "/other", "", status=301, headers={"Location": "/a"})
    site.put(TIMES, "/a", "<html></html>")
    run(site.url(TIMES, "/feed"), kind="urls", urls=(site.url(TIMES, "/0"), site.url(TIMES, "/other")))
    cuts = cut(tmp_path, removing(site.url(TIMES, "/secret")))
    assert sorted(cuts.leading) == [site.url(TIMES, "/0"), site.url(TIMES, "/1")]
    assert {record.url for record in records(tmp_path) if record.url} == {
        site.url(TIMES, path) for path in ("/robots.txt", "/feed", "/other", "/a")
    }
    check(tmp_path)


def test_a_page_that_the_removed_one_led_to_stays_and_does_not_name_it(
    site: Site, run: Harvest, tmp_path: Path
) -> None:
    site.put(TIMES, "/secret", "", status=301, headers={"Location": "/a"})
    site.put(TIMES, "/a", "<html></html>")
    run(site.url(TIMES, "/feed"), kind="urls", urls=(site.url(TIMES, "/secret"),))
    before = metadata(tmp_path, site.url(TIMES, "/a"))
    cut(tmp_path, removing(site.url(TIMES, "/secret")))
    assert before.pop("via") == site.url(TIMES, "/secret")
    assert metadata(tmp_path, site.url(TIMES, "/a")) == before
    assert responses(tmp_path) == [site.url(TIMES, "/a")]
    assert "secret" not in unpacked(tmp_path)
    check(tmp_path)


def test_a_domain_goes_with_its_robots_txt(site: Site, run: Harvest, tmp_path: Path) -> None:
    for host in (TIMES, COURIER):
        site.put(host, "/a", "<html></html>")
        site.put(host, "/robots.txt", "User-agent: *\nDisallow: /x\n")
    run(site.url(TIMES, "/feed"), kind="urls", urls=(site.url(TIMES, "/a"), site.url(COURIER, "/a")))
    cut(tmp_path, removing(host=COURIER))
    assert COURIER not in unpacked(tmp_path)
    assert responses(tmp_path, role="robots") == [site.url(TIMES, "/robots.txt")]


@pytest.mark.parametrize("behind", [b"damage", warcinfo("x", AGENT, NOW)[:-9], gzip.compress(b"WARC/1.1\r\n" * 9)])
def test_what_cannot_be_read_is_told_and_kept_and_what_stands_before_it_is_cut(
    site: Site, run: Harvest, tmp_path: Path, behind: bytes
) -> None:
    site.put(TIMES, "/secret", "<html></html>")
    run(site.url(TIMES, "/feed"), kind="urls", urls=(site.url(TIMES, "/secret"),))
    (path,) = finished(tmp_path)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + behind)
    cuts = cut(tmp_path, removing(host=TIMES))
    assert cuts.problems == [f"{path} cannot be read from byte {size} on, and may hold it still there: look yourself"]
    assert path.read_bytes()[size:] == behind
    assert path.stat().st_size == size + len(behind)


def test_a_removal_and_a_harvest_keep_each_other_out(tmp_path: Path) -> None:
    with (
        at_work(tmp_path),
        at_work(tmp_path),
        pytest.raises(AtWorkError, match="a harvest is at work"),
        at_rest(tmp_path),
    ):
        pass
    alive = WarcFile(Shelf(tmp_path, "abcd", AGENT), 1)  # of a version that does not hold the folder
    with pytest.raises(AtWorkError), at_rest(tmp_path):
        pass
    alive.abandon()
    with at_rest(tmp_path):
        pass


def test_a_long_stretch_that_goes_becomes_several_records_each_of_which_fits_into_memory(
    site: Site, run: Harvest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"/{number}" for number in range(8)]
    for name in names:
        site.put(TIMES, name, f"<html>{os.urandom(600).hex()}</html>")
    site.put(COURIER, "/a", "<html></html>")
    urls = (*(site.url(TIMES, name) for name in names), site.url(COURIER, "/a"))
    run(site.url(COURIER, "/feed"), kind="urls", urls=urls)
    monkeypatch.setattr(cutting, "_MOST_JOINED", 3_000)
    cut(tmp_path, removing(host=TIMES))
    stand_for = [record for record in records(tmp_path) if record.kind == "metadata" and record.url is None]
    assert len(stand_for) > 3
    assert max(len(record.body) for record in stand_for) < 3_000
    assert responses(tmp_path) == [site.url(COURIER, "/a")]
    check(tmp_path)
