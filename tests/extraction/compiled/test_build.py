"""The compiled loops are there where they can be, and nothing is lost where they cannot."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tasks.extraction import boosted, marks, tree
from tasks.extraction.body import blocks, figures, text_cues
from tasks.extraction.visible import texts

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tasks" / "extraction" / "compiled"
COMPILER = shutil.which("cc") or shutil.which("gcc")
HEADER = Path(sysconfig.get_path("include")) / "Python.h"
NAMES = ("blocks", "chances", "marks", "page_texts", "texts")
PARTS = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "flows", "tasks")

needs_compiler = pytest.mark.skipif(
    "CI" not in os.environ and (COMPILER is None or not HEADER.exists()), reason="no C compiler or no Python.h is here"
)
EXTRACTS = """
from tasks.extraction import boosted, extract, marks, tree
from tasks.extraction.body import blocks, figures, text_cues
from tasks.extraction.visible import texts
from tasks.page import Origin, Page
assert (blocks.compiled, marks.compiled, texts.compiled, tree.compiled) == (None,) * 4
if {without_any}:
    assert figures.compiled is None and text_cues.compiled is None and boosted.compiled is None
page = b"<h1>Harbour</h1>" + b"<p>The harbour of Northport opened again on Monday after nine days of ice.</p>" * 3
print(extract(Page("https://example.com/a", page, Origin("test"))).headline)
"""


def run(program: str) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout.strip(), done.stderr


@needs_compiler
@pytest.mark.parametrize(
    "user", [blocks, boosted, figures, marks, text_cues, texts, tree], ids=lambda user: user.__name__
)
def test_they_are_compiled_and_in_use(user: ModuleType) -> None:
    assert user.compiled is not None


@needs_compiler
@pytest.mark.parametrize("name", NAMES)
def test_what_is_loaded_was_built_from_the_sources_that_are_here(name: str) -> None:
    files = sorted(file for file in FOLDER.iterdir() if file.suffix in {".pxd", ".pyx"})
    assert len(files) == len(NAMES) + 1
    loaded = importlib.import_module(f"tasks.extraction.compiled.{name}")
    assert hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest() == loaded.BUILT_FROM


@pytest.mark.parametrize("what", ["__version__ = '6.0.0'", "LIBXML_VERSION = (2, 9, 0)"])
def test_another_lxml_than_they_were_built_for_is_read_by_the_walks_in_python(what: str) -> None:
    assert run(f"from lxml import etree\netree.{what}\n{EXTRACTS.format(without_any=False)}") == ("Harbour", "")


def test_without_them_nothing_is_said_and_nothing_is_missing() -> None:
    names = [f"tasks.extraction.compiled.{name}" for name in NAMES]
    assert run(f"import sys\nsys.modules.update(dict.fromkeys({names}))\n{EXTRACTS.format(without_any=True)}") == (
        "Harbour",
        "",
    )


def wheel_of(folder: Path, **environment: str) -> list[str]:
    """The files of the wheel that is built from the project's files."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        else:
            shutil.copy(ROOT / part, folder / part)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", "dist", "."],
        capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = (folder / "dist").glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


@needs_compiler
def test_a_wheel_holds_them_and_their_sources(tmp_path: Path) -> None:
    files = {name.partition(".")[0] + Path(name).suffix for name in wheel_of(tmp_path) if "/compiled/" in name}
    assert files == {
        f"tasks/extraction/compiled/{name}"
        for name in (
            "__init__.py", "nodes.pxd", *(f"{name}.{kind}" for name in NAMES for kind in ("pyi", "pyx", "so"))
        )
    }  # fmt: skip


def test_a_wheel_is_built_without_a_compiler(tmp_path: Path) -> None:
    files = wheel_of(tmp_path, CC="/bin/false")
    assert [name for name in files if name.endswith(".so")] == []
    assert "tasks/extraction/body/model.json" in files
