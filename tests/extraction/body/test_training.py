"""How the tables are made: labels from a true text, and the fit."""

import json
from pathlib import Path

import numpy as np
import pytest

from tasks.extraction.body.training.boosting import Settings, fit
from tasks.extraction.body.training.labels import labels
from tasks.extraction.boosted import Boosted

TRUTH = "The harbour opened again on Monday.\n\nShips left at dawn.\n\nNobody was hurt, she said."


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            ["Home", "The harbour opened again on Monday.", "Ships left at dawn.", "Nobody was hurt, she said."],
            [0, 1, 1, 1],
        ),
        (["Ships left at dawn.", "The harbour opened again on Monday.", "Ships left at dawn."], [0, 1, 1]),
        (["THE HARBOUR opened, again: on Monday!"], [1]),
        (["", "…"], [0, 0]),
    ],
)
def test_a_block_of_the_truth_is_labelled_once_and_in_its_place(blocks: list[str], expected: list[float]) -> None:
    assert labels(blocks, TRUTH) == expected


def test_a_block_that_is_partly_in_the_truth_is_labelled_by_its_share() -> None:
    [share] = labels(["The harbour opened again on Monday and then quite other things happened to them"], TRUTH)
    assert 0 < share < 0.5


def fitted() -> Boosted:
    rng = np.random.default_rng(0)
    matrix = rng.random((2_000, 3)).astype(np.float32)
    truth = ((matrix[:, 0] > 0.5) ^ (matrix[:, 2] > 0.3)).astype(np.float32)
    trees = fit(matrix, truth, np.ones(2_000, np.float32), Settings(trees=30, depth=3, columns=1.0, rate=0.3))
    return Boosted(["a", "b", "c"], trees.base, trees.question, trees.above, trees.leaves)


def test_the_fit_finds_what_two_columns_say_together() -> None:
    asked = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.9], [0.1, 0.5, 0.1], [0.1, 0.5, 0.9]], np.float32)
    assert (fitted().chances(asked) > 0.5).tolist() == [True, False, False, True]


def test_a_table_survives_its_file(tmp_path: Path) -> None:
    table = fitted()
    path = tmp_path / "table.json"
    path.write_text(table.lines())
    asked = np.random.default_rng(1).random((50, 3)).astype(np.float32)
    assert np.allclose(Boosted.read(path).chances(asked), table.chances(asked), atol=0.01)
    assert set(json.loads(path.read_text())) == {"columns", "base", "trees"}
