from __future__ import annotations

from pathlib import Path

import pytest

from tests.removal.data_folder import DataFolder, copy_of, page, reject

SECRET = "zebrafinch"


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """Two runs, a release after each. ``secret`` has two texts; ``original`` two copies elsewhere."""
    made = DataFolder(tmp_path / "data")
    original = page("original", "The ferry runs again.", 2)
    made.ingest(
        "run-1",
        [
            page(f"{SECRET}-1", f"A {SECRET} sang.", 2),
            original,
            copy_of(original, "copy-1"),
            page("other", "Snow fell."),
        ],
        [reject(url="https://example.com/list"), reject(url=f"https://example.com/{SECRET}-1?utm_source=x")],
    )
    made.publish("1")
    made.ingest(
        "run-2",
        [
            page(f"{SECRET}-1", f"Another {SECRET} sang.", 2),
            copy_of(original, "copy-2", "example.net", 5),
            page("plain", "A quiet day.", 6, "example.net"),
        ],
    )
    made.publish("2")
    return made
