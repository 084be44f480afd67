"""Files that a run wrote into the store and died before it committed them.

What belongs here: finding and deleting them. What does not: the folders of dead runs (``tasks.shard.folders``).
"""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from tasks.store.layout import TABLES
from tasks.store.store import Store


def clear_uncommitted(store: Store) -> int:
    """Delete the data files that a run wrote and died before it committed them; return how many.

    Such files belong to no version. Nothing is done while another run writes, nor in object storage, where nobody
    can tell whether one does: its files look the same.
    """
    deleted = 0
    if not isinstance(store.folder, Path):
        return deleted
    try:
        with FileLock(store.folder / ".writing.lock", timeout=0):
            for name in TABLES:
                deleted += _clear(store, name)
    except (Timeout, FileNotFoundError):
        return deleted
    return deleted


def _clear(store: Store, name: str) -> int:
    path, table = Path(str(store.path(name))), store.open(name)
    held = set(table.file_uris()) if table else set()
    # A file is written under its name with "#" and a number first.
    files = [file for file in path.rglob("*.parquet*") if file.relative_to(path).parts[0] != "_delta_log"]
    unheld = [file for file in files if str(file.resolve()) not in held]
    # Files that a later version left out are named in the log for as long as an older version can be opened.
    log = "\n".join(file.read_text() for file in path.glob("_delta_log/*.json")) if unheld else ""
    dead = [file for file in unheld if file.name not in log]
    for file in dead:
        file.unlink()
    return len(dead)
