"""The one error a release raises for what its user can put right."""

from __future__ import annotations


class ReleaseError(Exception):
    """A release cannot be made, found or read; the message is one line that says what to do."""
