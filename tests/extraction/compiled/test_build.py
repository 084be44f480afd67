"""The compiled loops are there where they can be, and nothing is lost where they cannot."""

from __future__ import annotations

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

from tasks import loops
from tasks.extraction import boosted, marks, tree
from tasks.extraction.body import blocks, figures, text_cues
from tasks.extraction.visible import texts

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tasks" / "extraction" / "compiled"
COMPILER = shutil.which("cc") or shutil.which("gcc")
HEADER = Path(sysconfig.get_path("include")) / "Python.h"
SAYS = "from tasks.loops import in_use; print(int(in_use()), in_use().why_not)"
NAMES = ("blocks", "chances", "marks", "page_texts", "texts")
SHARED = 1  # what they share: nodes.pxd
PARTS = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "flows", "tasks")

LACKING = [
    *(["a C compiler (Debian: gcc and libc6-dev)"] if COMPILER is None else []),
    *([] if HEADER.exists() else [f"{HEADER} (Debian: python{sys.version_info[0]}.{sys.version_info[1]}-dev)"]),
]


@pytest.fixture(scope="session")
def _compiler() -> None:
    """Skips the test where nothing can be compiled; in CI that is a failure, for there `make system` comes first."""
    if LACKING:
        said = f"{sys.executable} cannot compile: {' and '.join(LACKING)} is missing; `make system`, then `make loops`"
        if "CI" in os.environ:
            pytest.fail(said)
        pytest.skip(said)


needs_compiler = pytest.mark.usefixtures("_compiler")
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


def run(program: str, folder: Path = ROOT) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=folder)
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
    assert len([file for file in FOLDER.iterdir() if file.suffix in {".pxd", ".pyx"}]) == len(NAMES) + SHARED
    loaded = importlib.import_module(f"tasks.extraction.compiled.{name}")
    assert loops.checksum_of_sources() == loaded.BUILT_FROM, "`make loops` compiles them anew"


def copy_of(folder: Path) -> Path:
    """The package as it is here, compiled loops and all."""
    for name in ("tasks", "flows"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@needs_compiler
def test_they_are_not_used_once_their_sources_have_changed(tmp_path: Path) -> None:
    changed = copy_of(tmp_path) / "tasks" / "extraction" / "compiled" / "nodes.pxd"
    changed.write_text(changed.read_text() + "# another\n")
    said, errors = run(f"{EXTRACTS.format(without_any=True)}\n{SAYS}", tmp_path)
    assert (said, errors) == ("Harbour\n2 they were built from other sources than are here now", "")


@needs_compiler
def test_they_are_not_used_where_they_ask_for_rules_that_are_no_more(tmp_path: Path) -> None:
    rules = copy_of(tmp_path) / "tasks" / "extraction" / "mark_rules.py"
    rules.write_text(rules.read_text().replace("LEAST_DATED", "FEWEST_DATED"))
    walk = rules.with_name("marks.py")
    walk.write_text(walk.read_text().replace("LEAST_DATED", "FEWEST_DATED"))
    said, _ = run("import tasks.extraction\nfrom tasks import loops\nprint(loops.missing())", tmp_path)
    assert said == (
        "Extraction runs without its compiled loops (marks: they were built from other sources than are here now)."
    )


def test_where_they_were_not_compiled_that_is_told(tmp_path: Path) -> None:
    for file in (copy_of(tmp_path) / "tasks" / "extraction" / "compiled").glob("*.so"):
        file.unlink()
    said, errors = run(f"{EXTRACTS.format(without_any=True)}\n{SAYS}", tmp_path)
    assert (said, errors) == ("Harbour\n3 they were not compiled", "")


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
