"""Where inputs lie: one way to open, stat and list files on this machine and at fsspec URLs.

What belongs here: paths and URLs. What does not: what the files hold (``kinds``, ``find``).
A local path never touches fsspec, so that a broken remote set-up cannot hurt a local run.
"""

from __future__ import annotations

import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://|^[a-z0-9]+::")
_MAGIC = re.compile(r"[*?\[]")
_BUCKET_WITH_SECRETS = re.compile(r"\b(s3a?|gs|gcs|az)://[^/@]*@")


class InputError(Exception):
    """An INPUT word that cannot be used. The message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file as its store describes it. ``stamp`` changes when the content does: mtime in ns, etag or the like."""

    path: str
    size: int
    stamp: str


def is_remote(path: str) -> bool:
    """Whether the path is an fsspec URL (``s3://...``) and not a path on this machine."""
    return bool(_SCHEME.match(path)) and not path.startswith("file://")


def local_path(path: str) -> str:
    """The path without a ``file://`` in front."""
    return path.removeprefix("file://")


def open_bytes(path: str) -> BinaryIO:
    """The file, open for reading. Raises OSError, or ``InputError`` where a remote scheme has no driver."""
    if not is_remote(path):
        return Path(local_path(path)).open("rb")
    filesystem, inner = _filesystem(path)
    return cast(BinaryIO, filesystem.open(inner, "rb"))


def read_start(path: str, size: int) -> bytes:
    """The first ``size`` bytes, or fewer where the file is shorter."""
    with open_bytes(path) as file:
        return file.read(size)


def read_at_most(path: str, limit: int) -> bytes | None:
    """The file's bytes; ``None`` where there are more than ``limit``."""
    data = read_start(path, limit + 1)
    return None if len(data) > limit else data


def stat(path: str) -> FileInfo | None:
    """What is known of a file; ``None`` where there is no file of that name."""
    if is_remote(path):
        filesystem, inner = _filesystem(path)
        try:
            info = filesystem.info(inner)
        except FileNotFoundError:
            return None
        return _remote_info(filesystem, info) if info["type"] == "file" else None
    found = Path(local_path(path))
    if not found.is_file():
        return None
    status = found.stat()
    return FileInfo(path, status.st_size, str(status.st_mtime_ns))


def expand(word: str) -> tuple[list[FileInfo], str]:
    """The files that an INPUT word stands for, sorted by path, and what the word is: file, folder or glob.

    Hidden files and folders (a dot in front) are left out of folders and globs. An empty list where a folder
    or a glob holds nothing. Raises ``InputError`` where nothing of that name is there.
    """
    if found := _BUCKET_WITH_SECRETS.search(word):
        raise InputError(
            f"a {found[1]}:// URL with credentials in it: put them into the environment, where drivers look"
        )
    return _expand_remote(word) if is_remote(word) else _expand_local(local_path(word))


def _expand_local(word: str) -> tuple[list[FileInfo], str]:
    if Path(word).is_dir():
        return _in_folder(word), "folder"
    info = stat(word)
    if info:
        return [info], "file"
    if not _MAGIC.search(word):
        raise InputError(f"{word}: no such file or folder; check the path")
    found: list[FileInfo] = []
    for match in sorted(glob.glob(word, recursive=True)):  # noqa: PTH207 - the word may be absolute
        if Path(match).is_dir():
            # `pages/**` names folders and what is in them: their files come from the glob itself.
            found += [] if "**" in word else _in_folder(match)
        elif matched := stat(match):
            found.append(matched)
    return _unique(found), "glob"


def _in_folder(folder: str) -> list[FileInfo]:
    paths = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [os.path.join(parent, name) for name in names if not name.startswith(".")]  # noqa: PTH118 - words stay words
    return [info for path in sorted(paths) if (info := stat(path))]


def _expand_remote(word: str) -> tuple[list[FileInfo], str]:
    filesystem, inner = _filesystem(word)
    try:
        if _MAGIC.search(inner):
            return _remote_files(filesystem, filesystem.glob(inner, detail=True)), "glob"
        if filesystem.isdir(inner):
            return _remote_files(filesystem, filesystem.find(inner, detail=True)), "folder"
        info = stat(word)
    except Exception as error:  # each store has its own errors: no rights, no network, no bucket
        raise InputError(f"{word}: cannot be read: {_one_line(error)}") from error
    if info is None:
        raise InputError(f"{word}: no such file or folder; check the URL")
    return [FileInfo(word, info.size, info.stamp)], "file"


def _remote_files(filesystem: Any, found: dict[str, dict[str, Any]]) -> list[FileInfo]:
    infos = [_remote_info(filesystem, found[path]) for path in sorted(found) if found[path]["type"] == "file"]
    return _unique([info for info in infos if "/." not in info.path])


def _remote_info(filesystem: Any, info: dict[str, Any]) -> FileInfo:
    for key in (
        "ETag",
        "etag",
        "md5Hash",
        "LastModified",
        "Last-Modified",
        "last_modified",
        "mtime",
        "updated",
        "created",
    ):
        if info.get(key):
            return FileInfo(filesystem.unstrip_protocol(info["name"]), int(info["size"]), str(info[key]))
    return FileInfo(filesystem.unstrip_protocol(info["name"]), int(info["size"]), "")


def _filesystem(path: str) -> tuple[Any, str]:
    import fsspec

    try:
        filesystem, inner = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise InputError(f"{path}: this kind of URL cannot be opened: {_one_line(error)}") from error
    return filesystem, inner


def _unique(found: list[FileInfo]) -> list[FileInfo]:
    return list({info.path: info for info in found}.values())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
