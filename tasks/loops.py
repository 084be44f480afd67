"""Whether the compiled loops of extraction (``tasks.extraction.compiled``) are in use here, and why not.

What belongs here: the look at one of them before it is used, and what came of it, in words. What does not: the loops,
who uses them (``tasks.extraction``), building them (``setup.py``). Light: it loads nothing that it is not asked for, so
that a run's own process can have the words without loading extraction.

An editable installation keeps what was built when its sources change. Loops that were built from other sources than lie
beside them are not used: they may read a page otherwise than the code that they stand in for.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from functools import cache
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

FOLDER = Path(__file__).parent / "extraction" / "compiled"


class Loops(IntEnum):
    """What the loops of extraction are; the greater the worse. A number, since it travels where workers count."""

    COMPILED = 0
    NOT_LOADABLE = 1
    OF_OTHER_SOURCES = 2
    NOT_COMPILED = 3

    @property
    def why_not(self) -> str | None:
        """Why the compiled loops are not in use; null where they are."""
        return _WHY_NOT[self]


_WHY_NOT = {
    Loops.COMPILED: None,
    Loops.NOT_LOADABLE: "they were built for another lxml or Python",
    Loops.OF_OTHER_SOURCES: "they were built from other sources than are here now",
    Loops.NOT_COMPILED: "they were not compiled",
}

_found: dict[str, Loops] = {}


def is_built(name: str) -> bool:
    """Whether the module of this name in ``tasks.extraction.compiled`` can be used."""
    if name not in _found:
        _found[name] = _look(name)
    return _found[name] is Loops.COMPILED


def in_use() -> Loops:
    """The worst of what this process asked for; extraction asks for all when it is loaded."""
    return max(_found.values(), default=Loops.COMPILED)


def missing() -> str | None:
    """Which of the loops this process asked for are not in use, and why; null where all are."""
    said = [f"{name}: {loops.why_not}" for name, loops in sorted(_found.items()) if loops is not Loops.COMPILED]
    return f"Extraction runs without its compiled loops ({'; '.join(said)})." if said else None


def in_words(loops: Loops) -> str | None:
    """One line for whoever runs extraction: what is missing, what that costs, what to do; null where nothing is."""
    if loops is Loops.COMPILED:
        return None
    from_source = (FOLDER.parents[2] / "setup.py").exists()
    remedy = "`make loops` compiles them" if from_source else "install Broadsheet anew where there is a C compiler"
    return f"Extraction runs without its compiled loops, two fifths slower: {loops.why_not}; {remedy}."


def _look(name: str) -> Loops:
    if not any((FOLDER / f"{name}{suffix}").exists() for suffix in EXTENSION_SUFFIXES):
        return Loops.NOT_COMPILED
    try:
        built_from = import_module(f"tasks.extraction.compiled.{name}").BUILT_FROM
    except (ImportError, ValueError):  # a ValueError is Cython's word for objects of another size
        return Loops.NOT_LOADABLE
    except AttributeError:  # it asks for rules that are no more
        return Loops.OF_OTHER_SOURCES
    return Loops.COMPILED if built_from == checksum_of_sources() else Loops.OF_OTHER_SOURCES


@cache
def checksum_of_sources() -> str:
    """What ``setup.py`` builds into each of them: SHA-256 of all ``.pxd`` and ``.pyx`` files, in the order of names."""
    files = sorted(file for file in FOLDER.iterdir() if file.suffix in {".pxd", ".pyx"})
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
