"""How much memory a process holds.

What belongs here: that number. What does not: what is done about it (``supervise``).
"""

from __future__ import annotations

import os
from pathlib import Path


def resident_bytes(pid: int | None = None) -> int:
    """Resident memory of a process, this one by default; 0 where the system does not tell (anything but Linux)."""
    try:
        return int(Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
