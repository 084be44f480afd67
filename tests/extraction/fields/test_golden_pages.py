"""Each golden page gives the record that stands beside it; ``generate_expected`` writes those anew."""

from __future__ import annotations

import json

import pytest

from tests.extraction.fields.generate_expected import PAGES, read

NAMES = sorted(page.stem for page in PAGES.glob("*.html"))


@pytest.mark.parametrize("name", NAMES)
def test_the_page_gives_its_record(name: str) -> None:
    assert read(PAGES / f"{name}.html") == json.loads((PAGES / f"{name}.json").read_text())
