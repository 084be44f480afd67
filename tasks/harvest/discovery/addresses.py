"""URLs as listings write them, made absolute.

What belongs here: which strings are addresses of pages. What does not: the normal form by which two addresses are the
same page (``tasks.values.urls``).
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from tasks.values.urls import without_credentials

_MAX_LENGTH = 8_192  # characters; longer ones are data
_REMOVED = re.compile(r"[\t\n\r]+")  # as browsers do: a long address is wrapped by pretty-printers
_ABSOLUTE = re.compile(r"https?:", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}\u0085\u00a0\u2028\u2029]")


def absolute(value: str | None, base: str) -> str | None:
    """The http or https URL that ``value`` means on a page at ``base``; ``None`` where it means none.

    No white space, quote, angle bracket or control character is left in it: they come back percent-encoded, line
    ends go. So do a name and a password, which nobody means to publish.
    """
    if not value:
        return None
    text = _REMOVED.sub("", value.strip())
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        # Not joined where it is absolute: urljoin would take "https://" for the base itself.
        joined = text if _ABSOLUTE.match(text) else urljoin(base, text)
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname or _UNSAFE.search(parts.netloc):
            return None
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    safe = _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), joined)
    return without_credentials(safe)
