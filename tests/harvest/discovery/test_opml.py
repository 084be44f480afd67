from __future__ import annotations

import pytest

from tasks.harvest.discovery import DiscoveryError, Subscription, read_opml


def opml(inside: str, version: str = "2.0") -> bytes:
    return f'<?xml version="1.0"?><opml version="{version}"><head/><body>{inside}</body></opml>'.encode()


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_feeds_come_in_order_with_their_folders(version: str) -> None:
    inside = """<outline text="World &amp; local"><outline text="Küste">
      <outline type="rss" text="Der &quot;Bote&quot; &amp;amp; Co" title="" xmlUrl="https://bote.example/feed?a=1&amp;b=2"
        htmlUrl="https://bote.example/" language="de"/></outline></outline>
      <outline type="rss" title="Le Phare" xmlUrl="https://phare.example/rss"/>"""
    feeds, problems = read_opml(opml(inside, version))
    assert feeds == [
        Subscription(
            "https://bote.example/feed?a=1&b=2",
            title='Der "Bote" & Co',
            site="https://bote.example/",
            language="de",
            folders=("World & local", "Küste"),
        ),
        Subscription("https://phare.example/rss", title="Le Phare"),
    ]
    assert problems == []


def test_attributes_in_any_case_and_bare_ampersands_are_read() -> None:
    feeds, _ = read_opml(opml('<outline XMLURL="https://a.example/?x=1&y=2" Text="A &eacute; B"/>'))
    assert feeds == [Subscription("https://a.example/?x=1&y=2", title="A é B")]


def test_feed_addresses_of_old_readers_are_web_addresses() -> None:
    feeds, _ = read_opml(opml('<outline xmlUrl="feed://a.example/1"/><outline xmlUrl="feed:https://a.example/2"/>'))
    assert [feed.url for feed in feeds] == ["http://a.example/1", "https://a.example/2"]


def test_doubles_and_what_is_no_address_are_counted() -> None:
    feeds, problems = read_opml(
        opml(
            '<outline xmlUrl="https://a.example/"/><outline xmlUrl="https://a.example/"/><outline xmlUrl="file:///x"/>'
        )
    )
    assert len(feeds) == 1
    assert problems == ["listed more than once: 1", "left out, without an http or https URL: 1"]


def test_a_list_that_is_cut_off_gives_what_is_whole() -> None:
    feeds, problems = read_opml(opml('<outline xmlUrl="https://a.example/"/><outline xmlUrl="https://b.ex')[:-40])
    assert [feed.url for feed in feeds] == ["https://a.example/"]
    assert problems[0].startswith("XML that is cut off")


def test_what_is_no_opml_is_told() -> None:
    with pytest.raises(DiscoveryError, match="no OPML: no opml element begins in it"):
        read_opml(b"<rss/>")
