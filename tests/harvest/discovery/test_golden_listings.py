"""Whole listings of our own writing, each with what is read of it beside it.

Regenerate after a change that is meant, and read the difference: python -m tests.harvest.discovery.test_golden_listings
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.harvest.discovery import read_listing

FOLDER = Path(__file__).parent / "listings"
LISTINGS = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))


def expected_file(path: Path) -> Path:
    return path.with_name(f"{path.stem}.expected.json")


def read(path: Path) -> Any:
    url = f"https://{path.stem.rpartition('-')[2]}.example.org/feeds/{path.name}"
    return json.loads(read_listing(path.read_bytes(), url, None).to_json())


@pytest.mark.parametrize("path", LISTINGS, ids=lambda path: path.name)
def test_a_listing_is_read_as_it_says(path: Path) -> None:
    assert read(path) == json.loads(expected_file(path).read_text("utf-8"))


if __name__ == "__main__":
    for listing in LISTINGS:
        text = json.dumps(read(listing), ensure_ascii=False, indent=1)
        expected_file(listing).write_text(text + "\n", encoding="utf-8")
