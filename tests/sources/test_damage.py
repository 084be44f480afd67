"""Damage costs the records it hits and no others, and is never silent."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.page import Page, Reject
from tests.sources.warcs import HTML, outcome, packed, page, read, record

PACKED = packed(page("a", 300), page("b", 300), page("c", 300), page("d", 300))
STARTS = [at for at in range(len(PACKED)) if PACKED.startswith(b"\x1f\x8b\x08", at)]


def _write(tmp_path: Path, data: bytes, name: str = "a.warc.gz") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("place", [0, 30, 200, -3])
def test_a_corrupt_member_is_one_reject_and_the_rest_is_read(tmp_path: Path, place: int) -> None:
    data = bytearray(PACKED)
    data[STARTS[1] + place if place >= 0 else STARTS[2] + place] ^= 0xFF
    found = read(_write(tmp_path, bytes(data)))
    assert outcome(found) == ["a", "corrupt_record", "c", "d"]
    assert found[1].origin.record_offset == STARTS[1]
    assert isinstance(found[1], Reject)
    assert str(found[1].detail).endswith(f"; bytes {STARTS[1]} to {STARTS[2]} cannot be read")


def test_a_damaged_first_member_hides_only_itself(tmp_path: Path) -> None:
    assert outcome(read(_write(tmp_path, b"XX" + PACKED[2:]))) == ["corrupt_record", "b", "c", "d"]


@pytest.mark.parametrize("cut", [1, 9, 100])
def test_a_file_cut_in_its_last_member_keeps_the_others(tmp_path: Path, cut: int) -> None:
    found = read(_write(tmp_path, PACKED[:-cut]))
    assert outcome(found) == ["a", "b", "c", "truncated_record"]
    assert found[3].url == "https://example.com/d"


def test_bytes_missing_in_the_middle_cost_the_member_they_were_in(tmp_path: Path) -> None:
    data = PACKED[: STARTS[1] + 50] + PACKED[STARTS[2] :]
    assert outcome(read(_write(tmp_path, data))) == ["a", "corrupt_record", "c", "d"]


def test_garbage_between_members_is_one_reject(tmp_path: Path) -> None:
    data = PACKED[: STARTS[2]] + b"garbage" * 9 + PACKED[STARTS[2] :]
    assert outcome(read(_write(tmp_path, data))) == ["a", "b", "corrupt_record", "c", "d"]


def test_zeros_behind_the_last_member_are_no_damage(tmp_path: Path) -> None:
    assert outcome(read(_write(tmp_path, PACKED + bytes(5000)))) == ["a", "b", "c", "d"]


def test_an_empty_file_is_a_truncated_one(tmp_path: Path) -> None:
    assert outcome(read(_write(tmp_path, b""))) == ["truncated_record"]


@pytest.mark.parametrize("off", [-40, -9, 7, 150, 3000])
def test_a_wrong_content_length_loses_no_page_where_the_members_end_is_known(tmp_path: Path, off: int) -> None:
    path = _write(tmp_path, packed(page("a"), record("https://example.com/b", length_off=off), page("c"), page("d")))
    found = read(path)
    assert outcome(found) == ["a", "b", "c", "d"]
    assert isinstance(found[1], Page)
    assert found[1].payload == HTML


@pytest.mark.parametrize("off", [-40, -9, 7, 150, 3000])
def test_a_wrong_content_length_in_a_plain_file_costs_its_own_record_alone(tmp_path: Path, off: int) -> None:
    records = [page("a"), record("https://example.com/b", length_off=off), page("c"), page("d")]
    found = read(_write(tmp_path, b"".join(records), "a.warc"))
    assert outcome(found) == ["a", "corrupt_record", "c", "d"]
    assert found[1].url == "https://example.com/b"


@pytest.mark.parametrize("off", [-40, 150])
def test_a_plain_record_of_wrong_length_is_a_page_where_http_says_that_it_is_whole(tmp_path: Path, off: int) -> None:
    http = f"Content-Type: text/html\r\nContent-Length: {len(HTML)}"
    data = record("https://example.com/b", http=http, length_off=off) + page("c")
    assert outcome(read(_write(tmp_path, data, "a.warc"))) == ["b", "c"]


def test_a_record_without_a_type_is_corrupt(tmp_path: Path) -> None:
    data = page("a").replace(b"WARC-Type: response\r\n", b"") + page("b")
    assert outcome(read(_write(tmp_path, data, "a.warc"))) == ["corrupt_record", "b"]


def test_a_huge_content_length_in_a_plain_file_is_taken_back(tmp_path: Path) -> None:
    records = [page("a"), record("https://example.com/b", length_off=10**12), page("c")]
    assert outcome(read(_write(tmp_path, b"".join(records), "a.warc"))) == ["a", "corrupt_record", "c"]


@pytest.mark.parametrize("value", ["", "-5", "ten", "9" * 30])
def test_a_content_length_that_is_no_number_is_one_reject(tmp_path: Path, value: str) -> None:
    bad = page("b")
    head, _, tail = bad.partition(b"Content-Length: ")
    bad = head + b"Content-Length: " + value.encode() + tail[tail.index(b"\r\n") :]
    assert outcome(read(_write(tmp_path, page("a") + bad + page("c"), "a.warc"))) == ["a", "corrupt_record", "c"]


def test_where_a_length_is_wrong_the_digest_decides(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    good = record("https://example.com/b", length_off=-20, extra=f"WARC-Block-Digest: sha1:{digest}\r\n")
    bad = record("https://example.com/c", HTML[:-5], length_off=-20, extra=f"WARC-Block-Digest: sha1:{digest}\r\n")
    assert outcome(read(_write(tmp_path, packed(good, bad, page("d"))))) == ["b", "corrupt_record", "d"]


def test_where_a_length_is_wrong_the_length_that_http_declares_decides(tmp_path: Path) -> None:
    http = f"Content-Type: text/html\r\nContent-Length: {len(HTML)}"
    cut = record("https://example.com/b", HTML[:20], http=http, length_off=len(HTML) - 20)
    assert outcome(read(_write(tmp_path, cut[:-4] + page("c"), "a.warc"))) == ["corrupt_record", "c"]


@pytest.mark.parametrize(("cut", "last"), [(2, "c"), (4, "c"), (5, "truncated_record"), (90, "truncated_record")])
def test_a_plain_file_that_is_cut_keeps_what_is_whole(tmp_path: Path, cut: int, last: str) -> None:
    data = b"".join([page("a"), page("b"), page("c")])[:-cut]
    assert outcome(read(_write(tmp_path, data, "a.warc"))) == ["a", "b", last]


def test_a_plain_file_with_a_broken_header_goes_on_at_the_next(tmp_path: Path) -> None:
    data = page("a") + b"X" + page("b")[1:] + page("c")
    assert outcome(read(_write(tmp_path, data, "a.warc"))) == ["a", "corrupt_record", "c"]


def test_damage_says_which_page_it_hit_where_its_header_is_whole(tmp_path: Path) -> None:
    data = bytearray(PACKED)
    data[STARTS[3] - 2] ^= 0x01  # the member's size, behind its data
    found = read(_write(tmp_path, bytes(data)))[2]
    assert isinstance(found, Reject)
    assert (found.reason, found.url) == ("corrupt_record", "https://example.com/c")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    place=st.integers(0, len(PACKED) - 1),
    change=st.sampled_from(["flip", "cut", "remove", "insert", "zero"]),
    size=st.integers(1, 400),
)
def test_whatever_happens_to_the_bytes_nothing_raises_and_nothing_is_silent(
    tmp_path: Path, place: int, change: str, size: int
) -> None:
    data = {
        "flip": PACKED[:place] + bytes([PACKED[place] ^ 0x55]) + PACKED[place + 1 :],
        "cut": PACKED[:place],
        "remove": PACKED[:place] + PACKED[place + size :],
        "insert": PACKED[:place] + bytes(range(256)) + PACKED[place:],
        "zero": PACKED[:place] + bytes(size) + PACKED[place + size :],
    }[change]
    words = outcome(read(_write(tmp_path, data)))
    pages = [word for word in words if len(word) == 1]
    assert pages == sorted(set(pages))
    untouched = [
        name for name, start, end in zip("abcd", STARTS, [*STARTS[1:], len(PACKED)], strict=True) if end <= place
    ]
    assert pages[: len(untouched)] == untouched
    # Members that are taken out whole, by a cut between two of them, leave no trace to find.
    trace = len(words) > len(pages)
    assert len(pages) == 4 or trace or (change in ("cut", "remove") and place in STARTS)
