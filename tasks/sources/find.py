"""From INPUT words to inputs: which files there are, of what kind, and in what state.

What belongs here: ``Input`` and ``find_inputs``. What does not: cutting inputs into shards (``shards``) and
reading them (``pages``).
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from tasks.sources.kinds import KINDS, START_BYTES, Kind, kind_by_name, kind_of
from tasks.sources.locations import FileInfo, InputError, expand, read_start, stat
from tasks.sources.options import ReadOptions
from tasks.sources.sidecars import sidecar_names
from tasks.values.urls import without_secrets

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Input:
    """One file to read pages from.

    ``size`` in bytes; ``stamp`` changes when the file (or a sidecar) does, and is empty where nobody tells that.
    """

    path: str
    kind: Kind
    size: int
    stamp: str
    options: ReadOptions = field(default_factory=ReadOptions)

    def __repr__(self) -> str:
        # Prefect, at its most talkative, writes what a task returned: a path may hold what opens it.
        return f"Input({without_secrets(self.path)!r}, {self.kind!r}, {self.size} bytes)"

    @property
    def fingerprint(self) -> str:
        """64 hex digits: the same for the same path, kind, size, stamp and options; for the run's plan."""
        state = [self.path, self.kind, self.size, self.stamp, self.options.to_dict()]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def find_inputs(words: Sequence[str], kind: str | None = None, options: ReadOptions | None = None) -> list[Input]:
    """The inputs that the words name: files, folders, globs, fsspec URLs. In order of the words, then by path.

    A file that two words name is one input. In a folder or a glob, files of no known kind are passed over (and
    logged); sidecars belong to their page. ``kind`` (one of ``KINDS``) settles what each file is; in a folder it
    takes the files that are of that kind or of none that can be told.
    Raises ``InputError``: one line that says what to do.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f"kind {kind!r} is not known; choose one of {', '.join(KINDS)}")
    inputs: dict[str, Input] = {}
    for word in words:
        for found in _inputs_of(word, kind, options or ReadOptions()):
            inputs.setdefault(found.path, found)
    return list(inputs.values())


def _inputs_of(word: str, kind: str | None, options: ReadOptions) -> Iterator[Input]:
    files, what = expand(word)
    if not files:
        hint = (
            "put pages into it" if what == "folder" else "check the pattern, and quote it so that the shell leaves it"
        )
        raise InputError(f"{word}: this {what} holds no files; {hint}")
    by_path = {info.path: info for info in files}
    sidecars = {name for path in by_path if kind_by_name(path) for name in sidecar_names(path)} - {
        path for path in by_path if kind_by_name(path)
    }
    skipped = 0
    found = 0
    for info in files:
        if what != "file" and info.path in sidecars:
            continue
        told = _kind_of(info)
        if kind is not None and (what == "file" or told in (kind, None)):
            told = cast(Kind, kind)  # one of KINDS: looked at above, where the words came in
        if told is None or kind not in (None, told):
            skipped += 1
            continue
        found += 1
        beside = sidecar_names(info.path) if told in ("html", "text") else []
        # A folder's listing holds its sidecars already; a glob or a single file may have left them out.
        there = [by_path.get(name) or (None if what == "folder" else stat(name)) for name in beside]
        yield Input(info.path, told, info.size, _stamp(info, [sidecar for sidecar in there if sidecar]), options)
    if not found:
        listed = "; ".join(f"{name} ({endings})" for name, endings in KINDS.items())
        subject = "not of a known kind" if what == "file" else f"this {what} holds no file of a known kind"
        raise InputError(f"{word}: {subject}; say --kind, one of: {listed}")
    if skipped:
        logger.info("%s: passed over %d files of no known kind", word, skipped)


def _stamp(info: FileInfo, sidecars: Sequence[FileInfo]) -> str:
    """What changes when the file or a sidecar does; empty where that cannot be told of each."""
    if not all(file.stamp for file in (info, *sidecars)):
        return ""
    return " ".join([info.stamp, *(f"{sidecar.size}:{sidecar.stamp}" for sidecar in sidecars)])


def _kind_of(info: FileInfo) -> Kind | None:
    try:
        return kind_of(info.path, read_start(info.path, START_BYTES))
    except OSError as error:
        raise InputError(f"{info.path}: cannot be read: {error.strerror or error}") from error
