from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplication import FORMAT_VERSION, FormatError, check_format, fingerprint
from tasks.deduplication.fingerprints import LEAST_SHINGLES, signature_rows
from tasks.schema import Documents
from tasks.schema.tables import BAND_COLUMNS

from .stories import Row, documents, story

COLUMNS = ["fingerprint_version", "text_key", "shingle_count", "signature", *BAND_COLUMNS]
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def rows(*texts: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"text": texts, "text_sha256": [SHA] * len(texts)}, schema={"text": pl.String, "text_sha256": pl.String}
    )


def test_the_columns_are_those_of_the_schema() -> None:
    types = {name: column.dtype for name, column in Documents.columns().items()}
    assert dict(fingerprint(rows(story(1))).select(COLUMNS).schema) == {name: types[name] for name in COLUMNS}


def test_other_columns_stay_as_they_are() -> None:
    assert fingerprint(rows(story(1)).with_columns(url=pl.lit("u"))).columns == ["text", "text_sha256", "url", *COLUMNS]


def test_a_short_text_has_neither_signature_nor_bands() -> None:
    words = [f"w{n}" for n in range(LEAST_SHINGLES + 2)]
    short, long = fingerprint(rows(" ".join(words[:-1]), " ".join(words))).iter_rows(named=True)
    assert short["shingle_count"] == LEAST_SHINGLES - 1
    assert {short[name] for name in ("signature", *BAND_COLUMNS)} == {None}
    assert len(long["signature"]) == 256
    assert None not in {long[name] for name in BAND_COLUMNS}


def test_the_text_key_is_the_start_of_the_texts_hash() -> None:
    assert fingerprint(rows(story(1)))["text_key"].item() == int(SHA[:16], 16) - 2**64


def test_fingerprints_made_again_are_the_same() -> None:
    once = fingerprint(rows(story(1), "brief"))
    assert fingerprint(once).equals(once)


def test_no_documents_have_no_fingerprints() -> None:
    assert fingerprint(rows()).shape == (0, 2 + len(COLUMNS))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 6), max_size=9))
def test_how_rows_are_batched_changes_nothing(cuts: list[int]) -> None:
    frame = rows(*(story(seed, 3) for seed in range(7)))
    bounds = [0, *sorted(cuts), 7]
    parts = [fingerprint(frame[first:last]) for first, last in pairwise(bounds)]
    assert pl.concat(parts).equals(fingerprint(frame))


def test_a_store_in_an_older_format_is_told_so() -> None:
    frame = documents([Row("https://example.com/", story(1))])
    check_format(frame.lazy())
    older = frame.with_columns(fingerprint_version=pl.lit(FORMAT_VERSION - 1, dtype=pl.Int32))
    with pytest.raises(FormatError, match=rf"have format \[0\], this code makes {FORMAT_VERSION}: make them again"):
        check_format(pl.concat([frame, older]).lazy())
    check_format(fingerprint(older).lazy())


def test_signatures_come_back_as_rows_of_bytes() -> None:
    column = fingerprint(rows(story(1), story(2)))["signature"]
    assert signature_rows(column).tobytes() == b"".join(column)
    assert signature_rows(column[1:]).tobytes() == column[1]
    assert signature_rows(column.clear()).shape == (0, 256)


def test_a_signature_of_another_length_is_refused() -> None:
    with pytest.raises(FormatError, match="not 256 bytes"):
        signature_rows(pl.Series([b"too short"]))
