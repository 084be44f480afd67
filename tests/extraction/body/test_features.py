"""The columns of a page's blocks: those that are asked for are those that all would hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extraction.body.blocks import segment
from tasks.extraction.body.declared import Known, reduced, reduced_all
from tasks.extraction.body.extract import PRICE_LENGTH, assembled
from tasks.extraction.body.features import features
from tasks.extraction.body.figures import figures
from tasks.extraction.body.places import places
from tasks.extraction.tree import parse

PAGE = """<nav><a href=/>Home</a></nav><article class=article-body><h1>The harbour opens</h1>
<p>The harbour was closed for a week, and the ships went north where the ice had gone, people said.</p>
<p class=caption>Photo: A. Example</p><ul><li>$ 12</li><li>for 3 € each</li><li>none</li></ul>
<p>Leave a comment</p></article><footer>Sign up for our newsletter</footer>""".encode()
KNOWN = Known(headline="theharbouropens", description=reduced("The harbour was closed for a week, and the ships"))


def test_wanted_columns_are_the_same_columns_among_all() -> None:
    segments = segment(parse(PAGE))
    of = figures(segments.blocks)
    at = places(segments, of)
    names, every = features(segments, of, at, KNOWN)
    wanted = [name for place, name in enumerate(reversed(names)) if place % 3]
    same, some = features(segments, of, at, KNOWN, wanted)
    assert same == wanted
    np.testing.assert_array_equal(some, every[:, [names.index(name) for name in wanted]])
    assert every[:, names.index("is-description")].sum() == 1


def test_a_column_that_does_not_exist_is_an_error() -> None:
    segments = segment(parse(PAGE))
    of = figures(segments.blocks)
    with pytest.raises(KeyError, match=r"no\.such"):
        features(segments, of, places(segments, of), KNOWN, ["chars", "no.such"])


def test_each_short_block_with_a_price_counts_once() -> None:
    long = "It cost $ 3 when " + "the harbour was open, " * 3
    assert len(long) >= PRICE_LENGTH
    segments = segment(parse(PAGE + f"<p>$ 1, $ 2 and $ 3</p><p>{long}</p>".encode()))
    of = figures(segments.blocks)
    assert assembled(segments.blocks, of, np.zeros(len(segments.blocks), np.float32), 0.5).prices == 3


@given(st.lists(st.text() | st.text(alphabet="aZ ’“”…\u00a0\u00adΣÉ中_0\x00")))
def test_texts_are_reduced_together_as_they_are_one_by_one(texts: list[str]) -> None:
    assert reduced_all(texts) == [reduced(text) for text in texts]
