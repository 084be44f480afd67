"""Compiled templates are kept, and taken only where they still hold."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from tasks.release.page.compiled import BesideTemplates


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a template and the module that sets the engine up, in a Python that keeps bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.jinja").write_text("one {{ value }}")
    (tmp_path / "settings.py").write_text("")
    return tmp_path


def rendered(folder: Path) -> str:
    """As a new process would."""
    cache = BesideTemplates(folder, folder / "settings.py")
    engine = Environment(loader=FileSystemLoader(folder), bytecode_cache=cache, autoescape=True)
    return engine.get_template("page.jinja").render(value="<")


def kept(folder: Path) -> list[Path]:
    return list((folder / "__pycache__").glob("*"))


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(folder) == "one &lt;"
    assert len(kept(folder)) == 1
    monkeypatch.delattr(Environment, "_compile")
    assert rendered(folder) == "one &lt;"


@pytest.mark.parametrize("changed", ["page.jinja", "settings.py"])
def test_it_is_compiled_again_when_its_text_or_the_settings_change(
    folder: Path, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(folder)
    (folder / changed).write_text("two {{ value }}")
    assert rendered(folder) == ("two &lt;" if changed == "page.jinja" else "one &lt;")
    monkeypatch.delattr(Environment, "_compile")
    assert "&lt;" in rendered(folder)


@pytest.mark.parametrize("damage", [b"", b"nothing of the kind", None])
def test_a_damaged_file_is_made_again(folder: Path, damage: bytes | None) -> None:
    rendered(folder)
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 4] if damage is None else damage)
    assert rendered(folder) == "one &lt;"
    assert file.read_bytes() == whole


def test_nothing_is_written_where_python_writes_no_bytecode(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder) == "one &lt;"
    assert not kept(folder)


def test_what_cannot_be_written_is_no_error(folder: Path) -> None:
    (folder / "__pycache__").write_text("in the way")
    assert rendered(folder) == "one &lt;"
