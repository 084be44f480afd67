"""What the operating system said to the store's writer: a full disk, a folder that cannot be written.

What belongs here: the way from the Delta library's words back to an OSError. What does not: what is done about it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from deltalake.exceptions import DeltaError

_SAID = re.compile(r"\(os error (\d{1,4})\)")


@contextmanager
def system_errors(path: str) -> Iterator[None]:
    """Raise as OSError of ``path`` what the Delta library tells of the system in words alone."""
    try:
        yield
    except DeltaError as error:
        if not (said := _SAID.search(str(error))):
            raise
        number = int(said[1])
        raise OSError(number, os.strerror(number), path) from error
