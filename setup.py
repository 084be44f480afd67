"""The compiled loops of extraction (``tasks.extraction.compiled``), built where Cython and a C compiler are.

Everything else is in pyproject.toml. Without them the package is whole all the same: the same code in Python is used.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

FOLDER = Path("tasks/extraction/compiled")


class BuildWalks(build_ext):
    """Cython and the C compiler, only when something is really built; what either says against it is a warning."""

    def finalize_options(self) -> None:
        """C files go to the folder of what is built; never reuse one, since another lxml may be here by now."""
        super().finalize_options()
        self.cython_c_in_temp = self.force = True

    def build_extension(self, ext: Extension) -> None:
        """Raises CompileError, which is no more than a warning for an optional extension."""
        from Cython.Compiler.Errors import CompileError as CythonError

        try:
            super().build_extension(ext)
        except CythonError as error:
            raise CompileError(str(error)) from error


def extensions() -> list[Extension]:
    """The walks; none where Cython or lxml's headers are not here."""
    try:
        import Cython  # noqa: F401 - only whether it is here
        import lxml
    except ImportError:
        return []
    # What is loaded is asked for it (tasks.loops): built from other sources, it is not used.
    files = sorted(file for file in FOLDER.iterdir() if file.suffix in {".pxd", ".pyx"})
    sources = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return [
        Extension(
            ".".join(file.with_suffix("").parts),
            [str(file)],
            include_dirs=lxml.get_include(),
            define_macros=[("SOURCES", f'"{sources}"')],
            extra_compile_args=["-O3", "-g0"] if os.name == "posix" else [],
            optional=True,
        )
        for file in files
        if file.suffix == ".pyx"
    ]


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildWalks})
