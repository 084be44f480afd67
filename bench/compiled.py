"""Whether the compiled loops of extraction are in use here: without them a benchmark measures something else.

What belongs here: the line that a benchmark prints of them. What does not: building them (``make``, ``setup.py``).
"""

from __future__ import annotations

import subprocess
import sys

from processes import ROOT

# Asked in a process of its own: extraction is slow to load, and a benchmark's own process stays small.
_ASK = "import tasks.extraction; from tasks import loops; print(loops.missing() or '')"


def compiled_in_words() -> str:
    """One line: that all are in use, or which are not."""
    asked = subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    return asked.stdout.strip() or "the compiled loops of extraction are in use"
