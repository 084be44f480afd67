"""Flattened text dumps: a page's values, one a line, told apart by shape and order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.extraction.flat_text.extract import extract_flat_text
from tasks.extraction.flat_text.paragraphs import restore_paragraphs
from tasks.page import Origin, Page, RejectError
from tasks.record import Author, Image, Publisher, Record

SEEDS = Path(__file__).parents[3] / "../shared/seeds"

BODY = (
    "The old pier at Port Amory will be taken down plank by plank, the harbour board said on Tuesday.Work begins in "
    "May and lasts until the autumn. About 2.000 planks are sound and will be sold.What comes afterIn its place the "
    "board wants a shorter pier of steel, with room for two ferries."
)
CONTACT = "The Harbour Gazette desk@gazette.example.com +44205550137 Harbour Press Ltd 252 60"
AUTHOR = "Maren Holt https://gazette.example.com/img/holt_100x100.jpg"
LINES = [
    "https://gazette.example.com/2022/02/02/old-pier",
    "Old pier to be taken down, plank by plank",
    "Old pier to be taken down, plank by plank",
    "The harbour board wants a shorter pier of steel in its place, with room for... 02.02.2022, The Harbour Gazette",
    "2022-02-02T19:14+0100",
    "2022-02-02T19:14+0100",
    "2022-02-02T19:58+0100",
    "pier",
    "harbour board",
    "Port Amory",
    "/html/head/meta[@name='og:title']/@content /html/head/meta[@name='og:description']/@content",
    "https://gazette.example.com/img/pier_1920x0.jpg",
    BODY,
    "pier",
    CONTACT,
    "2022",
    AUTHOR,
    AUTHOR,
    "Local news",
    "en_GB",
    CONTACT,
    "1920 1080 true",
    "1920 1440 true",
    "1920 1920 true",
    AUTHOR,
    "pier, harbour board, port amory, ferries",
]


def _extract(lines: list[str] | str, ends: str = "\n\n") -> Record:
    text = lines if isinstance(lines, str) else ends.join(lines)
    return extract_flat_text(Page("https://gazette.example.com/", text.encode(), Origin("a.txt"), kind="flat-text"))


def test_each_line_finds_its_field() -> None:
    record = _extract(LINES)
    assert record.headline == "Old pier to be taken down, plank by plank"
    assert record.alternative_headlines == []
    assert record.description == LINES[3]
    assert (record.published_raw, record.modified_raw) == ("2022-02-02T19:14+0100", "2022-02-02T19:58+0100")
    assert record.keywords == ["pier", "harbour board", "Port Amory", "ferries"]
    assert record.section == "Local news"
    assert record.language_declared == "en_GB"
    assert record.copyright_year == 2022
    assert record.authors == [Author("Maren Holt", image_url="https://gazette.example.com/img/holt_100x100.jpg")]
    assert record.publisher == Publisher(
        name="The Harbour Gazette",
        legal_name="Harbour Press Ltd",
        email="desk@gazette.example.com",
        telephone="+44205550137",
    )
    url = "https://gazette.example.com/img/pier_1920x0.jpg"
    assert record.images == [Image(url, 1920, 1080), Image(url, 1920, 1440), Image(url, 1920, 1920)]
    assert set(record.field_sources.values()) == {"flat-text"}
    assert {"headline", "text", "publisher", "published_raw", "keywords"} <= set(record.field_sources)


def test_paragraphs_and_a_heading_come_back() -> None:
    assert (_extract(LINES).text or "").split("\n\n") == [
        "The old pier at Port Amory will be taken down plank by plank, the harbour board said on Tuesday.",
        "Work begins in May and lasts until the autumn. About 2.000 planks are sound and will be sold.",
        "What comes after",
        "In its place the board wants a shorter pier of steel, with room for two ferries.",
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\n\r\n", "\n \n\n", "\r"])
def test_line_ends_do_not_matter(ends: str) -> None:
    assert _extract(LINES, ends) == _extract(LINES)


def test_utf_16_and_a_byte_order_mark_do_not_matter() -> None:
    text = "\n\n".join(LINES)
    for payload in (text.encode("utf-16"), text.encode("utf-8-sig")):
        page = Page("https://gazette.example.com/", payload, Origin("a.txt"), kind="flat-text")
        assert extract_flat_text(page) == _extract(LINES)


def test_other_orders_give_the_same_values() -> None:
    kinds = [LINES[0], *LINES[18:24], *LINES[4:7], *LINES[14:18], *LINES[1:4], *LINES[7:13], *LINES[24:]]
    record, usual = _extract(kinds), _extract(LINES)
    for name in ("headline", "description", "text", "section", "authors", "publisher", "images", "published_raw"):
        assert getattr(record, name) == getattr(usual, name), name


@pytest.mark.parametrize("left_out", range(len(LINES)))
def test_an_absent_line_leaves_the_others_as_they_are(left_out: int) -> None:
    line = LINES[left_out]
    if line == BODY:
        return
    record = _extract([other for other in LINES if other != line])
    assert (record.text or "").endswith("room for two ferries.")
    usual = _extract(LINES)
    for name, lines in {
        "language_declared": ("en_GB",),
        "copyright_year": ("2022",),
        "publisher": (CONTACT,),
        "authors": (AUTHOR,),
        "published_raw": (LINES[4],),
    }.items():
        if line not in lines:
            assert getattr(record, name) == getattr(usual, name), name


def test_headline_and_body_alone_are_enough() -> None:
    record = _extract(["https://example.com/", "A headline", BODY])
    assert (record.headline, record.description, record.section, record.keywords) == ("A headline", None, None, [])
    assert record.publisher is None
    assert sorted(record.field_sources) == ["headline", "text"]


@pytest.mark.parametrize("text", ["", "https://example.com/\n", "https://example.com/\n\nA headline\n\n2022\n"])
def test_a_dump_without_body_has_no_content(text: str) -> None:
    with pytest.raises(RejectError) as raised:
        _extract(text)
    assert raised.value.reason == "no_content"


def test_a_cyrillic_dump() -> None:
    body = "Совет принял бюджет города во вторник после долгих споров.Мэр назвал решение важным для всех районов." * 2
    record = _extract(
        ["https://example.com/", "Бюджет принят", "Бюджет принят", "2022-02-02T10:00+0300", "город", body, "ru_RU"]
    )
    assert (record.headline, record.keywords, record.language_declared) == ("Бюджет принят", ["город"], "ru_RU")
    assert (record.text or "").count("\n\n") == 3


def test_a_chinese_dump() -> None:
    body = "市议会周二通过了预算，经过了长时间的讨论。市长表示欢迎，并感谢各位议员的工作。下一步是什么？目前还不清楚。"
    record = _extract(["https://example.com/", "预算通过", "预算通过", "预算", body, "zh_CN"])
    assert (record.headline, record.keywords, record.language_declared) == ("预算通过", ["预算"], "zh_CN")
    assert (record.text or "").split("\n\n")[2] == "下一步是什么？"


@pytest.mark.parametrize(
    ("glued", "parts"),
    [
        ("It ended.Then it began.", ["It ended.", "Then it began."]),
        ("“We won.”The crowd sang.", ["“We won.”", "The crowd sang."]),
        ("He left.“Why?”She knew.", ["He left.", "“Why?”", "She knew."]),
        ('"Good."She left."Yes," he said.', ['"Good."', "She left.", '"Yes," he said.']),
        ("It rose by 5,2 %.Next came rain.", ["It rose by 5,2 %.", "Next came rain."]),
        (
            "La fin.Envoi de soldats supplémentairesSur fond de crise.",
            ["La fin.", "Envoi de soldats supplémentaires", "Sur fond de crise."],
        ),
        ("La fin.Guerre en UkraineLe président parle.", ["La fin.", "Guerre en Ukraine", "Le président parle."]),
        ("Конец.Что дальшеВ понедельник начнётся.", ["Конец.", "Что дальше", "В понедельник начнётся."]),
        ("انتهى الاجتماع.وقال الوزير ذلك. ثم غادر", ["انتهى الاجتماع.", "وقال الوزير ذلك. ثم غادر"]),
        ("他说。她走了。“好。”他说。", ["他说。", "她走了。", "“好。”他说。"]),
        ("One line.\nAnother line.", ["One line.", "Another line."]),
    ],
)
def test_breaks_are_put_back(glued: str, parts: list[str]) -> None:
    assert restore_paragraphs(glued).split("\n\n") == parts


@pytest.mark.parametrize(
    "whole",
    [
        "He served in the U.S.Army for years.",
        "J.Smith and Dr.Jones, vs.Next of kin.",
        "It cost 2.000 euros, or 1.5m.",
        "See https://example.com/a.Html?b=C.Dand www.Example.com today.",
        "Write to Some.One@Example.Com today.",
        "Booking.Com and ASP.NET and Node.JS.",
        "The new iPhone and McDonald and YouTube and LinkedIn and MacBook.",
        "Le réseau YouTube a annoncé mardi.",
        "The eBay sale of the PlayStation.",
        "A sentence. Another one. A third!",
        "NATO and the USA met in the EU.",
    ],
)
def test_what_is_one_paragraph_stays_one(whole: str) -> None:
    assert restore_paragraphs(whole) == whole


@example("'“!A。0")
@given(st.text() | st.text(alphabet="aB.! \"”“。C\nУу?x«»('1é"))
def test_only_white_space_is_ever_added(body: str) -> None:
    restored = restore_paragraphs(body)
    assert "".join(restored.split()) == "".join(body.split())
    assert restore_paragraphs(restored).split() == restored.split()


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=300), max_size=30))
def test_any_lines_give_a_record_or_no_content(lines: list[str]) -> None:
    reasons = set()
    try:
        assert _extract("\n".join(lines).encode("utf-8", "replace").decode()).text
    except RejectError as reject:
        reasons.add(reject.reason)
    assert reasons <= {"no_content", "binary"}


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real dumps (../shared/seeds) are not there")
def test_the_real_dumps_give_every_field() -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        payload = path.read_bytes()
        record = extract_flat_text(Page("https://example.com/", payload, Origin(str(path)), kind="flat-text"))
        assert (record.headline, record.copyright_year, record.language_declared) == (
            payload.decode().splitlines()[2],
            2022,
            "fr_FR",
        )
        assert (record.published_raw, record.modified_raw) == ("2022-02-02T19:14+0100", "2022-02-02T19:58+0100")
        assert record.section == "Actus"
        assert len(record.keywords) == 6
        assert [(image.width, image.height) for image in record.images] == [(1920, 1080), (1920, 1440), (1920, 1920)]
        assert len(record.authors) == 1
        assert record.authors[0].image_url
        assert record.publisher
        assert record.publisher.name
        assert record.publisher.legal_name
        assert record.publisher.email
        assert record.publisher.telephone
        assert (record.text or "").count("\n\n") == 6
        assert any(part.endswith("supplémentaires") for part in (record.text or "").split("\n\n"))
