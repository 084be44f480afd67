"""Whether the compiled loops of extraction are in use here: a run without them costs a tenth more, and nothing says so.

What belongs here: the line that a benchmark prints of them. What does not: building them (``make``, ``setup.py``).
"""

from __future__ import annotations

import subprocess
import sys

from processes import ROOT

# Asked in a process of its own: extraction is slow to load, and a benchmark's own process stays small. A module that
# has a loop in C keeps it as ``compiled``, null where it was not built.
_ASK = """
import importlib, pkgutil
import tasks.extraction
for found in pkgutil.walk_packages(tasks.extraction.__path__, "tasks.extraction."):
    if ".compiled" not in found.name and vars(importlib.import_module(found.name)).get("compiled", found) is None:
        print(found.name.removeprefix("tasks.extraction."))
"""


def compiled_in_words() -> str:
    """One line: that all are in use, or which are not."""
    asked = subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    missing = asked.stdout.split()
    if not missing:
        return "the compiled loops of extraction are in use"
    return f"WITHOUT compiled loops of extraction ({', '.join(missing)}): make builds them where there is a C compiler"
