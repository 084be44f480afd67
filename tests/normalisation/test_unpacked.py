import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tasks.normalisation.unpacked import Arrays, kept_unpacked


class Packed:
    """Counts how often it was unpacked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Arrays:
        self.times += 1
        return {"squares": np.arange(1000) ** 2, "names": np.array(["de", "en"]), "one": np.float32([1.5])}


def squares(arrays: Arrays) -> list[int]:
    assert arrays["names"].tolist() == ["de", "en"]
    assert arrays["one"].tolist() == [1.5]
    return [int(number) for number in arrays["squares"][:4]]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "broadsheet"


def test_it_is_unpacked_once_and_the_same_from_then_on(cache: Path) -> None:
    packed = Packed()
    assert [squares(kept_unpacked("numbers", packed)) for _ in range(3)] == [[0, 1, 4, 9]] * 3
    assert packed.times == 1
    assert [path.name for path in cache.iterdir()] == ["numbers"]


MONTH, DAY = 31 * 24 * 3600, 25 * 3600


def last_used(folder: Path, seconds_ago: float) -> None:
    moment = time.time() - seconds_ago
    os.utime(folder, (moment, moment))


def test_what_nobody_has_used_for_a_month_goes_when_new_ones_are_kept(cache: Path) -> None:
    for name in ("old", "used"):
        kept_unpacked(name, Packed())
    last_used(cache / "old", MONTH)
    kept_unpacked("new", Packed())
    assert sorted(path.name for path in cache.iterdir()) == ["new", "used"]


def test_it_goes_when_the_ones_in_use_are_used_for_the_first_time_in_a_day(cache: Path) -> None:
    for name in ("old", "used"):
        kept_unpacked(name, Packed())
    last_used(cache / "old", MONTH)
    packed = Packed()
    kept_unpacked("used", packed)
    assert sorted(path.name for path in cache.iterdir()) == ["old", "used"]
    last_used(cache / "used", DAY)
    kept_unpacked("used", packed)
    assert [path.name for path in cache.iterdir()] == ["used"]
    last_used(cache / "used", MONTH)  # nothing in use goes, however long it was not
    kept_unpacked("used", packed)
    assert [path.name for path in cache.iterdir()] == ["used"]
    assert packed.times == 0


def test_another_name_is_unpacked_anew(cache: Path) -> None:
    packed = Packed()
    kept_unpacked("numbers", packed)
    kept_unpacked("numbers-2", packed)
    assert packed.times == 2
    assert len(list(cache.iterdir())) == 2


def change(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: change(folder / "squares.npy"),
        lambda folder: (folder / "squares.npy").write_bytes((folder / "squares.npy").read_bytes()[:-100]),
        lambda folder: (folder / "squares.npy").write_bytes(b""),
        lambda folder: (folder / "squares.npy").unlink(),
        lambda folder: (folder / "sums.json").unlink(),
        lambda folder: (folder / "sums.json").write_text("[1]"),
        lambda folder: (folder / "sums.json").write_text('{"squares'),
    ],
    ids=["a flipped bit", "cut", "empty", "a missing file", "no sums", "other sums", "cut sums"],
)
def test_a_damaged_cache_is_not_believed_and_made_again(cache: Path, damage: Callable[[Path], object]) -> None:
    packed = Packed()
    kept_unpacked("numbers", packed)
    damage(cache / "numbers")
    assert squares(kept_unpacked("numbers", packed)) == [0, 1, 4, 9]
    assert packed.times == 2
    assert squares(kept_unpacked("numbers", packed)) == [0, 1, 4, 9]
    assert packed.times == 2


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(cache: Path) -> None:
    cache.write_text("a file where the folder would be")
    assert squares(kept_unpacked("numbers", Packed())) == [0, 1, 4, 9]


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert squares(kept_unpacked("numbers", Packed())) == [0, 1, 4, 9]
