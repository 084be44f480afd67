from __future__ import annotations

from pathlib import Path

import pytest

from tests.removal.data_folder import SECRET, DataFolder, fill

__all__ = ["SECRET"]


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """Two runs, a release after each. ``secret`` has two texts; ``original`` two copies elsewhere."""
    made = DataFolder(tmp_path / "data")
    fill(made)
    return made
