from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.removal.data_folder import SECRET, DataFolder, fill

__all__ = ["SECRET"]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is made once, to be copied and not changed."""
    made = DataFolder(tmp_path_factory.mktemp("filled") / "data")
    fill(made)
    return made.root


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> DataFolder:
    """Two runs, a release after each. ``secret`` has two texts; ``original`` two copies elsewhere."""
    made = DataFolder(tmp_path / "data")
    # Files that releases share are shared in the copy, too: shutil would make two of each.
    subprocess.run(["cp", "-a", str(filled), str(made.root)], check=True)
    return made
