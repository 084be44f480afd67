"""Releases: immutable, numbered, documented copies of the store that anyone can load.

What belongs here: making a release (``publish``), checking one (``verify``), and everything that a release holds
beside its data. What does not: which row stands where in a store version (``tasks.deduplication``), and the columns
(``tasks.schema``).
"""

from tasks.release.diff import ReleaseDiff, diff_releases
from tasks.release.error import ReleaseError
from tasks.release.facts import CopyRule, Publication, ReleaseFacts, Selection
from tasks.release.publish import write_release
from tasks.release.verify import Problem, verify_release
from tasks.release.versions import Release, check_version, latest_release, list_releases, next_version

__all__ = [
    "CopyRule",
    "Problem",
    "Publication",
    "Release",
    "ReleaseDiff",
    "ReleaseError",
    "ReleaseFacts",
    "Selection",
    "check_version",
    "diff_releases",
    "latest_release",
    "list_releases",
    "next_version",
    "verify_release",
    "write_release",
]
