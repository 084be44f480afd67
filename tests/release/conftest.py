from __future__ import annotations

from pathlib import Path

import pytest

from tests.release.store import Store, small_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three articles in two months and without a date, one copy, one earlier revision, two rejects."""
    return small_store(tmp_path)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the small store, to be looked at and not changed."""
    return small_store(tmp_path_factory.mktemp("store")).publish()
