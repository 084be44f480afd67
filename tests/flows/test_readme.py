"""What the README shows is what happens."""

import re
import tempfile
from pathlib import Path

import pytest

from docs.refresh_readme import as_shown, part
from flows.commands.command_line import app, run_command_line
from tasks.release.loading import loading

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_main_job_prints_what_the_readme_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    # Where make docs has it: the longer path of pytest's own folders would be broken into two lines elsewhere.
    with tempfile.TemporaryDirectory() as data:
        assert run_command_line(["run", "--data", data]) == 0
        assert as_shown(capsys.readouterr().out, data) == part(README, "main job"), "stale: make docs"


def test_the_readme_loads_a_release_as_its_data_card_does() -> None:
    assert part(README, "loading") == loading(), "stale: make docs"


def test_the_readme_names_every_command() -> None:
    commands = {name for name in app if not name.startswith("-")}
    assert commands == set(re.findall(r"^\| `broadsheet (\w+)", README, re.MULTILINE))


def test_every_path_the_readme_links_to_is_there() -> None:
    links = set(re.findall(r"\]\(([^)#:]+)\)", README))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
