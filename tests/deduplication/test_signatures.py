import hashlib

import numpy as np
import polars as pl
import pytest

from tasks.deduplication.shingles import ShingleSets, shingle_sets
from tasks.deduplication.signatures import bands, head_bands, share, signatures

from .stories import story, with_words_changed


def sets_of(*texts: str) -> ShingleSets:
    (sets,) = shingle_sets(pl.Series(texts))
    return sets


def similarity(one: str, other: str) -> float:
    left, right = signatures(sets_of(one, other))
    return float(share(np.array([(left == right).sum()]), np.array([256]))[0])


def test_the_signature_and_bands_of_a_known_text_never_change() -> None:
    sets = sets_of("The harbour reopened on Monday after the long storm, and three ships sailed in before noon.")
    signature = signatures(sets)
    assert signature.shape == (1, 256)
    assert signature[0, :8].tolist() == [54, 202, 148, 196, 135, 202, 250, 230]
    assert hashlib.sha256(signature.tobytes()).hexdigest() == (
        "7d5360eba99f292cfcc6f5718eb421877b581a3c8de34ac9a63800bc13555ae5"
    )
    assert bands(signature)[:3, 0].tolist() == [-1454438129, 495814004, 1867177189]
    assert head_bands(sets)[:3, 0].tolist() == [1602128376, 1737413270, -1739517217]


def plain_signature(values: list[int], numbers: list[int]) -> list[int]:
    """The signature of a set, written as the definition reads."""
    row = []
    for number in numbers:
        for part in range(4):
            hashed = [(value * (number >> 32 | 1) + number) % 2**32 for value in values if value >> 30 == part]
            row.append(min(hashed, default=2**32 - 1) * 0x9E3779B1 % 2**32 >> 24)
    return row


def splitmix64(state: int) -> list[int]:
    """64 numbers of the generator as its authors publish it."""
    numbers = []
    for _ in range(64):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
        numbers.append(mixed ^ (mixed >> 31))
    return numbers


@pytest.mark.parametrize("text", ["one two three", story(1, 2), story(2)])
def test_the_kernel_does_what_the_definition_says(text: str) -> None:
    sets = sets_of(text)
    assert signatures(sets)[0].tolist() == plain_signature(sets[0].tolist(), splitmix64(20261123))


def test_a_text_has_the_same_signature_alone_and_in_a_batch() -> None:
    texts = [story(1), "", "one two three", story(2)]
    together = signatures(sets_of(*texts))
    assert [row.tolist() for row in together] == [signatures(sets_of(text))[0].tolist() for text in texts]


@pytest.mark.parametrize("every", [10, 25, 60])
def test_the_estimate_is_near_the_true_similarity(every: int) -> None:
    differences = []
    for seed in range(20):
        one, other = story(seed, 30), with_words_changed(story(seed, 30), every, seed)
        left, right = (set(sets_of(text)[0].tolist()) for text in (one, other))
        differences.append(similarity(one, other) - len(left & right) / len(left | right))
    assert abs(np.mean(differences)) < 0.02
    assert np.max(np.abs(differences)) < 0.12


def test_unrelated_texts_have_similarity_near_zero() -> None:
    assert similarity(story(1), story(2)) < 0.1


def test_each_band_is_a_hash_of_its_own() -> None:
    alike = np.zeros((1, 256), dtype=np.uint8)
    assert len(set(bands(alike)[:, 0].tolist())) == 25


def test_a_band_differs_where_one_of_its_five_bytes_does() -> None:
    row = np.zeros((2, 256), dtype=np.uint8)
    row[1, 7] = 1
    one, other = bands(row).T
    assert np.flatnonzero(one != other).tolist() == [1]


def test_texts_with_one_head_share_the_bands_of_the_head() -> None:
    start = story(1, 12)
    one, other = head_bands(sets_of(f"{start} {story(2, 20)}", f"{start} {story(3, 40)}")).T
    assert (one == other).all()
