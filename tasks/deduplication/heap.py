"""Freed memory stays with the process for the next array.

What belongs here: one setting of the C library. What does not: which arrays are made.

The kernels here make and free some hundred arrays of up to a few megabytes for every batch. glibc gives freed memory
of that size back to the kernel at once, and the next array's pages are made and cleared anew: a third of what
fingerprints cost. Up to 16 MB are kept instead. An array above 4 MB goes back as soon as it is freed: kept among the
small ones, it would hold memory that nobody can use.
"""

from __future__ import annotations

import ctypes
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT = 16 << 20
_LARGE = 4 << 20


@cache
def keep_freed_memory() -> bool:
    """Set it for this process, once; false where the C library has no such setting (it is not glibc)."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    return bool(set_option(_MMAP_THRESHOLD, _LARGE) and set_option(_TRIM_THRESHOLD, _KEPT))
