from __future__ import annotations

from pathlib import Path

import pytest

from tasks.release import stretches as module
from tasks.release.stretches import stretches


def test_small_files_come_together_and_a_large_one_alone_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STRETCH_BYTES", 10)
    files = [tmp_path / name for name in "abcde"]
    for file, size in zip(files, (4, 6, 1, 30, 2), strict=True):
        file.write_bytes(b"x" * size)
    found = [[file.name for file in part] for part in stretches(files)]
    assert found == [["a", "b"], ["c"], ["d"], ["e"]]


def test_no_files_are_no_stretch() -> None:
    assert list(stretches([])) == []
