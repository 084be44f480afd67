"""The compiled reading of texts and the compiled sum over trees give what those in Python give, to the last bit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extraction import boosted
from tasks.extraction.body import blocks, extract, figures, text_cues
from tasks.extraction.body.text_cues import TEXT_CUES, bits_of_texts
from tasks.extraction.tree import parse
from tasks.page import Page
from tasks.sources import Shard, read_pages

DEV = Path(__file__).parents[3] / "../shared/eval/dev/pages.warc.gz"

pytestmark = pytest.mark.skipif(
    text_cues.compiled is None or figures.compiled is None or boosted.compiled is None,
    reason="the compiled loops were not built",
)

PHRASES = [phrase.strip("^|") for phrases in TEXT_CUES.values() for phrase in phrases.split(", ")] + [
    "2024-02-03",
    "12:30",
    "3 February 2022",
    "関連記事",
    "広告",
    "ⓒ",
    "©",
    "7",
    "1 2",
]
TEXTS = st.lists(
    st.lists(
        st.one_of(
            st.sampled_from(PHRASES),
            st.sampled_from(PHRASES).map(str.upper),
            st.sampled_from(
                [" ", ". ", "|", "\u00a0", "\u2003", "\x00", "-", "’", "\n", "x" * 170, "İ", "ß", "\ud800"]
            ),
            st.text(max_size=6),
        ),
        min_size=1,
        max_size=12,
    ).map("".join),
    max_size=8,
)


def cues_in_python(texts: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    with monkeypatch.context() as without:
        without.setattr(text_cues, "compiled", None)
        return bits_of_texts(texts)


def assert_same_counts(texts: Sequence[str]) -> None:
    begins = np.cumsum([0, *map(len, texts)])[:-1].astype(np.int64)
    joined = "".join(texts)
    counts = figures.counts_of_signs(joined, begins)
    assert counts.dtype == np.float32
    np.testing.assert_array_equal(counts, figures.counts_in_numpy(joined, begins))


@settings(max_examples=1000)
@given(TEXTS)
def test_the_cues_of_any_texts(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert bits_of_texts(texts) == cues_in_python(texts, monkeypatch)


@settings(max_examples=1000)
@given(TEXTS.map(lambda texts: list(filter(None, texts))).filter(bool))
def test_the_counts_of_any_texts(texts: list[str]) -> None:
    assert_same_counts(texts)


def test_every_sign_is_counted_and_parted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = [chr(code) for code in range(sys.maxunicode + 1)]
    assert_same_counts([f"{sign}A. {sign}" for sign in signs])
    texts = [f"read{sign}more" for sign in signs if sign != "\x00"]
    assert bits_of_texts(texts) == cues_in_python(texts, monkeypatch)


@settings(max_examples=200)
@given(st.integers(0, 1 << 32), st.integers(1, 60), st.sampled_from([0.1, 1.0, 30.0]))
def test_the_chances_of_any_rows(seed: int, rows: int, width: float) -> None:
    table = extract._model()
    columns = np.random.default_rng(seed).normal(0, width, (rows, len(table.columns))).astype(np.float32)
    with pytest.MonkeyPatch.context() as without:
        without.setattr(boosted, "compiled", None)
        expected = table.chances(columns)
    np.testing.assert_array_equal(table.chances(columns), expected)


@pytest.mark.skipif(not DEV.exists(), reason="the evaluation pages (../shared/eval) are not there")
def test_of_the_evaluation_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    for page in read_pages(Shard("warc", (str(DEV),))):
        if isinstance(page, Page) and page.kind != "flat-text":
            texts = [block.text for block in blocks.segment(parse(page.payload, page.http_charset)).blocks]
            assert bits_of_texts(texts) == cues_in_python(texts, monkeypatch)
            if texts:
                assert_same_counts(texts)
            read += 1
    assert read > 600
