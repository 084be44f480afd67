from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tasks.release import ReleaseError, check_version, latest_release, list_releases, next_version

DAY = date(2026, 11, 23)


def make(releases: Path, *names: str) -> None:
    for name in names:
        (releases / name).mkdir(parents=True)
        (releases / name / "manifest.json").write_text("{}")


def test_the_first_release_of_a_day_is_named_after_the_day(tmp_path: Path) -> None:
    assert next_version(tmp_path / "none", DAY) == "2026.11.23"


def test_further_releases_of_a_day_are_counted(tmp_path: Path) -> None:
    make(tmp_path, "2026.11.23")
    assert next_version(tmp_path, DAY) == "2026.11.23.1"
    make(tmp_path, "2026.11.23.9")
    assert next_version(tmp_path, DAY) == "2026.11.23.10"


def test_a_number_once_given_is_not_given_again(tmp_path: Path) -> None:
    make(tmp_path, "2026.11.23.1")
    assert next_version(tmp_path, DAY) == "2026.11.23.2"


def test_releases_are_listed_by_the_value_of_their_numbers(tmp_path: Path) -> None:
    make(tmp_path, "2026.11.23.10", "2026.11.23", "2026.11.23.9", "2025.12.31")
    assert [release.version for release in list_releases(tmp_path)] == [
        "2025.12.31",
        "2026.11.23",
        "2026.11.23.9",
        "2026.11.23.10",
    ]
    assert latest_release(tmp_path).version == "2026.11.23.10"


def test_what_is_no_release_is_not_listed(tmp_path: Path) -> None:
    make(tmp_path, ".building-2026.11.23")
    (tmp_path / "notes").mkdir()
    (tmp_path / "2026.01.01").write_text("a file")
    assert list_releases(tmp_path) == []
    assert latest_release(tmp_path) is None
    assert list_releases(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["2026.11.23", "2026.11.23.1", "1.0-beta", "v3", "7"])
def test_names_a_folder_can_have_are_taken(name: str) -> None:
    assert check_version(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            "/etc",
            ".hidden",
            "-x",
            "a..b",
            "x.",
            "a b",
            "a\n",
            "é",
            "CON",
            "nul.1",
        ),
        *("x" * 65, "\x00"),
    ],
)
def test_names_that_could_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ReleaseError, match="cannot name a release"):
        check_version(name)
