from pathlib import Path

import pytest

from tasks.shard import write_known_pages
from tasks.shard.known_pages import KnownPages
from tasks.store.tombstones import digest
from tests.rows import document, documents, reject, rejects

PAGE = document("https://example.com/a", "Text.")
LIST = reject("not_an_article", url="https://example.com/list")
CUT = reject("truncated_record", url=None, payload_sha256=None, record_offset=512, stage="read")


@pytest.fixture
def known(tmp_path: Path) -> KnownPages:
    return _known(tmp_path, extractor="broadsheet 0")


def _known(tmp_path: Path, *, extractor: str, second_look: frozenset[str] = frozenset()) -> KnownPages:
    file = tmp_path / "known.npy"
    write_known_pages(
        documents(PAGE).lazy(),
        rejects(LIST, CUT).lazy(),
        file,
        extractor=extractor,
        second_look=second_look,
    )
    return KnownPages(file)


def test_the_same_bytes_at_the_same_url_are_known(known: KnownPages) -> None:
    assert known.has(PAGE["url"], "pages.warc.gz#7", PAGE["payload_sha256"])


def test_other_bytes_or_another_url_are_not(known: KnownPages) -> None:
    assert not known.has(PAGE["url"], "pages.warc.gz#7", "0" * 64)
    assert not known.has("https://example.com/b", "pages.warc.gz#7", PAGE["payload_sha256"])


def test_a_reject_is_known_by_its_url_and_bytes_or_by_its_place_and_reason(known: KnownPages) -> None:
    assert known.has(LIST["url"], "pages.warc.gz#9", LIST["payload_sha256"])
    assert known.has(None, "pages.warc.gz#512", None, "truncated_record")
    assert not known.has(None, "pages.warc.gz#513", None, "truncated_record")


def test_rejects_of_another_extractor_get_a_second_look(tmp_path: Path) -> None:
    known = _known(tmp_path, extractor="broadsheet 1")
    assert not known.has(LIST["url"], "", LIST["payload_sha256"])
    assert known.has(PAGE["url"], "", PAGE["payload_sha256"])


def test_pages_rejected_for_a_reason_that_the_run_does_not_take_as_settled_get_a_second_look(tmp_path: Path) -> None:
    known = _known(tmp_path, extractor="broadsheet 0", second_look=frozenset({"not_an_article"}))
    assert not known.has(LIST["url"], "", LIST["payload_sha256"])
    assert known.has(None, "pages.warc.gz#512", None, "truncated_record")


def test_an_empty_store_knows_nothing(tmp_path: Path) -> None:
    file = tmp_path / "known.npy"
    nothing = write_known_pages(documents().lazy(), rejects().lazy(), file, extractor="broadsheet 0")
    assert nothing == 0
    assert not KnownPages(file).has("https://example.com/a", "", "0" * 64)


def test_tombstones_keep_a_page_out_however_its_url_is_written_and_a_whole_domain(tmp_path: Path) -> None:
    file = tmp_path / "known.npy"
    gone = frozenset({digest("https://example.com/a"), digest("example.org")})
    write_known_pages(documents().lazy(), rejects().lazy(), file, extractor="broadsheet 0", tombstones=gone)
    known = KnownPages(file)
    assert known.is_removed("http://EXAMPLE.com/a?utm_source=x#top")
    assert known.is_removed("https://blog.example.org/anything")
    assert not known.is_removed("https://example.com/b")
    assert not known.is_removed("no URL")
    assert not known.is_removed(None)


def test_without_tombstones_no_page_is_kept_out(known: KnownPages) -> None:
    assert not known.is_removed(PAGE["url"])
