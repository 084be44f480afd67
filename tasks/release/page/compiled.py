"""Compiled templates, kept as Python keeps compiled modules: in ``__pycache__`` beside them.

What belongs here: where they are kept, and which of them still hold. What does not: the templates and the engine's
settings. To compile a template is dearer than to fill it in: half of what the page of a small release costs.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache


class BesideTemplates(BytecodeCache):
    """The cache of the templates in a folder.

    ``settings`` is the module that sets the engine up: what was compiled under other settings, of another text or by
    another engine does not hold. As with modules nothing is written where Python is told to write no bytecode, and what
    cannot be written or read is made again.
    """

    def __init__(self, folder: Path, settings: Path) -> None:
        self._folder = folder
        self._under = jinja2.__version__ + settings.read_text(encoding="utf-8")

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The template's name."""
        del filename
        return name

    def get_source_checksum(self, source: str) -> str:
        """Of the text, the settings and the engine."""
        return hashlib.sha256(f"{self._under}{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket where there is a file that holds."""
        with suppress(OSError, EOFError, pickle.UnpicklingError), self._file(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a bucket; a reader sees all of it or none."""
        if sys.dont_write_bytecode:
            return
        path = self._file(bucket)
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
            try:
                with os.fdopen(number, "wb") as file:
                    bucket.write_bytecode(file)
                Path(name).chmod(0o644)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def _file(self, bucket: Bucket) -> Path:
        return Path(cache_from_source(str(self._folder / bucket.key), optimization=""))
