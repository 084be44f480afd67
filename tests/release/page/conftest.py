from __future__ import annotations

from pathlib import Path

import pytest

from tests.release.page.hostile import grown, hostile_store


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of the hostile store, the second with columns that fell. To be looked at and not changed."""
    store = hostile_store(tmp_path_factory.mktemp("store"))
    store.publish("1")
    grown(store).publish("2")
    return store.folder / "releases"


@pytest.fixture(scope="session")
def page(releases: Path) -> Path:
    """The page of the second release."""
    return releases / "2" / "index.html"
