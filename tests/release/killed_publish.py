"""A release made in a process of its own, to be killed from outside: ``python -m tests.release.killed_publish FOLDER``.

It says ``started`` once the store is written and publishing begins, and is told nothing after that.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.release.store import small_store

    store = small_store(Path(sys.argv[1]))
    for month in range(1, 13):
        store.article(f"month-{month}", f"2021-{month:02d}-05T08:00:00")
    sys.stdout.write("started\n")
    sys.stdout.flush()
    store.publish("2.0")
