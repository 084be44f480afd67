"""What stands in the place of records is as long as they were, and every reader reads on."""

from __future__ import annotations

import gzip
import io
import random

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from tasks.harvest.placeholders import is_placeholder, packed, placeholder
from tasks.harvest.reading import Record
from tasks.harvest.records import warcinfo
from tests.harvest.test_outcomes import NOW

LENGTHS = [
    *range(30, 700),
    1_000, 1_022, 9_999, *range(10_295, 10_310), *range(65_530, 65_560), *range(131_080, 131_105), 700_001,
    *(random.Random(3).randint(700, 400_000) for _ in range(40)),
]  # fmt: skip


def test_a_placeholder_has_any_length_that_records_have_and_unpacks() -> None:
    for length in LENGTHS:
        made = placeholder(length, 3)
        assert len(made) == length
        whole = gzip.decompress(made)
        assert length < 330 or b"removed: 3 records, taken out for good" in whole


@pytest.mark.parametrize("length", [400, 5_000, 65_553, 300_000])
def test_warcio_and_fastwarc_read_on_behind_it(length: int) -> None:
    around = warcinfo("x", "tests", NOW)
    data = around + placeholder(length, 1) + around
    slow = [one.rec_type for one in ArchiveIterator(io.BytesIO(data), check_digests="raise")]
    fast = [(one.headers["WARC-Type"], one.stream_pos) for one in FastIterator(io.BytesIO(data))]
    assert slow == ["warcinfo", "metadata", "warcinfo"]
    assert fast == [("warcinfo", 0), ("metadata", len(around)), ("warcinfo", len(around) + length)]


def test_a_record_is_packed_to_the_length_of_another_unless_it_is_longer() -> None:
    data = b"WARC/1.1\r\n" * 50
    for length in range(60, 400):
        made = packed(data, length)
        assert made is None or (len(made) == length and gzip.decompress(made) == data)
    assert packed(data, 200) is not None
    assert packed(random.Random(1).randbytes(500), 400) is None


def test_only_a_record_of_its_kind_about_no_page_is_taken_for_one() -> None:
    said = b"removed: 1 record, taken out for good\r\n"
    assert is_placeholder(Record({"warc-type": "metadata"}, said, 0, 9))
    assert not is_placeholder(Record({"warc-type": "metadata", "warc-target-uri": "https://a.example/"}, said, 0, 9))
