import random
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplication import find_edges
from tasks.deduplication.candidates import Candidates, search
from tasks.deduplication.questions import Questions
from tasks.deduplication.verification import Numbers, Pairs
from tasks.schema.tables import BAND_COLUMNS

from .stories import Row, clusters, documents, matched, placed, story, with_edges, with_words_changed

A, B, C, D = (f"https://{name}.example/story" for name in ("north", "south", "east", "west"))
FOOTER = story(999, sentences=30)


def test_unrelated_texts_have_no_edges() -> None:
    assert find_edges(documents([Row(f"https://n{n}.example/", story(n)) for n in range(50)]).lazy(), None).height == 0


def test_an_equal_text_matches_exactly() -> None:
    rows = with_edges(documents([Row(A, story(1)), Row(B, story(1), retrieved=1)]))
    assert matched(rows) == {(B, A): "exact"}


def test_an_edited_text_matches_with_its_counted_or_estimated_similarity() -> None:
    rows = with_edges(documents([Row(A, story(1)), Row(B, with_words_changed(story(1), every=40), retrieved=1)]))
    (edge,) = rows.filter(pl.col("url") == B)["match_edges"].item().to_list()
    assert edge["match"] == "near"
    assert edge["similarity"] == pytest.approx(0.87, abs=0.05)


def test_near_a_threshold_the_texts_are_counted() -> None:
    one, other = story(1, sentences=20), story(1, sentences=14) + story(2, sentences=3)
    rows = with_edges(documents([Row(A, one), Row(B, other, retrieved=1)]))
    (edge,) = rows.filter(pl.col("url") == B)["match_edges"].item().to_list()
    shingles = [set(words(text)) for text in (one, other)]
    assert edge["recomputed"]
    assert edge["similarity"] == len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])
    assert edge["containment"] == len(shingles[0] & shingles[1]) / len(shingles[1])
    assert edge["containment_of_other"] == len(shingles[0] & shingles[1]) / len(shingles[0])


def words(text: str) -> list[tuple[str, str, str]]:
    """The shingles of an ASCII text, written as plainly as can be."""
    found = re.findall("[a-z0-9]+", text.lower())
    return list(zip(found, found[1:], found[2:], strict=False))


def test_a_text_cut_short_is_contained_in_the_whole() -> None:
    whole = story(1, sentences=20)
    short = "\n\n".join(whole.split("\n\n")[:12])
    rows = with_edges(documents([Row(A, whole), Row(B, short, retrieved=1)]))
    (edge,) = rows.filter(pl.col("url") == B)["match_edges"].item().to_list()
    assert edge["containment"] == pytest.approx(1.0, abs=0.06)
    assert edge["containment_of_other"] == pytest.approx(0.6, abs=0.06)


def test_short_texts_match_only_exactly() -> None:
    brief = "The ferry is late today because of wind, said the harbour."
    rows = with_edges(
        documents([Row(A, brief), Row(B, brief, retrieved=1), Row(C, f"{brief} More soon.", retrieved=2)])
    )
    assert matched(rows) == {(B, A): "exact"}


def test_edges_lead_from_the_later_to_the_earlier_document() -> None:
    rows = with_edges(documents([Row(A, story(1), retrieved=2), Row(B, story(1) + " More.", retrieved=1)]))
    assert matched(rows) == {(A, B): "near"}


def test_a_page_without_a_retrieval_time_counts_from_its_run() -> None:
    rows = with_edges(documents([Row(A, story(1), retrieved=None, ingested=9), Row(B, story(1), retrieved=10)]))
    assert matched(rows) == {(B, A): "exact"}


def test_in_which_files_the_store_lies_changes_no_edge(tmp_path: Path) -> None:
    whole = story(1, sentences=20)
    known = documents([Row(A, whole), Row(C, story(2)), Row(D, story(3))])
    files = [tmp_path / "old.parquet", tmp_path / "new.parquet", tmp_path / "newest.parquet"]
    for number, file in enumerate(files):
        known[number].write_parquet(file)
    pl.read_parquet(files[1]).with_columns(added_later=1).write_parquet(files[1])
    in_doubt = story(1, sentences=14) + story(4, sentences=3)
    new = documents([Row(B, in_doubt, retrieved=5), Row("https://x.example/", story(9), retrieved=6)]).lazy()
    edges = find_edges(new, known.lazy(), files)
    assert edges["match_edges"].explode().struct.field("recomputed").to_list() == [True]
    assert edges.equals(find_edges(new, known.lazy()))


def test_a_new_document_matches_the_store() -> None:
    known = documents([Row(A, story(1)), Row(C, story(2)), Row(D, "A brief text.")])
    x, y = "https://x.example/", "https://y.example/"
    new = documents([Row(B, story(1) + " More."), Row(x, story(2)), Row(y, "A brief text.")])
    names = dict(zip(known["document_id"], known["url"], strict=True))
    found = {(later, names[earlier]): how for (later, earlier), how in matched(with_edges(new, known)).items()}
    assert found == {(B, A): "near", (x, C): "exact", (y, D): "exact"}


def test_what_comes_later_changes_no_earlier_edge() -> None:
    first = documents([Row(A, story(1)), Row(B, story(1) + " More.", retrieved=1)])
    second = documents([Row(C, story(1) + " Even more.", retrieved=0)])
    together = with_edges(pl.concat([first, second]))
    apart = pl.concat([with_edges(first), with_edges(second, first)])
    assert apart.head(2).equals(with_edges(first))
    assert clusters(apart) == clusters(together) == {frozenset({A, B, C})}


def test_revisions_of_one_article_are_no_copies() -> None:
    rows = with_edges(documents([Row(A, story(1)), Row(A, story(1) + " More.", retrieved=1)]))
    assert matched(rows) == {}


def test_a_copy_of_an_earlier_revision_matches_the_newest_too() -> None:
    run = documents([Row(A, story(1)), Row(A, story(1) + " More.", retrieved=1), Row(B, story(1), retrieved=2)])
    together, later = with_edges(run), with_edges(run.tail(1), run.head(2))
    for rows in (together, later):
        (edges,) = rows.filter(pl.col("url") == B)["match_edges"]
        assert [(edge["document_id"], edge["match"]) for edge in edges] == [
            (run["document_id"][0], "exact"),
            (run["document_id"][1], "near"),
        ]


@pytest.mark.parametrize("run", [1, 2, 5])
@settings(max_examples=10, deadline=None)
@given(seed=st.randoms(use_true_random=False))
def test_neither_order_nor_shards_change_edges(run: int, seed: object) -> None:
    rows = [
        Row(
            f"https://n{n}.example/",
            with_words_changed(story(n // 4), every=20 + 15 * (n % 4), seed=n),
            retrieved=n % 3,
        )
        for n in range(24)
    ]
    expected = find_edges(documents(rows).lazy(), None)
    seed.shuffle(rows)
    parts = [documents(rows[first : first + 5 * run]).lazy() for first in range(0, len(rows), 5 * run)]
    assert find_edges(pl.concat(parts), None).equals(expected)


@dataclass(frozen=True)
class InParts:
    """Workers, one after the other: so many parts of the bands, and of the questions by way of files."""

    new: pl.LazyFrame
    known: pl.LazyFrame | None
    parts: int
    folder: Path

    def search(self, numbers: Numbers) -> Candidates:
        groups = [BAND_COLUMNS[part :: self.parts] for part in range(self.parts)]
        return Candidates.joined([search(self.new, self.known, numbers, group) for group in groups])

    def answer(self, questions: Questions) -> Pairs:
        answers = []
        for part in questions.parts(self.parts):
            part.write(self.folder / "part.parquet")
            answers.append(Questions.read(self.folder / "part.parquet").answer(self.new, self.known))
        return Pairs.joined(answers)


def copies_and_footers() -> pl.DataFrame:
    """Copies edited more or less, some of them in doubt; and pages of one site with a footer."""
    rows = [
        Row(
            f"https://n{n}.example/", with_words_changed(story(n // 6), every=12 + 7 * (n % 6), seed=n), retrieved=n % 4
        )
        for n in range(36)
    ]
    rows += [Row(f"https://example.com/{n}", f"{story(50 + n, 6)}\n\n{FOOTER}", retrieved=n) for n in range(20)]
    rows += [Row("https://cut.example/", story(2, sentences=20)[:900]), Row("https://brief.example/", "A brief text.")]
    return documents(rows)


@pytest.mark.parametrize("parts", [1, 2, 5, 33])
@pytest.mark.parametrize("in_store", [0, 15])
def test_by_how_many_workers_bands_are_searched_and_pairs_verified_changes_no_edge(
    tmp_path: Path, parts: int, in_store: int
) -> None:
    rows = copies_and_footers()
    known, new = (rows.head(in_store).lazy() if in_store else None), rows.tail(rows.height - in_store).lazy()
    alone = find_edges(new, known)
    edges = alone["match_edges"].explode().struct
    assert edges.field("recomputed").n_unique() == 2
    assert alone.height > 10
    assert find_edges(new, known, workers=InParts(new, known, parts, tmp_path)).equals(alone)


@settings(max_examples=10, deadline=None)
@given(seed=st.randoms(use_true_random=False), parts=st.integers(1, 9), in_store=st.integers(0, 50))
def test_nor_does_the_order_of_the_run_with_it(
    tmp_path_factory: pytest.TempPathFactory, seed: random.Random, parts: int, in_store: int
) -> None:
    rows = copies_and_footers()
    known, new = (rows.head(in_store).lazy() if in_store else None), rows.tail(rows.height - in_store)
    order = list(range(new.height))
    seed.shuffle(order)
    shuffled = new[order].lazy()
    workers = InParts(shuffled, known, parts, tmp_path_factory.mktemp("parts"))
    assert find_edges(shuffled, known, workers=workers).equals(find_edges(new.lazy(), known))


def test_a_footer_on_every_page_of_a_site_makes_no_pairs() -> None:
    pages = [Row(f"https://example.com/{n}", f"{story(n, 8)}\n\n{FOOTER}", retrieved=n) for n in range(40)]
    assert matched(with_edges(documents(pages))) == {}


def test_nor_does_it_against_the_pages_of_the_store() -> None:
    pages = documents([Row(f"https://example.com/{n}", f"{story(n, 8)}\n\n{FOOTER}", retrieved=n) for n in range(40)])
    assert matched(with_edges(pages.tail(1), pages.head(39))) == {}


def test_a_copy_is_found_above_the_footers_of_two_sites() -> None:
    sites = [("north.example", story(999, sentences=8)), ("south.example", story(998, sentences=8))]
    pages = [
        Row(f"https://{site}/{n}", f"{story(100 * which + n, 24)}\n\n{footer}", retrieved=n)
        for which, (site, footer) in enumerate(sites)
        for n in range(60)
    ]
    pages.append(Row("https://south.example/copy", f"{story(7, 24)}\n\n{sites[1][1]}", retrieved=99))
    rows = with_edges(documents(pages))
    assert matched(rows) == {("https://south.example/copy", "https://north.example/7"): "near"}


def test_a_notice_in_place_of_the_story_makes_no_pairs_of_many_stories() -> None:
    notice = story(997, sentences=16)
    pages = [Row(f"https://example.com/{n}", f"{story(n, 2)}\n\n{notice}", retrieved=n) for n in range(80)]
    assert matched(with_edges(documents(pages))) == {}


def test_some_copies_at_one_site_are_no_template() -> None:
    pages = [Row(f"https://example.com/{n}", f"{story(1)}\n\nPage {n} of the archive.", retrieved=n) for n in range(15)]
    assert len(clusters(with_edges(documents(pages)))) == 1


BRIEFS = {
    "zh": "港口周一重新开放，三艘船正在等待。市议会投票赞成新的时间表，渡轮将在冬季之前恢复运行。"
    "工程师们检查了老磨坊附近的桥梁，没有发现任何损坏。",
    "ja": "港は月曜日に再開し、三隻の船が待っていた。市議会は新しい時刻表に賛成し、フェリーは冬の前に運航を再開する。"
    "技師たちは古い水車の近くの橋を調べた。",
    "th": "ท่าเรือเปิดอีกครั้งในวันจันทร์ เรือสามลำกำลังรออยู่ สภาเมืองลงมติเห็นชอบตารางเวลาใหม่ และเรือข้ามฟากจะกลับมาให้บริการก่อนฤดูหนาว",
    "hi": "बंदरगाह सोमवार को फिर खुल गया और तीन जहाज़ बाहर इंतज़ार कर रहे थे। नगर परिषद ने नई समय सारणी के पक्ष में मतदान किया और "
    "नौका सेवा सर्दी से पहले फिर शुरू होगी। इंजीनियरों ने पुरानी चक्की के पास के पुल की जाँच की और कोई नुकसान नहीं पाया।",
    "ru": "Гавань вновь открылась в понедельник, три судна ждали у входа. Городской совет проголосовал за новое "
    "расписание, и паром снова пойдёт до зимы. Инженеры осмотрели мост у старой мельницы и не нашли повреждений.",
    "ko": "항구는 월요일에 다시 문을 열었고 배 세 척이 기다리고 있었다. 시의회는 새로운 시간표에 찬성했으며 여객선은 "
    "겨울 전에 운항을 다시 시작한다. 기술자들은 오래된 다리를 조사했지만 손상은 발견되지 않았다고 시장이 말했다.",
    "ar": "أعيد فتح الميناء يوم الاثنين وكانت ثلاث سفن في الانتظار. صوت مجلس المدينة لصالح الجدول الزمني "
    "الجديد وستعود العبارة قبل الشتاء. فحص المهندسون الجسر القريب من الطاحونة القديمة ولم يجدوا أي ضرر.",
}


@pytest.mark.parametrize("text", BRIEFS.values(), ids=BRIEFS)
def test_copies_are_found_in_every_script(text: str) -> None:
    rows = with_edges(documents([Row(A, text), Row(B, f"{text} 2026", retrieved=1), Row(C, story(1), retrieved=2)]))
    assert matched(rows) == {(B, A): "near"}


def test_an_empty_run_has_no_edges() -> None:
    empty = documents([Row(A, story(1))]).clear()
    assert find_edges(empty.lazy(), documents([Row(A, story(1))]).lazy()).height == 0


def test_running_twice_gives_the_same(tmp_path: object) -> None:
    run = documents(
        [Row(f"https://n{n}.example/", with_words_changed(story(n % 3), every=30, seed=n)) for n in range(9)]
    )
    once = with_edges(run)
    assert once.equals(with_edges(run))
    assert placed(once) == placed(once)
