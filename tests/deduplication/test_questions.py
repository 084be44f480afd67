from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.deduplication.questions import Questions
from tasks.deduplication.verification import Fingerprints

PAIRS = [(3, 0), (3, 1), (4, 3), (5, 4), (5, 1), (5, 0)]


def questions(pairs: list[tuple[int, int]], *, with_boilerplate: bool = False) -> Questions:
    """Texts 0 to 7, the first five of them the run's; every one tells by its bytes which it is."""
    texts = np.arange(8)
    signatures = np.repeat(texts.astype(np.uint8)[:, None], 256, axis=1)
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Questions(
        slots=texts,
        of_run=5,
        text_keys=pl.Series(texts * 100),
        documents=Fingerprints(signatures, texts + 50),
        boilerplate=signatures[:, :32] if with_boilerplate else None,
        later=ends[:, 0],
        earlier=ends[:, 1],
        similarity=ends.sum(axis=1) / 100,
    )


def told(part: Questions) -> list[tuple[int, int, float]]:
    """The pairs of a part by the numbers of the whole; that every row is the right one's is asserted."""
    assert part.text_keys.to_list() == (part.slots * 100).tolist()
    assert part.documents.counts.tolist() == (part.slots + 50).tolist()
    assert part.documents.signatures[:, 0].tolist() == part.slots.tolist()
    if part.boilerplate is not None:
        assert part.boilerplate[:, 31].tolist() == part.slots.tolist()
    assert part.of_run == sum(slot < 5 for slot in part.slots.tolist())
    ends = zip(
        part.slots[part.later].tolist(), part.slots[part.earlier].tolist(), part.similarity.tolist(), strict=True
    )
    return list(ends)


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(0, 6)), max_size=30), st.integers(1, 12), st.booleans())
def test_every_pair_is_in_one_part_and_all_pairs_of_a_later_document_in_the_same(
    pairs: list[tuple[int, int]], count: int, with_boilerplate: bool
) -> None:
    parts = [told(part) for part in questions(pairs, with_boilerplate=with_boilerplate).parts(count)]
    assert len(parts) <= count
    assert sorted(pair for part in parts for pair in part) == sorted((a, b, (a + b) / 100) for a, b in pairs)
    laters = [{pair[0] for pair in part} for part in parts]
    assert sum(map(len, laters)) == len({a for a, _ in pairs})


def test_parts_are_about_as_large() -> None:
    assert [len(part.later) for part in questions(PAIRS).parts(2)] == [3, 3]


def test_a_part_has_the_texts_of_its_pairs_alone() -> None:
    assert [part.slots.tolist() for part in questions(PAIRS).parts(2)] == [[0, 1, 3, 4], [0, 1, 4, 5]]


@pytest.mark.parametrize("with_boilerplate", [False, True])
def test_what_is_written_reads_back(tmp_path: Path, with_boilerplate: bool) -> None:
    whole = questions(PAIRS, with_boilerplate=with_boilerplate)
    whole.write(tmp_path / "questions.parquet")
    back = Questions.read(tmp_path / "questions.parquet")
    assert told(back) == told(whole)
    assert (back.boilerplate is None) == (not with_boilerplate)
