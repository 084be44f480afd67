"""The last look at a page before it leaves the sources: it has bytes, not too many, and they may be text.

What belongs here: checks that every kind of input shares. What does not: reading them.
"""

from __future__ import annotations

import hashlib

from tasks.page import Page, Reject
from tasks.sources.sniffing import binary_evidence


def check_payload(page: Page, limit: int) -> Page | Reject:
    """The page, or why it is none: ``empty_payload``, ``too_large`` (more than ``limit`` bytes) or ``binary``."""
    reason, detail = None, None
    if not page.payload.strip():
        reason, detail = "empty_payload", f"{len(page.payload)} bytes"
    elif len(page.payload) > limit:
        reason, detail = "too_large", f"{len(page.payload)} bytes"
    elif evidence := binary_evidence(page.payload, page.http_charset):
        reason, detail = "binary", evidence
    if reason is None:
        return page
    return Reject(reason, page.origin, page.url, detail, hashlib.sha256(page.payload).hexdigest(), page.source)
