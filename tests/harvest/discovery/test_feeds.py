from __future__ import annotations

import json

import pytest

from tasks.harvest.discovery import DiscoveryError, Entry, Listing, read_listing

URL = "https://paper.example/feeds/all.xml"
MODULES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def rss(items: str, attributes: str = f'version="2.0" {MODULES}', channel: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><rss {attributes}><channel><title>Paper</title>{channel}{items}</channel></rss>'.encode()
    )


def entries(body: bytes, content_type: str | None = None) -> list[Entry]:
    listing = read_listing(body, URL, content_type)
    assert listing.kind == "feed"
    return listing.entries


def only(body: bytes, content_type: str | None = None) -> Entry:
    [entry] = entries(body, content_type)
    return entry


def item(inside: str) -> Entry:
    return only(rss(f"<item><link>https://paper.example/a</link>{inside}</item>"))


def test_rss_2_gives_what_the_feed_says_of_an_article() -> None:
    entry = only(
        rss(
            "<item><title>Harbour reopens</title><link>https://paper.example/harbour</link>"
            "<description>Ships &lt;b&gt;return&lt;/b&gt;.</description>"
            "<pubDate>Mon, 06 May 2024 08:00:00 +0200</pubDate><dc:creator>Ada Marlow</dc:creator>"
            "<dc:creator>Jun Sato</dc:creator><category>Harbour</category>"
            '<category>Storms</category><media:content url="/small.jpg" width="200" medium="image"/>'
            '<media:content url="/large.jpg" width="1200" type="image/jpeg"/></item>',
            channel="<language>en-gb</language>",
        )
    )
    assert entry == Entry(
        "https://paper.example/harbour",
        title="Harbour reopens",
        published="Mon, 06 May 2024 08:00:00 +0200",
        authors=["Ada Marlow", "Jun Sato"],
        keywords=["Harbour", "Storms"],
        language="en-gb",
        description="Ships return.",
        image="https://paper.example/large.jpg",
    )


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_every_rss_version_with_a_channel_reads_alike(version: str) -> None:
    body = rss("<item><title>T</title><link>https://paper.example/a</link></item>", f'version="{version}"')
    assert only(body) == Entry("https://paper.example/a", title="T")


@pytest.mark.parametrize("namespace", ["http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"])
def test_rdf_feeds_have_their_items_beside_the_channel(namespace: str) -> None:
    body = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{namespace}" {MODULES}>
      <channel rdf:about="https://paper.example/"><title>Giornale</title><dc:language>it</dc:language>
      <items><rdf:Seq><rdf:li resource="https://paper.example/uno"/></rdf:Seq></items></channel>
      <item rdf:about="https://paper.example/uno"><title>Uno</title><dc:date>2024-05-06T08:00+02:00</dc:date></item>
      <item><title>Due</title><link>https://paper.example/due</link></item></rdf:RDF>""".encode()
    assert entries(body) == [
        Entry("https://paper.example/uno", title="Uno", published="2024-05-06T08:00+02:00", language="it"),
        Entry("https://paper.example/due", title="Due", language="it"),
    ]


def test_atom_1_takes_the_alternate_page_and_the_language_around_it() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title>
      <link rel="alternate" href="https://paper.example/"/>
      <entry><title type="html">K&amp;uuml;ste &amp;amp; Meer</title><id>tag:1</id>
        <link rel="self" href="https://paper.example/1.atom"/><link rel="replies" href="https://paper.example/1#c"/>
        <link rel="alternate" type="application/pdf" href="https://paper.example/1.pdf"/>
        <link rel="alternate" type="text/html" href="https://paper.example/1"/>
        <link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/>
        <published>2024-05-06T08:00:00+02:00</published><updated>2024-05-07T08:00:00+02:00</updated>
        <author><name>Jörg Weiß</name><email>j@paper.example</email></author>
        <category term="k" label="Küste"/><category term="meer"/>
        <summary type="html">&lt;p&gt;Am Meer.&lt;/p&gt;</summary></entry></feed>""".encode()
    assert only(body) == Entry(
        "https://paper.example/1",
        title="Küste & Meer",
        published="2024-05-06T08:00:00+02:00",
        modified="2024-05-07T08:00:00+02:00",
        authors=["Jörg Weiß"],
        keywords=["Küste", "meer"],
        language="de",
        description="Am Meer.",
        licence="https://creativecommons.org/licenses/by/4.0/",
    )


def test_atom_0_3_has_issued_and_modified() -> None:
    body = b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped">Old</title>
      <link rel="alternate" type="text/html" href="https://paper.example/old"/>
      <issued>2004-05-06T08:00:00Z</issued><modified>2004-05-07T08:00:00Z</modified></entry></feed>"""
    assert only(body) == Entry(
        "https://paper.example/old", title="Old", published="2004-05-06T08:00:00Z", modified="2004-05-07T08:00:00Z"
    )


def test_an_atom_title_of_elements_is_its_text() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml">
      <div xmlns="http://www.w3.org/1999/xhtml">One <em>word</em></div></title><link href="/a"/></entry></feed>"""
    assert only(body).title == "One word"


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_json_feeds_of_both_versions_name_their_authors(version: str) -> None:
    author = (
        {"author": {"name": "Ada"}} if version == "1" else {"authors": [{"name": "Ada"}, {"url": "https://x.example"}]}
    )
    body = {
        "version": f"https://jsonfeed.org/version/{version}",
        "language": "sv",
        "items": [
            {
                "id": "https://paper.example/1",
                "title": "Hamnen &amp; stormen",
                "date_published": "2024-05-06T08:00:00+02:00",
                "tags": ["hamn", 7],
                "summary": "Fartyg.",
                "image": "/a.jpg",
                **author,
            },
            {"id": 17, "title": "no address"},
            "no item",
        ],
    }
    listing = read_listing(json.dumps(body).encode(), URL, "application/feed+json")
    assert listing.entries == [
        Entry(
            "https://paper.example/1",
            title="Hamnen & stormen",
            published="2024-05-06T08:00:00+02:00",
            authors=["Ada"],
            keywords=["hamn"],
            language="sv",
            description="Fartyg.",
            image="https://paper.example/a.jpg",
        )
    ]
    assert listing.problems == ["left out, without an http or https URL: 2"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("A & B", "A & B"),
        ("caf&eacute;&nbsp;noir", "café noir"),
        ("<![CDATA[Tom & Jerry &amp; co]]>", "Tom & Jerry & co"),
        ("<![CDATA[<b>Bold</b> words]]>", "Bold words"),
        ("&lt;b&gt;Bold&lt;/b&gt; words", "Bold words"),
        ("5 < 6 &lt; 7", "5 < 6 < 7"),
        ("&#233;t&#xe9;", "été"),
        ("&unknown; word", "&unknown; word"),
        ("\n  two\n\tlines ", "two lines"),
        ("bell\x07 and \ufeffmark", "bell and mark"),
    ],
)
def test_titles_are_plain_text_however_they_were_escaped(written: str, read: str) -> None:
    assert item(f"<title>{written}</title>").title == read


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/a?x=1&y=2</link>", "https://paper.example/a?x=1&y=2"),
        ("<link>\n  https://paper.example/a\n</link>", "https://paper.example/a"),
        ("<link><![CDATA[https://paper.example/a?x=1&y=2]]></link>", "https://paper.example/a?x=1&y=2"),
        ("<link>https://paper.example/a b</link>", "https://paper.example/a%20b"),
        (
            "<link>https://counter.example/1</link><feedburner:origLink>https://paper.example/a</feedburner:origLink>",
            "https://paper.example/a",
        ),
        ('<guid isPermaLink="true">https://paper.example/a</guid>', "https://paper.example/a"),
        ("<guid>https://paper.example/a</guid>", "https://paper.example/a"),
        ('<guid isPermaLink="false">https://paper.example/id</guid><link>/a</link>', "https://paper.example/a"),
        ('<atom:link rel="self" href="/self"/><atom:link href="/a"/>', "https://paper.example/a"),
    ],
)
def test_the_page_of_an_entry_is_found_where_the_feed_says_it(inside: str, url: str) -> None:
    assert only(rss(f"<item>{inside}</item>")).url == url


@pytest.mark.parametrize(
    "inside",
    [
        "<title>no link</title>",
        '<guid isPermaLink="false">https://paper.example/id</guid>',
        "<link>javascript:alert(1)</link>",
        "<link>file:///etc/passwd</link>",
        "<link>https://</link>",
        "<link>https://[::1</link>",
        "<link>https://paper.example:port/</link>",
        "<link>https://a&quot;b.example/</link>",
    ],
)
def test_an_entry_without_a_web_address_is_left_out_and_counted(inside: str) -> None:
    listing = read_listing(rss(f"<item>{inside}</item>"), URL, None)
    assert (listing.entries, listing.problems) == ([], ["left out, without an http or https URL: 1"])


def test_no_line_end_reaches_an_address() -> None:
    entry = only(rss("<item><link>https://paper.example/a&#13;&#10;Set-Cookie: x=1</link></item>"))
    assert entry.url == "https://paper.example/aSet-Cookie:%20x=1"


def test_every_xml_base_around_counts() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/blog/">
      <entry xml:base="2024/"><title>T</title><link href="a.html"/></entry></feed>"""
    assert only(body).url == "https://other.example/blog/2024/a.html"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("<author>ada@paper.example (Ada Marlow)</author>", ["Ada Marlow"]),
        ("<author>ada@paper.example</author>", []),
        ("<author>Ada Marlow ada@paper.example</author>", ["Ada Marlow"]),
        ("<author>Ada Marlow</author>", ["Ada Marlow"]),
        ("<author>desk@paper.example (Desk)</author><dc:creator>Ada Marlow</dc:creator>", ["Ada Marlow"]),
        ("<dc:creator><![CDATA[Ada Marlow]]></dc:creator><dc:creator>Ada Marlow</dc:creator>", ["Ada Marlow"]),
    ],
)
def test_authors_are_names_and_no_e_mail_addresses(author: str, names: list[str]) -> None:
    assert item(author).authors == names


def test_prefixes_that_nobody_declared_count_as_what_they_say() -> None:
    body = rss(
        "<item><link>/a</link><dc:creator>Ada</dc:creator><media:thumbnail url='/t.jpg'/></item>", 'version="2.0"'
    )
    assert (only(body).authors, only(body).image) == (["Ada"], "https://paper.example/t.jpg")


def test_an_item_may_have_a_language_of_its_own() -> None:
    items = "<item><link>/a</link><dc:language>fr</dc:language></item><item><link>/b</link></item>"
    assert [e.language for e in entries(rss(items, channel="<language>en</language>"))] == ["fr", "en"]


@pytest.mark.parametrize(
    ("encode", "declared", "content_type"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("iso-8859-1", "iso-8859-1", None),
        ("iso-8859-1", "utf-8", None),
        ("cp1252", "nonsense", "text/xml; charset=windows-1252"),
        ("utf-16", "utf-16", None),
        ("utf-16-le", "utf-16", None),
        ("utf-8-sig", "utf-8", None),
    ],
)
def test_the_bytes_decide_the_charset(encode: str, declared: str, content_type: str | None) -> None:
    item = "<item><title>Überfällig, déjà vu</title><link>/a</link></item>"
    text = f'<?xml version="1.0" encoding="{declared}"?><rss>{item}</rss>'
    assert only(text.encode(encode), content_type).title == "Überfällig, déjà vu"


def test_japanese_and_cyrillic_charsets_are_read_as_declared() -> None:
    for charset, title in (("shift_jis", "港が再開"), ("iso-2022-jp", "港が再開"), ("koi8-r", "Порт открыт")):
        text = (
            f'<?xml version="1.0" encoding="{charset}"?><rss><item><title>{title}</title><link>/a</link></item></rss>'
        )
        assert only(text.encode(charset)).title == title


@pytest.mark.parametrize(
    "before", ["\n\n  ", "\ufeff\n", "<br />\n<b>Warning</b>: x.php on line 2\n", "<!-- <rss> -->"]
)
def test_what_stands_before_the_feed_does_not_matter(before: str) -> None:
    assert only(before.encode() + rss("<item><link>/a</link></item>")).url == "https://paper.example/a"


@pytest.mark.parametrize("content_type", [None, "text/html; charset=utf-8", "image/png", "application/json", "x" * 999])
def test_a_wrong_content_type_does_not_matter(content_type: str | None) -> None:
    assert only(rss("<item><link>/a</link></item>"), content_type).url == "https://paper.example/a"


def test_of_a_feed_that_is_cut_off_the_whole_entries_are_kept_and_it_says_so() -> None:
    listing = read_listing(rss("<item><link>/a</link></item><item><link>/b</link></item>")[:-35], URL, None)
    assert [entry.url for entry in listing.entries] == ["https://paper.example/a"]
    assert listing.problems == ["XML that is cut off; what was whole was read, the last entry was not"]


def test_an_entry_that_comes_twice_is_one() -> None:
    assert len(entries(rss("<item><link>/a</link></item>" * 3))) == 1


def test_errors_in_one_item_leave_the_others() -> None:
    listing = read_listing(
        rss("<item><link>/a</link></item><item><title>a</i></title><link>/b</link></item><item><link>/c</link></item>"),
        URL,
        None,
    )
    assert {entry.url[-1] for entry in listing.entries} >= {"a", "c"}
    assert listing.problems[-1].startswith("XML with errors, read as well as it goes: line 1")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no bytes, or white space alone"),
        (b" \n\t", "no bytes"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no feed, sitemap or web page: the text begins with"),
        (b"just words", "no feed, sitemap or web page: the text begins with 'just words'"),
        (b'{"a": 1}', "JSON, but no JSON Feed"),
        (b'{"items": [', "JSON that cannot be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no feed"),
        (b"<opml version='2.0'/>", "a list of feeds in OPML"),
    ],
)
def test_bytes_that_are_no_listing_are_named(body: bytes, message: str) -> None:
    with pytest.raises(DiscoveryError, match=message) as raised:
        read_listing(body, URL, None)
    assert "\n" not in str(raised.value)


def test_a_listing_goes_through_json_and_back() -> None:
    listing = read_listing(rss("<item><link>/a</link><title>ü</title></item><item/>"), URL, None)
    assert Listing.from_json(listing.to_json()) == listing
    assert Entry.from_json(listing.entries[0].to_json()) == listing.entries[0]
    assert "\n" not in listing.to_json()
