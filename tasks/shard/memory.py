"""How much memory and processor time a process takes.

What belongs here: those numbers. What does not: what is done about them (``supervise``).
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path


def resident_bytes(pid: int | None = None) -> int:
    """Resident memory of a process, this one by default; 0 where the system does not tell (anything but Linux)."""
    try:
        return int(Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def processor_seconds(pid: int) -> float | None:
    """Processor seconds of a process so far, all its threads together; null where the system does not tell of another
    process (anything but Linux), or it is gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def usage() -> tuple[float, int]:
    """Processor seconds of this process so far, all its threads together, and the most memory it held, in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS tells bytes, all others kibibytes
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit
