"""What the steps after reading load and compile first, made ready while the workers read.

What belongs here: that this is done, and when. What does not: what there is to make ready (the stages themselves).
"""

from __future__ import annotations

import threading
from contextlib import suppress

from tasks.deduplication.clusters import load_graphs
from tasks.release.page.inline import compile_templates


def warm_up_aside() -> None:
    """Begin it, on a thread of its own; nobody waits for it, and a step that is there first does it by itself.

    For runs that have something to read: another has no use for it, and would take it out of its own time.
    """
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    with suppress(Exception):  # what fails here fails again where it is needed, and is told there
        load_graphs()
        compile_templates()
